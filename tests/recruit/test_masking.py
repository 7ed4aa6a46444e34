"""What an assessor may see: an allow-list, and free text with names and places struck out."""

from dataclasses import asdict
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from recruit.masking import MaskedApplication, mask
from recruit.models import (
    Account,
    Application,
    AttachmentKind,
    ClinicalArea,
    ExperiencePeriod,
    Intake,
    Referee,
)
from recruit.queries import assessment as queries
from recruit.queries.intake import profile_of
from scoring.bands import months
from tests.recruit.assessment_helpers import answered, eligible_intake
from tests.recruit.factories import World
from tests.recruit.intake_helpers import attachment
from tests.recruit.kept import kept

SECRETS = {
    "given_name": "Đorđe",
    "family_name": "Bērziņš-Kovács",
    "native_name": "Ђорђе Берзиньш",
    "phone": "+46 70 123 45 67",
    "city": "Skellefteå",
    "education_country": "LV",
    "institution": "Rīgas Stradiņa universitāte",
    "graduation_year": 2019,
}


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    return eligible_intake(session, world, 1, **SECRETS)


@pytest.fixture
def application(session: Session, intake: Intake) -> Application:
    return queries.pool(session, intake, "screening")[0]


def masked(session: Session, intake: Intake, application: Application) -> MaskedApplication:
    rows = queries.evidence_of(session, application)
    return mask(
        application=application,
        intake=intake,
        profile=profile_of(session, intake),
        stage="screening",
        periods=rows.periods,
        referees=rows.referees,
        copies=rows.copies,
        email=session.get_one(Account, application.account_id).email,
    )


def everything(view: MaskedApplication) -> str:
    return repr(asdict(view))


def test_nothing_that_tells_who_it_is_comes_through(
    session: Session, intake: Intake, application: Application
) -> None:
    answered(session, application)
    shown = everything(masked(session, intake, application))
    account = session.get_one(Account, application.account_id)
    hidden = [str(value) for value in SECRETS.values() if value != "LV"]
    hidden += [
        account.email,
        application.reference,
        "LV",
        "Lettland",
        "Älvstads",
        "Lindfors",
        "Referent",
        "cv.pdf",
        "2025",
    ]
    assert [secret for secret in hidden if secret in shown] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Jag heter Đorđe Bērziņš-Kovács.", ("Jag heter ", None, " ", None, ".")),
        ("Lettlands sjukvård, in Latvia", (None, " sjukvård, in ", None)),
        ("Jag läste vid Rīgas Stradiņa universitāte i sex år.", ("Jag läste vid ", None, " i sex år.")),
        ("Skriv till d.b@example.org eller +46 70 123 45 67", ("Skriv till ", None, " eller ", None)),
        ("Se https://example.org/me nu", ("Se ", None, " nu")),
        ("Ђорђе", (None,)),
        ("I studied at Stradins University in Riga.", ("I studied at ", None, " University in ", None, ".")),
        ("Min familj bor i Skelleftea", ("Min familj bor i ", None)),
        ("As a Latvian doctor I speak Latvian", ("As a ", None, " doctor I speak ", None)),
        ("Lettiska är mitt modersmål, lettiskt språk", (None, " är mitt modersmål, ", None, " språk")),
        ("Djordje Berzins-Kovacs", ("Djordje ", None)),
        ("A 29-year-old woman from here", ("A ", None, " from here")),
        ("Jag är 29 år och nyfiken", ("Jag är ", None, " och nyfiken")),
        ("En 31-årig kvinna, född 1995.", ("En ", None, ", ", None, ".")),
        ("Jag är mamma till två", ("Jag är ", None, " till två")),
        ("", ()),
    ],
)
def test_names_and_places_are_struck_out_of_free_text(
    session: Session, intake: Intake, application: Application, text: str, shown: tuple[str | None, ...]
) -> None:
    application.motivation = text
    assert masked(session, intake, application).motivation == shown


@pytest.mark.parametrize(
    "text",
    [
        "Jag arbetade 12 månader i Sverige.",
        "The manual says so. A manual skill in a humane setting.",
        "Jag höll patienten i handen när han vaknade.",
        "Man lär sig som läkare i Sverige av svenska kollegor.",
        "Medicinska fakulteten, universitetssjukhuset, a medical school",
        "En kvinna med bröstsmärta och en man med stroke.",
        "Efter 25 år i vården, 6 år på akuten",
        "Letter to the editor; let us see the river Rig",
        "I have written an article",
    ],
)
def test_ordinary_text_is_left(session: Session, intake: Intake, application: Application, text: str) -> None:
    application.motivation = text
    assert masked(session, intake, application).motivation == (text,)


@pytest.mark.parametrize(
    ("given", "family", "native", "text", "shown"),
    [
        ("Ng", "Li", None, "Jag heter Li Ng, inte Lina.", ("Jag heter ", None, " ", None, ", inte Lina.")),
        ("Ng", "Li", None, "li ng", ("li ng",)),
        ("An", "Vi", None, "Vi ses. An idea for An Vi", ("Vi ses. An idea for ", None, " ", None)),
        ("Ming", "Li", "李明", "我叫李明。", ("我叫", None, "。")),
        ("Ming", "李", None, "我姓李。", ("我姓", None, "。")),
        (
            "Mina",
            "Min",
            None,
            "Mina dagar. Här är mina ord, Mina.",
            ("Mina dagar. Här är mina ord, ", None, "."),
        ),
        ("José", "Núñez", None, "jose nunez", (None, " ", None)),
        ("Åsa", "Öst", None, "Åsas väg österut", (None, " väg österut")),
    ],
)
def test_short_names_and_names_that_are_words(
    session: Session,
    intake: Intake,
    application: Application,
    given: str,
    family: str,
    native: str | None,
    text: str,
    shown: tuple[str | None, ...],
) -> None:
    application.given_name, application.family_name, application.native_name = given, family, native
    application.motivation = text
    assert masked(session, intake, application).motivation == shown


def test_referees_words_hide_the_sex(session: Session, intake: Intake, application: Application) -> None:
    referees: list[Referee] = answered(session, application)
    referees[0].masked_comment = "She knows her limits. Hon bad om hjälp; han också."
    first, _second = masked(session, intake, application).references
    assert first.comment == (None, " knows ", None, " limits. ", None, " bad om hjälp; ", None, " också.")


def test_a_word_that_only_contains_a_name_stays(
    session: Session, intake: Intake, application: Application
) -> None:
    application.given_name, application.family_name = "Ann", "Li"
    application.motivation = "Annat arbete i Lima."
    assert masked(session, intake, application).motivation == ("Annat arbete i Lima.",)


def period(application: Application, **more: Any) -> ExperiencePeriod:
    values: dict[str, Any] = {
        "employer": "Pauls Stradiņš slimnīca",
        "country": "LV",
        "area": ClinicalArea.SURGERY,
        "starts_on": date(2024, 1, 1),
        "ends_on": date(2024, 3, 31),
        "fte_percent": 50,
        "supervised": True,
    }
    return ExperiencePeriod(
        region_id=application.region_id, application_id=application.id or 0, **{**values, **more}
    )


def test_periods_tell_area_length_and_sweden_or_abroad_only(
    session: Session, intake: Intake, application: Application
) -> None:
    session.add(period(application))
    session.add(period(application, starts_on=date(2027, 1, 1), ends_on=None))
    session.flush()
    first, second = masked(session, intake, application).periods
    assert (first.area, first.in_sweden, first.fte_percent, first.supervised) == (
        ClinicalArea.SURGERY,
        False,
        50,
        True,
    )
    assert first.months == months(91)
    assert (second.area, second.in_sweden) == (ClinicalArea.INTERNAL_MEDICINE, True)


def test_form_levels_come_with_their_values(
    session: Session, intake: Intake, application: Application
) -> None:
    found = masked(session, intake, application).form_levels
    assert [(each.key, each.level) for each in found] == [("swedish_work", 3), ("breadth", 1)]
    assert found[0].value == months(181)


def test_references_show_answers_and_the_masked_words_only(
    session: Session, intake: Intake, application: Application
) -> None:
    referees: list[Referee] = answered(session, application)
    referees[0].masked_comment = "Đorđe ringde Referent 1 tidigt."
    first, second = masked(session, intake, application).references
    assert (first.letter, second.letter) == ("A", "B")
    assert first.answers == (("safety", 3), ("asks_for_help", 4), ("responsibility", 3), ("collaboration", 3))
    assert first.comment == (None, " ringde ", None, " tidigt.")


def test_only_redacted_copies_of_allowed_kinds_are_documents(
    session: Session, intake: Intake, application: Application
) -> None:
    originals = {
        kind: attachment(application, kind) for kind in (AttachmentKind.MERIT, AttachmentKind.DIPLOMA)
    }
    session.add_all(originals.values())
    session.flush()
    session.add_all(attachment(application, kind, redacts_id=row.id) for kind, row in originals.items())
    session.flush()
    assert [(each.number, each.kind) for each in masked(session, intake, application).documents] == [
        (1, AttachmentKind.MERIT)
    ]
