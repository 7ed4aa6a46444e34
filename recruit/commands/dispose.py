"""`recruit dispose`: carry out the plans for disposal, show what they would take, prove what went."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from recruit.commands.common import command_session, command_settings

if TYPE_CHECKING:
    from sqlmodel import Session

    from recruit.disposing.searching import Searched
    from recruit.models import Application

#: The table that mail waits in and is kept in.
OUTBOX = "outgoing_mail."


@click.command(
    "dispose",
    epilog="Example: recruit dispose --dry-run; recruit dispose --due, once a day from cron; "
    "recruit dispose --prove BT26-7K4MW --word 'Ada Berg'; "
    "recruit dispose BT26-7K4MW --reason 'Decision RÄ 2026/12'",
)
@click.argument("reference", required=False)
@click.option("--dry-run", is_flag=True, help="Show what is due by the plans, in counts; change nothing.")
@click.option("--due", is_flag=True, help="Dispose of what is due in every region that has a plan.")
@click.option(
    "--prove", metavar="REFERENCE", help="Show what went of this application, and search for what is left."
)
@click.option("--word", "words", multiple=True, help="With --prove: look for this too, a name or an address.")
@click.option(
    "--reason", help="With a reference: the decision that the disposal rests on; it is kept in the record."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(
    reference: str | None,
    dry_run: bool,
    due: bool,
    prove: str | None,
    words: tuple[str, ...],
    reason: str | None,
    yes: bool,
) -> None:
    """Dispose of applications by the regions' plans, or of the one with this reference number by a decision.

    Everything personal goes: answers, files, mail, what others wrote. Counts, levels, rankings and lists stay, and
    `recruit verify` still passes and names what was disposed of, and when.
    """
    if sum((bool(reference), dry_run, due, prove is not None)) != 1:
        raise click.UsageError("Give one of: a reference, --dry-run, --due, --prove.")
    if dry_run:
        _show_due()
    elif due:
        _carry_out()
    elif prove is not None:
        _prove(prove, words)
    else:
        if not (reason or "").strip():
            raise click.UsageError("Name the decision with --reason.")
        _one(str(reference), str(reason), yes)


def _show_due() -> None:
    """Per intake: how many of what, tables and files; no names and no numbers of applications."""
    from sqlmodel import select

    from recruit import clock
    from recruit.disposing.register import EMPTIED, GOES
    from recruit.models import Region
    from recruit.queries import disposal as queries

    tables = (*GOES, *EMPTIED)
    with command_session("every region has its plan") as session:
        for region in session.exec(select(Region).order_by(Region.slug)).all():
            _terms, revision = queries.plan_of(session, region_id=region.id or 0)
            plan = f"plan {revision}" if revision else "no plan yet: nothing goes by itself"
            click.echo(f"{region.slug} ({plan})")
            found = queries.due(session, region_id=region.id or 0, now=clock.now())
            for each in found:
                click.echo(f"  {each.intake.slug}")
                _line("applications", len(each.applications))
                _line("drafts that were never sent", len(each.drafts))
                _line("monitoring answers before the rest", len(each.monitoring))
                _line("applications whose mail goes before the rest", len(each.mails))
                _line("files of disclosures before the rest", len(each.disclosure_files))
                _line("held", each.held)
                counts = queries.counts(session, (*each.applications, *each.drafts), tables)
                _line("files", counts.get("attachment", 0))
                for name in sorted(counts):
                    _line(f"rows of {_table(name)}", counts[name])
            if not found:
                click.echo("  nothing is due")
        click.echo(f"{_strays(session)} files are named by no row")


def _strays(session: Session) -> int:
    """How many stored files older than a day no row names."""
    from recruit import clock
    from recruit.storage import Storage
    from recruit.stray_files import find

    return len(find(session, Storage(command_settings().attachments), now=clock.now()).names)


def _line(what: str, number: int) -> None:
    if number:
        click.echo(f"    {number:6} {what}")


def _carry_out() -> None:
    from recruit.database import make_engine
    from recruit.disposals import carry_out

    settings = command_settings()
    engine = make_engine(settings.database)
    try:
        run = carry_out(engine, settings)
    finally:
        engine.dispose()
    for slug in run.without_plan:
        click.echo(f"{slug} has no plan: nothing was disposed of.")
    click.echo(
        f"{run.applications} applications and {run.drafts} drafts are gone, {run.files} files of sent applications; "
        f"{run.monitoring} monitoring answers, mail of {run.mails}, {run.disclosure_files} files of disclosures; "
        f"{run.held} wait, held."
    )
    click.echo(f"{run.strays} files that no row named are removed.")
    if run.searched is not None:
        _tell_search(run.searched)


def _one(reference: str, reason: str, yes: bool) -> None:
    from recruit import clock
    from recruit.actor import SYSTEM
    from recruit.database import make_engine
    from recruit.disposals import prove, scrub
    from recruit.services.disposal import dispose
    from recruit.storage import Storage

    if not yes:
        click.confirm(f"Dispose of everything personal in {reference}? This cannot be undone.", abort=True)
    settings = command_settings()
    with command_session("a reference number is unique over all regions", settings) as session:
        gone = dispose(
            session,
            application=_application(session, reference),
            reason=reason,
            storage=Storage(settings.attachments),
            actor=SYSTEM,
            now=clock.now(),
        )
    engine = make_engine(settings.database)
    try:
        searched = prove(engine, settings, [gone])
        scrub(engine)
    finally:
        engine.dispose()
    _tell_receipt(reference, gone.disposed_at, gone.counts, gone.files)
    _tell_search(searched)
    click.echo(f"Backups made before are gone after {gone.backups_until.isoformat()}.")


def _prove(reference: str, words: Sequence[str]) -> None:
    from recruit.disposals import look
    from recruit.disposing.leftovers import leftovers
    from recruit.queries.disposal import receipt_of

    settings = command_settings()
    with command_session("a reference number is unique over all regions", settings) as session:
        application = _application(session, reference)
        receipt = receipt_of(session, application)
        if receipt is None:
            raise click.ClickException(f"{reference} has not been disposed of.")
        _tell_receipt(reference, receipt.disposed_at, receipt.counts, receipt.files)
        if receipt.searched is not None:
            click.echo(
                f"Right after it, {receipt.searched} words were looked for; {receipt.found} places had one."
            )
        left = leftovers(session, application)
        searched = look(session, settings, [each for each in words if each.strip()])
        strays = _strays(session)
    for place, number in sorted(left.items()):
        click.echo(f"Left: {number} in {place}")
    if not left:
        click.echo(
            "Left: nothing. No row of any table about it, the outbox and the list of files among them, holds words of"
            " a person."
        )
    if strays:
        click.echo(f"{strays} stored files are named by no row, so that nobody can tell whose they are.")
        click.echo("`recruit stray-files` removes them.")
    if words:
        _tell_search(searched)
    click.echo(f"Backups made before are gone after {receipt.backups_until.isoformat()}.")
    if left or searched.places:
        raise SystemExit(1)


def _application(session: Session, reference: str) -> Application:
    from sqlmodel import select

    from recruit.models import Application

    found = session.exec(select(Application).where(Application.reference == reference)).first()
    if found is None:
        raise click.ClickException(f"There is no application {reference!r}.")
    return found


def _tell_receipt(reference: str, at: datetime, counts: str, files: int) -> None:
    from recruit.display import written

    click.echo(f"{reference} was disposed of {written(at, 'en')}: {files} files, and rows of")
    for name, number in sorted(json.loads(counts).items()):
        _line(_table(name), number)


def _table(name: str) -> str:
    """A table as it is told of: of some only the words go, and the rows stay for the counts."""
    from recruit.disposing.register import EMPTIED

    return f"{name}, emptied of words" if name in EMPTIED else name


def _tell_search(searched: Searched) -> None:
    """Place by place, with a word on what a find means."""
    outbox = {place: number for place, number in searched.found.items() if place.startswith(OUTBOX)}
    rest = {place: number for place, number in searched.found.items() if place not in outbox}
    click.echo(f"{searched.words} words looked for in")
    _tell_place(f"database: {searched.columns} columns of words", rest)
    _tell_place("outbox", outbox)
    _tell_place(
        f"files: the names of {searched.files}, and the text of {searched.logs} logs", searched.found_in_files
    )
    if searched.places:
        click.echo(
            "A find may be another person's: names and usual phrases are shared. Whether anything is left of this one"
            " is told by --prove."
        )


def _tell_place(where: str, found: dict[str, int]) -> None:
    click.echo(f"  {where}: {'found' if found else 'none was found'}")
    for place, number in sorted(found.items()):
        click.echo(f"    {number:6} in {place}")
