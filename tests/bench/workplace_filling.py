"""A region at work, inserted directly: an intake that is done, with 10,000 applications and 20,000 assessments, and one
that is being assessed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    ClinicalArea,
    Eligibility,
    ExperiencePeriod,
    Intake,
    Level,
    Membership,
    MonitoringAnswer,
    OutgoingMail,
    RecordEntry,
    RecordValue,
    Role,
    Sex,
)
from recruit.services import intake as intakes
from recruit.services import record
from tests.bench.pages import code, fill
from tests.bench.workplace_begun import fill_begun
from tests.bench.workplace_rows import FIRST_APPLICATION, FIRST_ASSESSOR, Rows, insert_rows
from tests.recruit import ranking_helpers
from tests.recruit.factories import NOW, World, password_hash
from tests.recruit.intake_helpers import CLOSES, opened_intake

KEYS = ranking_helpers.SCREENING
ASSESSORS, EACH, WAITING = (
    80,
    250,
    50,
)  # 20,000 assessments; so many wait for each assessor in the other intake
WORKING = 50


@dataclass(frozen=True)
class Workplace:
    """What was made: the intake that is done, the one being assessed, and addresses that can sign in."""

    done: Intake
    assessing: Intake
    assessors: list[str]


def fill_workplace(session: Session, world: World, applications: int) -> Workplace:
    """Everything, committed. The same every time."""
    chance = random.Random(7)
    emails = _assessors(session, world)
    done = opened_intake(session, world)
    fill(session, world, done, 1, applications)
    _decide_eligibility(session, done)
    _assess(session, done, applications, chance)
    _write_record(session, done, world, applications)
    _mail(session, done, applications)
    intakes.close(session, intake=done, actor=world.actor, now=CLOSES)
    session.commit()
    fill_begun(session, world, done)
    run = ranking_helpers.ranked(session, world, done)
    ranking_helpers.confirmed(session, world, done, run, places=200, reserves=50)
    assessing = _second(session, world, applications)
    return Workplace(done, assessing, emails)


def _assessors(session: Session, world: World) -> list[str]:
    emails = [f"reads{number}@alvmark.example" for number in range(ASSESSORS)]
    keys = range(FIRST_ASSESSOR, FIRST_ASSESSOR + ASSESSORS)
    common = {"password_hash": password_hash(), "language": "sv", "created_at": NOW, "verified_at": NOW}
    accounts = [
        {"id": key, "email": email, "name": email.partition("@")[0].title(), **common}
        for key, email in zip(keys, emails, strict=True)
    ]
    insert_rows(session, Account, accounts)
    roles = [{"region_id": world.region.id, "account_id": key, "role": Role.ASSESSOR} for key in keys]
    insert_rows(session, Membership, roles)
    session.commit()
    return emails


def _decide_eligibility(session: Session, intake: Intake) -> None:
    whole = update(Application).where(col(Application.intake_id) == intake.id)
    session.execute(whole.values(eligibility=Eligibility.ELIGIBLE))
    session.execute(whole.where(col(Application.id) % 20 == 0).values(eligibility=Eligibility.INELIGIBLE))
    session.commit()


def _assess(session: Session, intake: Intake, applications: int, chance: random.Random) -> None:
    """Two assessments of each application, every assessor as many as the others."""
    assignments: Rows = []
    levels: Rows = []
    answers: Rows = []
    for number in range(applications):
        quality = chance.choice((1, 2, 3, 3, 4))
        for seat in (0, 1):
            key = 2 * number + seat
            assignments.append(
                _assignment(
                    intake,
                    FIRST_APPLICATION + 1 + number,
                    FIRST_ASSESSOR
                    + (number + seat * (1 + number // ASSESSORS % (ASSESSORS - 1))) % ASSESSORS,
                    AssignmentStatus.SUBMITTED,
                    id=FIRST_APPLICATION + key,
                )
            )
            levels += [
                {
                    "region_id": intake.region_id,
                    "assignment_id": FIRST_APPLICATION + key,
                    "criterion": criterion,
                    "level": min(4, max(0, quality + chance.choice((-1, 0, 0, 1)))),
                    "note": "",
                    "set_at": CLOSES,
                }
                for criterion in KEYS
            ]
        answers.append(
            {
                "region_id": intake.region_id,
                "application_id": FIRST_APPLICATION + 1 + number,
                "sex": chance.choice((Sex.FEMALE, Sex.MALE)),
            }
        )
    insert_rows(session, ExperiencePeriod, [_period(intake, number) for number in range(applications)])
    insert_rows(session, Assignment, assignments)
    insert_rows(session, Level, levels)
    insert_rows(session, MonitoringAnswer, answers)
    session.commit()


def _period(intake: Intake, number: int) -> dict[str, Any]:
    """So many months in Sweden, the same for nobody in a row."""
    return {
        "region_id": intake.region_id,
        "public_id": f"p{number}",
        "application_id": FIRST_APPLICATION + 1 + number,
        "employer": "Lindfors sjukhus",
        "country": "SE",
        "area": tuple(ClinicalArea)[number % 8],
        "starts_on": date(2024, 1, 1),
        "ends_on": date(2024, 1, 1) + timedelta(days=60 + number % 600),
        "fte_percent": 100,
        "supervised": number % 3 == 0,
    }


def _assignment(
    intake: Intake, application: int, assessor: int, status: AssignmentStatus, **more: Any
) -> dict[str, Any]:
    return {
        "region_id": intake.region_id,
        "intake_id": intake.id,
        "application_id": application,
        "assessor_id": assessor,
        "stage": "screening",
        "status": status,
        "assigned_at": CLOSES,
        "submitted_at": CLOSES if status is AssignmentStatus.SUBMITTED else None,
        **more,
    }


def _write_record(session: Session, intake: Intake, world: World, applications: int) -> None:
    """An entry of every sending, so that the record is as long as it would be; the chain holds."""
    last = record.head(session, region_id=intake.region_id)
    number, previous = (last.number, last.hash) if last else (0, record.GENESIS)
    entries: Rows = []
    values: Rows = []
    for step in range(1, applications + 1):
        salt = f"{step:032d}"
        entry = RecordEntry(
            id=FIRST_APPLICATION + step,
            region_id=intake.region_id,
            number=number + step,
            at=NOW + timedelta(seconds=step),
            actor_id=world.coordinator.id,
            action="eligibility.settled",
            subject_kind="application",
            subject_id=FIRST_APPLICATION + step,
            intake_id=intake.id,
            application_id=FIRST_APPLICATION + step,
            digests=record.canonical({"eligibility": record.value_digest(salt, "pending", "eligible")}),
            previous_hash=previous,
            hash="",
        )
        entry.hash = previous = record.entry_hash(entry)
        entries.append(entry.model_dump())
        values.append(
            {
                "region_id": intake.region_id,
                "entry_id": entry.id,
                "field": "eligibility",
                "old": "pending",
                "new": "eligible",
                "salt": salt,
            }
        )
    insert_rows(session, RecordEntry, entries)
    insert_rows(session, RecordValue, values)
    session.commit()


def _mail(session: Session, intake: Intake, applications: int) -> None:
    rows = [
        {
            "region_id": intake.region_id,
            "application_id": FIRST_APPLICATION + number,
            "message_id": f"<bench{number}@recruit>",
            "recipient": f"applicant{number}@example.org",
            "subject": "Vi har din ansökan",
            "body": "Hej,\n\nvi har tagit emot din ansökan.\n" * 10,
            "language": "sv",
            "created_at": NOW,
            "next_try_at": NOW,
            "sent_at": NOW,
            "attempts": 1,
        }
        for number in range(1, applications + 1)
    ]
    insert_rows(session, OutgoingMail, rows)
    session.commit()


def _second(session: Session, world: World, after: int) -> Intake:
    """An intake in which 50 assessors have 50 applications each to read, and the first of them 250."""
    intake = opened_intake(session, world, slug="bt-next")
    sent = WORKING * WAITING // 2
    accounts: Rows = []
    applications: Rows = []
    for number in range(1, sent + 1):
        key = 2 * FIRST_APPLICATION + number
        accounts.append(
            {
                "id": key,
                "email": f"next{key}@example.org",
                "name": f"Next {key}",
                "password_hash": password_hash(),
                "language": "sv",
                "created_at": NOW,
                "verified_at": NOW,
            }
        )
        applications.append(
            {
                "id": key,
                "region_id": intake.region_id,
                "intake_id": intake.id,
                "account_id": key,
                "reference": f"BT27-{number:06d}",
                "mask_code": code(after + number),
                "status": ApplicationStatus.SUBMITTED,
                "eligibility": Eligibility.ELIGIBLE,
                "created_at": NOW,
                "saved_at": NOW,
                "submitted_at": NOW,
                "given_name": "Åsa",
                "family_name": f"Öberg {number}",
                "motivation": "Jag vill lära mig mer om akut omhändertagande. " * 8,
                "scientific_work": "Ett kvalitetsarbete om läkemedelsgenomgångar. " * 6,
                "other_work": "Jag har undervisat i hjärt-lungräddning. " * 4,
                "learning_needs": "Primärvård och psykiatri. " * 4,
            }
        )
    insert_rows(session, Account, accounts)
    insert_rows(session, Application, applications)
    given = [
        _assignment(
            intake,
            2 * FIRST_APPLICATION + 1 + (seat * (WAITING // 2) + offset) % sent,
            FIRST_ASSESSOR + seat,
            AssignmentStatus.ASSIGNED,
        )
        for seat in range(WORKING)
        for offset in range(EACH if seat == 0 else WAITING)
    ]
    insert_rows(session, Assignment, given)
    intakes.close(session, intake=intake, actor=world.actor, now=CLOSES)
    session.commit()
    return intake
