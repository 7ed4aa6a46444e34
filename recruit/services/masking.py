"""What a person strikes from an application's free text, beside what is struck by itself."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session

from recruit.actor import Actor
from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import Application
from recruit.services import record
from recruit.services.impartiality import refuse_partial

MOST = 100
LONGEST = 200


def strike_words(
    session: Session,
    *,
    application: Application,
    phrases: Collection[str],
    let_stand: Mapping[str, int],
    actor: Actor,
    now: datetime,
) -> None:
    """Keep the phrases that are struck from now on; what is struck by itself stays struck, whatever is chosen.

    `let_stand`: how many findings of which kind the person left. The record holds numbers, never the words. Raises
    Invalid (field "words") for too many or too long ones, NotAllowed as for decisions.
    """
    refuse_partial(session, application=application, actor=actor)
    wanted = list(dict.fromkeys(" ".join(each.split()) for each in phrases if each.strip()))
    if len(wanted) > MOST or any(len(each) > LONGEST for each in wanted):
        raise Invalid(
            _("Strike at most %(most)s phrases of at most %(long)s letters.", most=MOST, long=LONGEST),
            field="words",
        )
    before = (application.struck_words or "").splitlines()
    application.struck_words = "\n".join(wanted) or None
    session.add(application)
    session.flush()
    assert application.id is not None
    record.write(
        session,
        region_id=application.region_id,
        actor=actor,
        now=now,
        action="masking.decided",
        subject=("application", application.id),
        changes={"phrases": (len(before), len(wanted)), "let_stand": (None, dict(sorted(let_stand.items())))},
        intake_id=application.intake_id,
    )
