"""The region's own texts of letters: each change is a new version, and nobody overwrites another's unseen."""

from datetime import datetime

from sqlmodel import Session, select

from recruit import merging
from recruit.actor import Actor
from recruit.errors import Conflict
from recruit.i18n import lazy_gettext as _
from recruit.merging import Texts
from recruit.models import LetterKind, LetterTemplate, Region
from recruit.models.types import id_of
from recruit.queries import letters as queries
from recruit.services import record


class ChangedMeanwhile(Conflict):
    """Somebody else has saved the text since it was opened; `text` is what stands now."""

    def __init__(self, text: queries.Text) -> None:
        super().__init__(
            _(
                "Somebody else has saved version %(version)s of this text since you opened it. Nothing of yours is"
                " saved. What you wrote is still in the form, and theirs stands beside it: put together what is to"
                " hold, and save again.",
                version=text.version,
            )
        )
        self.text = text


def save(
    session: Session,
    *,
    region_id: int,
    kind: LetterKind,
    texts: Texts,
    seen: int,
    actor: Actor,
    now: datetime,
) -> LetterTemplate | None:
    """Keep a text as the next version; `seen` is the version that was opened. None when it is as it was.

    Raises Invalid for a merge field that there is not, ChangedMeanwhile when another version was saved in between.
    """
    merging.check(texts)
    session.exec(select(Region.id).where(Region.id == region_id).with_for_update(key_share=True)).one()
    standing = queries.text_of(session, region_id=region_id, kind=kind)
    if standing.version != seen:
        raise ChangedMeanwhile(standing)
    if standing.texts == texts:
        return None
    made = LetterTemplate(
        region_id=region_id,
        kind=kind,
        version=standing.version + 1,
        subject_sv=texts.subject_sv,
        body_sv=texts.body_sv,
        subject_en=texts.subject_en,
        body_en=texts.body_en,
        created_at=now,
        created_by_id=actor.person(),
    )
    session.add(made)
    session.flush()
    old, new = standing.texts.parts(), texts.parts()
    record.write(
        session,
        region_id=region_id,
        actor=actor,
        now=now,
        action="letter.text_saved",
        subject=("letter_template", id_of(made)),
        changes={
            "kind": (None, kind),
            "version": (standing.version, made.version),
            **{part: (old[part], new[part]) for part in new if old[part] != new[part]},
        },
    )
    return made
