"""The machine's own Chromium, for tests and measurements."""

import shutil

#: The first is Chromium without windows: the same engine, in half the processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = "no Chromium: `apt install chromium-headless-shell`, or chromium, or put google-chrome on the PATH"


def path() -> str | None:
    """Where Chromium is; None where it is not installed."""
    return next((found for found in map(shutil.which, NAMES) if found), None)
