"""Helpers of the application step: files, answers, and an application that is complete."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session

from recruit.actor import Actor
from recruit.models import (
    Account,
    AgeBand,
    Application,
    AttachmentKind,
    ClinicalArea,
    Intake,
    PlacementKind,
    PostForm,
    Sex,
)
from recruit.services import application as services
from recruit.services import intake as intakes
from recruit.storage import Storage
from tests.recruit.factories import NOW, World

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n0\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x35\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82"
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"\x00" * 40 + b"\xff\xd9"

#: One complete answer to every topic that is saved as columns.
ANSWERS: dict[str, dict[str, Any]] = {
    "about_you": {
        "given_name": "Dariia",
        "family_name": "Kovalenko",
        "native_name": "Дарія Коваленко",
        "phone": "+46 70 123 45 67",
        "city": "Älvstad",
    },
    "licence": {"licence": "expected", "licence_on": date(2027, 1, 12), "licence_route": "proficiency_test"},
    "start": {
        "swedish_at": False,
        "st_before_july_2021": False,
        "earlier_bt_certificate": False,
        "can_start": True,
        "work_permit": "not_needed",
        "work_permit_on": None,
        "credit_claim": None,
    },
    "education": {"education_country": "UA", "institution": "Bogomolets", "graduation_year": 2019},
    "language": {"language_evidence": "certificate", "language_on": None, "language_note": None},
    "own_words": {
        "motivation": "I want to learn.",
        "learning_needs": "Primary care.",
        "scientific_work": None,
        "other_work": None,
    },
}
DOCUMENTS = {
    AttachmentKind.CV: "cv.pdf",
    AttachmentKind.DIPLOMA: "diploma.pdf",
    AttachmentKind.LANGUAGE: "c1.pdf",
}
REFEREES = [
    services.RefereeAnswers("Anna Berg", "Senior consultant", "Älvstads sjukhus", "anna@example.org"),
    services.RefereeAnswers("Omar Haddad", "Consultant", "Hamra", "omar@example.org", "+46 8 123 45"),
]
PERIOD = services.PeriodAnswers(
    "Älvstads sjukhus", "SE", ClinicalArea.INTERNAL_MEDICINE, date(2025, 1, 1), date(2025, 6, 30), 100, True
)


def open_intake(
    session: Session, world: World, *, now: datetime = NOW, slug: str = "spring", days: int = 30
) -> Intake:
    """An intake of the world's region that is open from `now` for so many days; committed."""
    assert world.profile.id is not None
    region_id = world.region.id or 0
    plan = intakes.IntakePlan(
        profile_id=world.profile.id,
        slug=slug,
        title_sv="Bastjänstgöring för läkare (BT)",
        title_en="Basic service for doctors (BT)",
        case_number="RS 2026-0417",
        form=PostForm.STANDALONE,
        starts_on=(now + timedelta(days=days + 120)).date(),
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(days=days),
        decision_on=(now + timedelta(days=days + 30)).date(),
        interviews_from=(now + timedelta(days=days + 40)).date(),
        interviews_until=(now + timedelta(days=days + 43)).date(),
        posts=[intakes.PlannedPosts(site.id or 0, 2) for site in world.sites],
        programme=[(PlacementKind.ACUTE_CARE, 6), (PlacementKind.PRIMARY_CARE, 6)],
    )
    intake = intakes.create(session, region_id=region_id, plan=plan, actor=world.actor, now=now)
    intakes.open_intake(session, intake=intake, actor=world.actor, now=now)
    session.commit()
    return intake


def begin(session: Session, intake: Intake, account: Account, *, now: datetime = NOW) -> Application:
    """A new draft; committed."""
    application = services.start(session, intake=intake, account=account, actor=Actor(account.id), now=now)
    session.commit()
    return application


def fill_in(session: Session, application: Application, folder: Path, *, now: datetime = NOW) -> Storage:
    """Answer everything, with every mandatory document; committed."""
    common: dict[str, Any] = {
        "application": application,
        "actor": Actor(application.account_id),
        "now": now,
    }
    storage = Storage(folder)
    for topic, answers in ANSWERS.items():
        services.save_topic(session, topic=topic, answers=answers, **common)
    services.save_period(session, period=PERIOD, **common)
    services.save_referees(session, referees=REFEREES, **common)
    services.save_sites(session, site_ids=[], **common)
    services.save_monitoring(session, sex=Sex.FEMALE, age_band=AgeBand.UNDER_30, **common)
    for kind, filename in DOCUMENTS.items():
        services.attach(session, kind=kind, filename=filename, content=PDF, storage=storage, **common)
    session.commit()
    return storage


def sent(
    session: Session, intake: Intake, account: Account, folder: Path, *, now: datetime = NOW
) -> Application:
    """A complete application that has been sent; committed."""
    application = begin(session, intake, account, now=now)
    fill_in(session, application, folder, now=now)
    services.submit(session, application=application, actor=Actor(account.id), now=now)
    session.commit()
    return application
