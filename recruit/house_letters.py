"""The texts of the house: a letter of each kind, which a region starts from. They lie beside the other mail's."""

from functools import cache
from pathlib import Path

from recruit.merging import Texts
from recruit.models import LetterKind

FOLDER = Path(__file__).parents[1] / "templates" / "mail" / "letters"


@cache
def house_text(kind: LetterKind) -> Texts:
    """The text of a kind in both languages."""
    (subject_sv, body_sv), (subject_en, body_en) = (_read(kind, language) for language in ("sv", "en"))
    return Texts(subject_sv, body_sv, subject_en, body_en)


def _read(kind: LetterKind, language: str) -> tuple[str, str]:
    text = (FOLDER / f"{kind.value}.{language}.txt").read_text(encoding="utf-8")
    first, _, body = text.partition("\n")
    return first.removeprefix("Subject: ").strip(), body.strip()
