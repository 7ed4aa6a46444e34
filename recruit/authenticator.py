"""Codes from an app (TOTP, RFC 6238): the secret, which code is right when, and the picture that a phone reads.

The database holds a random seed per account; the secret is HMAC-SHA-256 of it under a key that follows from the
server's own. A copy of the database alone gives no codes, and there is nothing to decrypt.
"""

import base64
import hashlib
import hmac
import io
import secrets
from datetime import datetime

STEP_SECONDS = 30
_PURPOSE = b"recruit: secret of the second factor, 1\n"


def new_seed() -> str:
    """A random seed, 256 bits."""
    return secrets.token_hex(32)


def secret_of(seed: str, *, key: str) -> str:
    """The secret that app and server share: 160 bits in base 32. `key` is the server's secret key."""
    made = hmac.new(key.encode(), _PURPOSE + seed.encode(), hashlib.sha256).digest()
    return base64.b32encode(made[:20]).decode()


def in_groups(secret: str) -> str:
    """The secret in groups of four, to be typed."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """The time step that a code belongs to: the present one, the one before or after. None for a wrong code."""
    from pyotp import TOTP  # when it is used: most requests need no codes

    present = int(now.timestamp()) // STEP_SECONDS
    totp = TOTP(secret)
    # All three are compared, so that the time says nothing about which was right.
    right = [
        step
        for step in (present, present - 1, present + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())
    ]
    return right[0] if right else None


def address(secret: str, *, email: str, issuer: str) -> str:
    """The address that an app reads from the picture."""
    from pyotp import TOTP

    return TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def picture(content: str) -> bytes:
    """A QR code as SVG, black on white whatever the page's colours are: cameras need the contrast."""
    import segno

    drawn = io.BytesIO()
    segno.make(content, error="m").save(drawn, kind="svg", scale=5, border=4, dark="#000", light="#fff")
    return drawn.getvalue()
