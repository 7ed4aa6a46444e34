"""Signing a report of the monitor, and checking signatures against the record."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.frames import ATTRIBUTES
from recruit.i18n import lazy_gettext as _
from recruit.models import Intake, MonitoringAnalysis, MonitoringSignature
from recruit.models.types import id_of
from recruit.queries import analysis as analyses
from recruit.queries import report as queries
from recruit.services import record
from recruit.services.chain import Chain, Finding
from recruit.services.record import as_text, canonical, sha256

OVERALL = "overall"
#: What may be commented on, in the order of the form.
SUBJECTS = (OVERALL, *ATTRIBUTES)
SIGNED = "monitoring.signed"


def sign(
    session: Session,
    *,
    intake: Intake,
    number: int,
    comments: Mapping[str, str],
    actor: Actor,
    now: datetime,
    minimum: int,
) -> MonitoringSignature:
    """Sign the report of the newest analysis, `number`, with comments by "overall" and attribute.

    What may leave the house is suppressed and kept with it. A later analysis is not signed by this. That the actor is
    an auditor outside the recruitment group is for the caller to know.

    Raises Conflict where there is no such analysis, a newer one, no confirmed list, changed data or a signature
    already; Invalid without an overall comment, or where the analysis does not have its checksum.
    """
    session.exec(select(Intake.id).where(Intake.id == intake.id).with_for_update(key_share=True)).one()
    analysis = _to_be_signed(session, intake, number)
    kept = {subject: comments.get(subject, "").strip() for subject in SUBJECTS}
    if not kept[OVERALL]:
        raise Invalid(_("Say in a few words what you conclude from the report."), field=OVERALL)
    text = canonical({subject: words for subject, words in kept.items() if words})
    published = json.dumps(
        queries.publication(session, intake=intake, minimum=minimum, now=now),
        ensure_ascii=False,
        separators=(",", ":"),
        allow_nan=False,
    )
    salt = secrets.token_hex(32)
    made = MonitoringSignature(
        region_id=intake.region_id,
        intake_id=id_of(intake),
        analysis_id=id_of(analysis),
        comments=text,
        published=published,
        salt=salt,
        seal=seal(salt, str(analysis.figures_sha256), text, published),
        signed_at=now,
        signed_by_id=actor.person(),
    )
    session.add(made)
    session.flush()
    record.write(
        session,
        region_id=intake.region_id,
        intake_id=intake.id,
        actor=actor,
        now=now,
        action=SIGNED,
        subject=("monitoring_analysis", id_of(analysis)),
        # Not the checksum of the figures: the group reads the record, and could try guesses of answers against it.
        changes={"number": (None, number), "seal": (None, made.seal), "comments": (None, text)},
    )
    return made


def seal(salt: str, figures_sha256: str, comments: str, published: str) -> str:
    """What ties a signature to figures, comments and publication."""
    return sha256(canonical([salt, figures_sha256, comments, sha256(published)]))


def _to_be_signed(session: Session, intake: Intake, number: int) -> MonitoringAnalysis:
    newest = analyses.newest_done(session, intake=intake)
    if newest is None:
        raise Conflict(_("There is no finished analysis to sign. Compute one first."))
    if newest.number != number:
        raise Conflict(
            _(
                "Analysis %(newest)s is newer than the one you read. Read that one, then sign it.",
                newest=newest.number,
            )
        )
    if queries.signature_of(session, analysis=newest) is not None:
        raise Conflict(_("This analysis is signed already. A signature is given once."))
    # Read anew: what pages remember of it rests on the record, and a signature is for good.
    if analyses.is_stale_now(session, intake=intake, analysis=newest):
        raise Conflict(
            _(
                "What the analysis was computed from has changed since. Compute it anew, read it, then sign it."
            )
        )
    if sha256(newest.figures or "") != newest.figures_sha256:
        raise Invalid(_("The stored figures do not have their checksum, so they cannot be signed."))
    drawn = analyses.figures_of(newest)["list"]
    if drawn is None or not drawn["confirmed"]:
        raise Conflict(
            _(
                "The list is not confirmed yet, so the figures may still change. Sign when it is, by a new analysis."
            )
        )
    return newest


def check_signatures(session: Session, region_id: int, chain: Chain) -> Iterator[Finding]:
    """Every signature against the analysis, comments and publication it was given for, and the record's entries."""
    told = chain.about(SIGNED)
    rows = {
        row.analysis_id: row
        for row in session.exec(select(MonitoringSignature).where(MonitoringSignature.region_id == region_id))
    }
    analyses_of = select(MonitoringAnalysis).where(col(MonitoringAnalysis.id).in_(rows.keys() | told.keys()))
    signed = {row.id: row for row in session.exec(analyses_of)}
    for analysis_id in sorted(rows.keys() | told.keys()):
        row, entries, analysis = rows.get(analysis_id), told.get(analysis_id, []), signed.get(analysis_id)
        what = f"signature of monitoring analysis {analysis.number if analysis else '?'}"
        what += f" of intake {row.intake_id if row else entries[0].intake_id}"
        if row is None:
            yield Finding("signature", what, f"it is gone; entry {entries[0].number} recorded it")
            continue
        if analysis is None:
            yield Finding("signature", what, "the analysis that was signed is gone")
            continue
        if sha256(analysis.figures or "") != analysis.figures_sha256:
            yield Finding("signature", what, "the figures that were signed do not match their checksum")
        if seal(row.salt, str(analysis.figures_sha256), row.comments, row.published) != row.seal:
            yield Finding(
                "signature", what, "figures, comments or publication are not those that were signed"
            )
        if not entries:
            yield Finding("signature", what, "no entry of the record tells of it")
            continue
        entry = entries[0]
        for again in entries[1:]:
            yield Finding(
                "signature", what, f"entry {again.number} tells of it a second time, after {entry.number}"
            )
        for field, present in (("seal", row.seal), ("comments", row.comments), ("number", analysis.number)):
            recorded = chain.said(entry, field)
            if recorded is not None and recorded != as_text(present):
                yield Finding("signature", what, f"its {field} is not what entry {entry.number} recorded")
        for field, found, right in (
            ("account", row.signed_by_id, entry.actor_id),
            ("time", row.signed_at, entry.at),
        ):
            if found != right:
                yield Finding("signature", what, f"its {field} is not that of entry {entry.number}")
