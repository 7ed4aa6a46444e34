"""What a document may take, and the words for why one is refused."""

from typing import Final

MOST_PAGES: Final = 30
MOST_LETTERS: Final = 60_000  # on one page
LONGEST_SIDE: Final = 1800  # pixels of a rendered page
DOTS_PER_INCH: Final = 150
SECONDS: Final = 20
MEGABYTES: Final = 1500

#: Codes that a worker ends with when it refuses.
ENCRYPTED, BROKEN, PAGES, LETTERS, TIME = "encrypted", "broken", "pages", "letters", "time"


class Refused(Exception):
    """A document that cannot be read or redacted here; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
