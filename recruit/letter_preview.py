"""A letter's text with the values of an invented applicant and intake, to see how it reads before anybody gets it."""

from datetime import date

from recruit import merging
from recruit.merging import Texts
from recruit.models import Intake, LetterSending, Region
from recruit.services.dry_run import shared_values

#: One who is written from left to right, and one whose name is not.
_INVENTED = {"sv": ("Ada", "Exempelsson"), "en": ("نور", "الخطيب")}


def heading(sending: LetterSending, intake: Intake, region: Region, language: str) -> str:
    """A letter's subject for those who send it: what is each recipient's own is left open."""
    own = {"given_name": "…", "family_name": "…", "reference": "…", "case_number": "…"}
    values = shared_values(intake, region, language, "") | own
    return merging.merge(sending.subject_sv if language == "sv" else sending.subject_en, values)[0]


def preview(texts: Texts, region: Region, base_url: str) -> dict[str, tuple[str, str]]:
    """Subject and text in each language. Raises KeyError for unknown fields: check the texts first."""
    intake = Intake(
        region_id=0,
        profile_id=0,
        slug="",
        title_sv="Bastjänstgöring, exempel",
        title_en="Basic service, example",
        starts_on=date(2030, 9, 1),
        interviews_from=date(2030, 5, 6),
        interviews_until=date(2030, 5, 8),
    )
    shown = {}
    for language, (given, family) in _INVENTED.items():
        values = {
            **shared_values(intake, region, language, base_url or "https://…"),
            "given_name": given,
            "family_name": family,
            "reference": "BT30-EXMPL",
            "case_number": "EX 2030/1-001",
        }
        subject, body = texts.of(language)
        shown[language] = merging.merge(subject, values)[0], merging.merge(body, values)[0]
    return shown
