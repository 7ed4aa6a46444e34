"""What an application holds, as the record keeps it and as the receipt is checked by."""

import hashlib
import json
from typing import Any

from recruit.models import Attachment
from recruit.queries.completeness import Dossier
from recruit.services import record
from recruit.services.topics import TOPIC_COLUMNS


def snapshot(dossier: Dossier) -> dict[str, Any]:
    """All that was sent, as the record keeps it; files by their hash. The monitoring answers are no part of it."""
    columns = sorted(column for names in TOPIC_COLUMNS.values() for column in names)
    return {
        **{column: record.as_text(getattr(dossier.application, column)) for column in columns},
        "periods": [
            [
                each.employer,
                each.country,
                each.area.value,
                each.starts_on.isoformat(),
                each.ends_on.isoformat() if each.ends_on else None,
                each.fte_percent,
                each.supervised,
            ]
            for each in dossier.periods
        ],
        "referees": [
            [each.name, each.title, each.workplace, each.email, each.phone] for each in dossier.referees
        ],
        "sites": list(dossier.site_ids),
        "attachments": [described(each) for each in dossier.attachments],
    }


def described(file: Attachment) -> list[str]:
    """A file as the record keeps it: its kind, name and checksum, and when it was issued if that is told."""
    told = [file.kind.value, file.filename, file.sha256]
    return told if file.issued_on is None else [*told, file.issued_on.isoformat()]


def content_sha256(dossier: Dossier) -> str:
    """The checksum of all that was sent: SHA-256 of the snapshot with its reference, as JSON with sorted keys."""
    told = {"reference": dossier.application.reference, **snapshot(dossier)}
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
