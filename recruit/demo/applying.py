"""One invented person applies, the way a real one does: topic by topic, with files, then sends."""

import random
from datetime import datetime

from sqlmodel import Session

from recruit.actor import Actor
from recruit.demo.files import pdf, png
from recruit.demo.people import Person
from recruit.models import (
    Account,
    Application,
    AttachmentKind,
    Intake,
    LanguageEvidence,
    LicenceStatus,
    Site,
    WorkPermit,
)
from recruit.services import answers, application, attachments
from recruit.services.answers import PeriodAnswers, RefereeAnswers
from recruit.storage import Storage

TITLES = ("överläkare", "studierektor", "specialistläkare", "enhetschef")
LANGUAGE_NOTES = {
    LanguageEvidence.EDUCATION_IN_SWEDISH: "Gymnasieexamen i Sverige.",
    LanguageEvidence.WORK_IN_SWEDISH: "Undersköterska på svensk vårdavdelning, tre år.",
    LanguageEvidence.NORDIC: "Studier på danska och norska, arbete på svenska.",
}
MOTIVATION = {
    "sv": "Jag vill bli en trygg läkare i svensk sjukvård och lära mig arbeta nära primärvården.",
    "en": "I want to become a safe doctor in Swedish health care and learn to work close to primary care.",
}
NEEDS = {
    "sv": ("Jag behöver träna på intyg, palliativ vård och svensk lagstiftning.", "Mest akuta tillstånd."),
    "en": ("I need training in certificates, palliative care and Swedish law.", "Mainly acute conditions."),
}
SCIENCE = {
    "sv": (
        "Kurs i vetenskaplig metod.",
        "Kvalitetsprojekt om antibiotika före operation, tolv veckor, presenterat på kliniken.",
        "En publicerad artikel om hjärtsvikt, medförfattare.",
        "Inget än.",
    ),
    "en": (
        "A course in scientific method.",
        "A quality project on antibiotics before surgery, twelve weeks, presented at the clinic.",
        "One published article on heart failure, co-author.",
        "Nothing yet.",
    ),
}
OTHER = {
    "sv": (
        "Undervisade i klinisk undersökning två terminer.",
        "Volontär vid vaccinationer, tre månader.",
        "Inget.",
    ),
    "en": (
        "Taught clinical examination for two terms.",
        "Volunteer at vaccinations, three months.",
        "Nothing.",
    ),
}


def register(session: Session, person: Person, password_hash: str, now: datetime) -> Account:
    """A verified account. The hash is shared: making 180 would take minutes and show nothing."""
    account = Account(
        email=person.email,
        name=f"{person.given_name} {person.family_name}",
        password_hash=password_hash,
        language=person.language,
        created_at=now,
        verified_at=now,
    )
    session.add(account)
    session.flush()
    return account


def apply(
    session: Session,
    *,
    person: Person,
    account: Account,
    intake: Intake,
    sites: list[Site],
    storage: Storage,
    chance: random.Random,
    now: datetime,
    send: bool = True,
) -> Application:
    """Fill in everything and send; with `send=False` stop somewhere in the middle and leave a draft."""
    actor = Actor(account.id)
    draft = application.start(session, intake=intake, account=account, actor=actor, now=now)
    told = _topics(person, chance)
    kept = list(told)[: None if send else chance.randint(1, len(told))]
    for topic in kept:
        answers.save_topic(session, application=draft, topic=topic, answers=told[topic], actor=actor, now=now)
    if not send:
        return draft
    for period in person.periods:
        answers.save_period(
            session,
            application=draft,
            period=PeriodAnswers(
                employer=period.employer,
                country=period.country,
                area=period.area,
                starts_on=period.starts_on,
                ends_on=period.ends_on,
                fte_percent=period.fte_percent,
                supervised=period.supervised,
            ),
            actor=actor,
            now=now,
        )
    answers.save_referees(
        session, application=draft, referees=_referees(person, chance), actor=actor, now=now
    )
    wanted = [
        site.id for site in chance.sample(sites, k=chance.randint(1, len(sites))) if site.id is not None
    ]
    answers.save_sites(session, application=draft, site_ids=wanted, actor=actor, now=now)
    answers.save_monitoring(
        session, application=draft, sex=person.sex, age_band=person.age_band, actor=actor, now=now
    )
    for kind, name, content in _files(person):
        attachments.attach(
            session,
            application=draft,
            kind=kind,
            filename=name,
            content=content,
            storage=storage,
            actor=actor,
            now=now,
        )
    return application.submit(session, application=draft, actor=actor, now=now)


def _topics(person: Person, chance: random.Random) -> dict[str, dict[str, object]]:
    words = person.language
    level = max(0, min(3, round(1.4 - person.ability)))  # how much there is to tell
    return {
        "about_you": {
            "given_name": person.given_name,
            "family_name": person.family_name,
            "native_name": person.native_name,
            "phone": f"+46 70 000 {person.number % 100:02d} {person.number // 100:02d}",
            "city": chance.choice(("Älvstad", "Lindfors", "Rīga", "Uppsala", "Malmö")),
        },
        "licence": {
            "licence": person.licence,
            "licence_on": None if person.licence is LicenceStatus.NONE else person.licence_on,
            "licence_route": person.licence_route,
        },
        "start": {
            "swedish_at": person.swedish_at,
            "st_before_july_2021": False,
            "earlier_bt_certificate": False,
            "can_start": chance.random() > 0.03,
            "work_permit": person.work_permit,
            "work_permit_on": person.result_on if person.work_permit is WorkPermit.EXPECTED else None,
            "credit_claim": "6 månaders handledd tjänstgöring på medicinklinik."
            if person.claims_credit
            else None,
        },
        "education": {
            "education_country": person.country,
            "institution": person.institution,
            "graduation_year": person.graduation_year,
        },
        "language": {
            "language_evidence": person.language_evidence,
            "language_on": person.result_on
            if person.language_evidence is LanguageEvidence.EXPECTED
            else None,
            "language_note": LANGUAGE_NOTES.get(person.language_evidence),
        },
        "experience": {"no_experience": not person.periods},
        "own_words": {
            "motivation": MOTIVATION[words],
            "learning_needs": chance.choice(NEEDS[words]),
            "scientific_work": SCIENCE[words][level],
            "other_work": chance.choice(OTHER[words]),
        },
    }


def _referees(person: Person, chance: random.Random) -> list[RefereeAnswers]:
    return [
        RefereeAnswers(
            name=f"Referent {person.number:03d}{letter}",
            title=chance.choice(TITLES),
            workplace="Medicinkliniken" if letter == "a" else "Akutmottagningen",
            email=f"referent{person.number:03d}{letter}@example.org",
            phone=None,
        )
        for letter in ("a", "b")
    ]


def _files(person: Person) -> list[tuple[AttachmentKind, str, bytes]]:
    name = f"{person.given_name} {person.family_name}"
    diploma = "Rekommendationsbrev" if person.forgets_diploma else "Examensbevis, läkare"
    found = [
        (AttachmentKind.CV, "cv.pdf", pdf("Meritförteckning", [name, *_cv_lines(person)])),
        (AttachmentKind.DIPLOMA, "diploma.pdf", pdf(diploma, [name, str(person.graduation_year)])),
    ]
    if person.licence is LicenceStatus.HELD:
        found.append(
            (AttachmentKind.LICENCE, "legitimation.pdf", pdf("Legitimation", [name, str(person.licence_on)]))
        )
    if person.language_evidence in (LanguageEvidence.CERTIFICATE, LanguageEvidence.EXPECTED):
        found.append((AttachmentKind.LANGUAGE, "språkintyg.png", png(120, 170, 200 + person.number % 50)))
    if person.work_permit is WorkPermit.HELD:
        found.append((AttachmentKind.WORK_PERMIT, "permit.pdf", pdf("Arbetstillstånd", [name])))
    return found


def _cv_lines(person: Person) -> list[str]:
    born = person.graduation_year - 25
    school = f", {person.institution}" if person.institution[0] < "\u0250" else ""
    told = [person.email, f"Född {born}", f"{born + 19}–{person.graduation_year}: Läkarexamen{school}"]
    return told + [f"{period.starts_on} – {period.ends_on}: {period.employer}" for period in person.periods]
