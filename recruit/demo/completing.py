"""Some applicants are asked to complete their applications: answered, waited for and overdue, as in life."""

from datetime import datetime, timedelta
from typing import Protocol

from sqlmodel import Session

from recruit import clock
from recruit.actor import Actor
from recruit.demo.files import pdf
from recruit.demo.judging import Judged
from recruit.demo.region import Group
from recruit.models import AttachmentKind, CompletionRequest, Eligibility, Intake
from recruit.services import attachments, completion, completion_answers
from recruit.services.completion import Wanted
from recruit.storage import Storage

LICENCE = "Skicka beslutet från Socialstyrelsen så snart du har fått det. Ett foto går bra om det kan läsas."
DATES = "I ditt cv saknas när du slutade på din senaste arbetsplats. Vilket datum var det?"
DIPLOMA = "Det du bifogade är ett intyg om deltagande. Vi behöver själva examensbeviset."
BASE_URL = "http://127.0.0.1:8000"


class Telling(Protocol):
    """What the demo's story hands over."""

    session: Session
    group: Group
    storage: Storage

    def at(self, days: int, hour: int = 9) -> datetime: ...


def while_assessed(demo: Telling, intake: Intake, judged: list[Judged]) -> int:
    """After eligibility was decided: a licence that came in, an answer in words, one waited for, one overdue."""
    found = [each.application for each in judged]
    out = [each for each in found if each.eligibility is Eligibility.INELIGIBLE]
    waiting = [each for each in found if each.eligibility is Eligibility.CONDITIONAL]
    licence = Wanted(kind=AttachmentKind.LICENCE, requirement="E1", text=LICENCE)
    first = _ask(demo, intake, out[0].mask_code, licence, asked=-14, due=-4)
    attachments.attach(
        demo.session,
        application=out[0],
        kind=AttachmentKind.LICENCE,
        filename="beslut.pdf",
        content=pdf("Socialstyrelsen", ["Beslut om legitimation"]),
        storage=demo.storage,
        actor=Actor(out[0].account_id),
        now=demo.at(-6, 14),
    )
    assert first.answered_at is not None
    asked = _ask(demo, intake, waiting[0].mask_code, Wanted(text=DATES), asked=-14, due=-7)
    completion_answers.answer_in_words(
        demo.session,
        request=asked,
        application=waiting[0],
        answer="Jag slutade den 31 maj.",
        actor=Actor(waiting[0].account_id),
        now=demo.at(-7, 20),
    )
    _ask(demo, intake, waiting[1].mask_code, licence, asked=-5, due=9)
    _ask(demo, intake, waiting[2].mask_code, licence, asked=-13, due=-3)
    return 4


def while_open(demo: Telling, intake: Intake, judged: list[Judged]) -> int:
    """Before the closing time: a diploma that was the wrong paper."""
    diploma = Wanted(kind=AttachmentKind.DIPLOMA, requirement="E5", text=DIPLOMA)
    for each in judged[:2]:
        _ask(demo, intake, each.application.mask_code, diploma, asked=-1, due=12)
    return 2


def _ask(
    demo: Telling, intake: Intake, code: str, wanted: Wanted, *, asked: int, due: int
) -> CompletionRequest:
    done = completion.ask(
        demo.session,
        intake=intake,
        codes=[code],
        wanted=wanted,
        due_on=clock.in_stockholm(demo.at(0)).date() + timedelta(days=due),
        base_url=BASE_URL,
        actor=demo.group.actor,
        now=demo.at(asked),
    )
    return done.requests[0]
