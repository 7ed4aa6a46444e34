"""Builders for tests about intakes and the applications in them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlmodel import Session

from recruit.models import (
    Application,
    ApplicationStatus,
    Attachment,
    AttachmentKind,
    ClinicalArea,
    ExperiencePeriod,
    Intake,
    LanguageEvidence,
    LicenceRoute,
    LicenceStatus,
    PlacementKind,
    PostForm,
    Referee,
    WorkPermit,
)
from recruit.services import intake as intakes
from recruit.services.intake import IntakePlan, PlannedPosts
from tests.recruit.factories import NOW, World, applicant

OPENS = NOW
CLOSES = datetime(2026, 9, 20, 21, 59, tzinfo=UTC)
STARTS = date(2027, 2, 1)
SEEDS = {"screening": "a seed", "interview": "another seed"}
_numbers = count(1)
_LETTERS = "23456789BCDFGHJKMNPQRTVWXYZ"


def plan(world: World, **changes: Any) -> IntakePlan:
    """A plan that holds: ten posts at two sites, twelve months."""
    whole = IntakePlan(
        profile_id=world.profile.id or 0,
        slug="bt-2026",
        title_sv="Bastjänstgöring hösten 2026",
        title_en="Basic service, autumn 2026",
        case_number="RÄ 2026/1184",
        form=PostForm.STANDALONE,
        starts_on=STARTS,
        opens_at=OPENS,
        closes_at=CLOSES,
        decision_on=date(2026, 10, 21),
        interviews_from=date(2026, 11, 2),
        interviews_until=date(2026, 11, 5),
        posts=[
            PlannedPosts(world.sites[0].id or 0, 7, "Akutmottagning, medicin"),
            PlannedPosts(world.sites[1].id or 0, 3, "Medicin, närakut"),
        ],
        programme=[
            (PlacementKind.INTRODUCTION, 2),
            (PlacementKind.ACUTE_CARE, 8),
            (PlacementKind.PRIMARY_CARE, 14),
        ],
    )
    return replace(whole, **changes)


def draft_intake(session: Session, world: World, **changes: Any) -> Intake:
    """An intake that has not been opened, committed."""
    region_id = world.region.id or 0
    intake = intakes.create(
        session, region_id=region_id, plan=plan(world, **changes), actor=world.actor, now=NOW
    )
    session.commit()
    return intake


def opened_intake(session: Session, world: World, **changes: Any) -> Intake:
    """An intake that takes applications since NOW, committed."""
    intake = draft_intake(session, world, **changes)
    intakes.open_intake(session, intake=intake, actor=world.actor, now=NOW, seeds=SEEDS)
    session.commit()
    return intake


def mask_code(number: int) -> str:
    """A four-character code for a running number."""
    code = ""
    for _ in range(4):
        number, rest = divmod(number, len(_LETTERS))
        code = _LETTERS[rest] + code
    return code


def submitted(session: Session, intake: Intake, *, complete: bool = True, **answers: Any) -> Application:
    """A submitted application of a new person; complete ones meet every requirement by the rules' proposals."""
    number = next(_numbers)
    account = applicant(session, f"applicant{number}@example.org")
    told: dict[str, Any] = {
        "given_name": "Ada",
        "family_name": f"Nr{number}",
        "education_country": "LV",
        "institution": "Rīgas Stradiņa universitāte",
        "graduation_year": 2024,
        "licence": LicenceStatus.HELD,
        "licence_route": LicenceRoute.EU_RECOGNITION,
        "swedish_at": False,
        "st_before_july_2021": False,
        "earlier_bt_certificate": False,
        "work_permit": WorkPermit.NOT_NEEDED,
        "can_start": True,
        "language_evidence": LanguageEvidence.CERTIFICATE,
        "no_experience": False,
        "motivation": "Jag vill lära mig.",
        **answers,
    }
    application = Application(
        region_id=intake.region_id,
        intake_id=intake.id,
        account_id=account.id,
        reference=f"BT26-{mask_code(number)}X",
        mask_code=mask_code(number * 7919 % 27**4),
        status=ApplicationStatus.SUBMITTED,
        created_at=NOW,
        saved_at=NOW,
        submitted_at=NOW + timedelta(minutes=number),
        **told,
    )
    session.add(application)
    session.flush()
    common = {"region_id": intake.region_id, "application_id": application.id}
    session.add(
        ExperiencePeriod(
            **common,
            employer="Älvstads sjukhus",
            country="SE",
            area=ClinicalArea.INTERNAL_MEDICINE,
            starts_on=date(2025, 1, 1),
            ends_on=date(2025, 6, 30),
            fte_percent=100,
        )
    )
    if complete:
        _add_documents(session, application)
        for position in (1, 2):
            session.add(
                Referee(
                    **common,
                    position=position,
                    name=f"Referent {position}",
                    title="Överläkare",
                    workplace="Lindfors",
                    email=f"referent{position}@example.org",
                )
            )
    session.flush()
    return application


def _add_documents(session: Session, application: Application) -> None:
    for kind in (AttachmentKind.CV, AttachmentKind.DIPLOMA, AttachmentKind.LICENCE, AttachmentKind.LANGUAGE):
        session.add(attachment(application, kind))


def attachment(application: Application, kind: AttachmentKind, **more: Any) -> Attachment:
    """An attachment's row; its bytes are nowhere."""
    return Attachment(
        region_id=application.region_id,
        application_id=application.id or 0,
        kind=kind,
        filename=f"{kind.value}.pdf",
        storage_name=f"{next(_numbers):064d}",
        media_type="application/pdf",
        size=1000,
        sha256="0" * 64,
        uploaded_at=NOW,
        uploaded_by_id=application.account_id,
        **more,
    )
