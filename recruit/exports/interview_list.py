"""A confirmed interview list as XLSX, CSV and PDF, with names. Place, points and the mask code are left out.

Those called stand in order of name, so that a panel starts from zero; reserves stand in the order in which
they are called. Needs no request: the words stand here in both languages.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
from babel.dates import format_date, format_datetime
from sqlmodel import Session, col, func, select

from recruit.clock import STOCKHOLM
from recruit.models import (
    CriteriaProfile,
    EntryKind,
    Intake,
    InterviewList,
    Posts,
    RankingRow,
    RankingRun,
    Region,
)
from recruit.queries import interview as queries
from recruit.queries import lots
from recruit.queries.interview import Listed
from recruit.queries.lots import Lot
from recruit.tables.pages import FONTS, TEMPLATES
from recruit.tables.pdf import write_pdf
from recruit.tables.writing import Column, write_csv, write_xlsx

KINDS = ("xlsx", "csv", "pdf")
MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "pdf": "application/pdf",
}

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Intervjulista", "Interview list"),
    "page": ("Sida", "Page"),
    "of": ("av", "of"),
    "decided": ("Beslut", "Decided"),
    "called": ("Kallas", "Called"),
    "reserve": ("Reserv", "Reserve"),
    "reserves": ("Reserver", "Reserves"),
    "starts": ("Tillträde", "Start"),
    "called_of": (
        "{called} av {ranked} i rangordningen, till {posts} platser",
        "{called} of {ranked} ranked, for {posts} posts",
    ),
    "in_order": ("{n}, i ordning", "{n}, in order"),
    "none": ("Inga", "None"),
    "by_name": (
        "De kallade står i bokstavsordning. Plats, poäng och ansökans kod syns inte, "
        "så att panelen börjar från noll.",
        "Those called stand in order of name. Place, points and the application's code "
        "are left out, so that the panel starts from zero.",
    ),
    "v_means": (
        "betyder villkor: något väntas före start.",
        "means conditional: something is awaited before the start.",
    ),
    "called_heading": ("Kallas till intervju", "Called to interview"),
    "reserves_heading": (
        "Reserver, i den ordning de kallas",
        "Reserves, in the order in which they are called",
    ),
    "nobody": ("Ingen kallas.", "Nobody is called."),
    "group": ("Platser", "Posts"),
    "list": ("Lista", "List"),
    "order": ("Reservordning", "Reserve order"),
    "family_name": ("Efternamn", "Family name"),
    "given_name": ("Förnamn", "Given name"),
    "native_name": ("Namn i egen skrift", "Name in own script"),
    "conditional": ("Villkor", "Conditional"),
    "yes": ("ja", "yes"),
    "reference": ("Ansökningsnummer", "Reference number"),
    "email": ("E-post", "E-mail"),
    "phone": ("Telefon", "Telephone"),
    "sites": ("Önskade orter", "Site preferences"),
    "withdrawn": ("återkallad", "withdrawn"),
    "about": ("Om listan", "About the list"),
    "organisation": ("Organisation", "Organisation"),
    "intake": ("Omgång", "Intake"),
    "case_number": ("Diarienummer", "Case number"),
    "version": ("Version", "Version"),
    "ranking": ("Rangordning", "Ranking"),
    "run": ("körning {n}, {when}", "run {n}, {when}"),
    "profile": ("Kravprofil", "Criteria profile"),
    "profile_version": ("{key}, version {n}", "{key}, version {n}"),
    "seed": ("Frö för lottning", "Seed of the lot"),
    "committed": ("dolt än; kontrollsumma från öppnandet {sum}", "hidden as yet; checksum from the opening {sum}"),
    "checksum": ("Kontrollsumma", "Checksum"),
    "chain": ("Protokollkedjans huvud", "Head of the record's chain"),
    "not_yet": ("ges när listan beslutas", "given when the list is confirmed"),
    "printed": ("Utskriven {when}", "Printed {when}"),
    "public": ("Listan kan räknas om ur körningens underlag. Allmän handling.",
               "The list can be recomputed from the run's inputs. A public record."),
    "when": ("d MMMM y 'klockan' HH.mm", "d MMMM y 'at' HH:mm"),
}  # fmt: skip


@dataclass(frozen=True)
class Document:
    """Everything that a file of a list says."""

    region: Region
    intake: Intake
    found: InterviewList
    run: RankingRun
    profile: CriteriaProfile
    lot: Lot | None
    entries: Sequence[Listed]
    ranked: int
    posts: int
    language: str
    now: datetime


def content(
    session: Session, *, interview_list: InterviewList, kind: str, language: str, now: datetime
) -> bytes:
    """The list as a file: `kind` is one of KINDS, `language` "sv" or "en".

    A draft stands by code alone, so it has no files: callers give a confirmed list.
    Raises PdfUnavailable when WeasyPrint's system libraries are missing.
    """
    document = _document(session, interview_list, language, now)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list.{kind}"
        if kind == "pdf":
            write_pdf(path, page(document), FONTS)
        elif kind == "csv":
            write_csv(path, columns(document), language)
        else:
            t = words(language)
            write_xlsx(path, t.title, columns(document), (t.about, facts(document)))
        return path.read_bytes()


def words(language: str) -> SimpleNamespace:
    """All words in one language, as attributes."""
    return SimpleNamespace(**{key: pair[0 if language == "sv" else 1] for key, pair in _WORDS.items()})


def _document(session: Session, found: InterviewList, language: str, now: datetime) -> Document:
    intake = session.exec(select(Intake).where(Intake.id == found.intake_id)).one()
    run = queries.run_of(session, interview_list=found)
    ranked = select(func.count(col(RankingRow.place))).where(RankingRow.run_id == run.id)
    posts = select(func.coalesce(func.sum(Posts.number), 0)).where(Posts.intake_id == intake.id)
    return Document(
        region=session.exec(select(Region).where(Region.id == found.region_id)).one(),
        intake=intake,
        found=found,
        run=run,
        profile=queries.profile_of_run(session, run=run),
        lot=lots.of_stage(session, intake_id=found.intake_id, stage=run.stage),
        entries=queries.entries(session, interview_list=found),
        ranked=session.exec(ranked).one(),
        posts=int(session.exec(posts).one()),
        language=language,
        now=now,
    )


def _in_order(document: Document) -> list[Listed]:
    """By group: those called by name, then reserves by rank."""
    names = [group["name"] for group in json.loads(document.found.line)["groups"]]
    called = sorted(
        (each for each in document.entries if each.kind is EntryKind.CALLED),
        key=lambda each: queries.name_key(each, document.language),
    )
    reserves = [each for each in document.entries if each.kind is EntryKind.RESERVE]
    return sorted(
        [*called, *reserves], key=lambda each: (names.index(each.group_name), each.kind.value != "called")
    )


def columns(document: Document) -> list[Column]:
    """The list as columns, one row per application."""
    t, rows = words(document.language), _in_order(document)
    grouped = any(row.group_name for row in rows)
    found = [
        Column(t.list, [t.called if row.kind is EntryKind.CALLED else t.reserve for row in rows], "word"),
        Column(t.order, [row.position if row.kind is EntryKind.RESERVE else None for row in rows], "integer"),
    ]
    if grouped:
        found.append(Column(t.group, [row.group_name for row in rows]))
    return [
        *found,
        Column(t.family_name, [row.family_name for row in rows]),
        Column(t.given_name, [row.given_name for row in rows]),
        Column(t.native_name, [row.native_name or None for row in rows]),
        Column(t.conditional, [t.yes if row.conditional else None for row in rows], "word"),
        Column(t.reference, [row.reference for row in rows]),
        Column(t.email, [row.email for row in rows]),
        Column(t.phone, [row.phone or None for row in rows]),
        Column(t.sites, [", ".join(row.sites) or None for row in rows]),
    ]


def facts(document: Document) -> list[tuple[str, str]]:
    """What the list rests on, as pairs of label and text."""
    t = words(document.language)
    found = [
        (t.organisation, document.region.name),
        (t.intake, _title(document)),
        (t.case_number, document.intake.case_number or "–"),
        (t.version, str(document.found.version)),
    ]
    if document.found.confirmed_at is not None:
        found.append((t.decided, _moment(document.found.confirmed_at, document.language)))
    return [
        *found,
        (
            t.ranking,
            t.run.format(n=document.run.number, when=_moment(document.run.created_at, document.language)),
        ),
        (t.profile, t.profile_version.format(key=document.profile.key, n=document.profile.version)),
        (t.seed, _seed(document)),
        (t.checksum, document.found.content_sha256),
        (t.chain, document.found.chain_head or t.not_yet),
    ]


def _seed(document: Document) -> str:
    """The seed once it is revealed; until then what was published of it at opening."""
    lot = document.lot
    if lot is None:
        return "–"
    return lot.seed or words(document.language).committed.format(sum=lot.commitment)


def page(document: Document) -> str:
    """The printed list as HTML that loads nothing but fonts."""
    t = words(document.language)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rows = _in_order(document)
    called = [row for row in rows if row.kind is EntryKind.CALLED]
    reserves = [row for row in rows if row.kind is EntryKind.RESERVE]
    names = [group["name"] for group in json.loads(document.found.line)["groups"]]
    return environment.get_template("interview/print.html").render(
        t=t,
        language=document.language,
        title=f"{t.title}, {_title(document)}",
        organisation=document.region.name,
        case_number=document.intake.case_number,
        facts=_head(document, len(called), len(reserves)),
        conditional=any(row.conditional for row in rows),
        groups=[
            {
                "name": name,
                "called": [row for row in called if row.group_name == name],
                "reserves": [row for row in reserves if row.group_name == name],
            }
            for name in names
        ],
        footer=_footer(document),
    )


def _head(document: Document, called: int, reserves: int) -> list[tuple[str, str]]:
    t = words(document.language)
    decided = document.found.confirmed_at
    return [
        (t.decided, _day(decided.astimezone(STOCKHOLM).date(), document.language) if decided else "–"),
        (t.called, t.called_of.format(called=called, ranked=document.ranked, posts=document.posts)),
        (t.reserves, t.in_order.format(n=reserves) if reserves else t.none),
        (t.starts, _day(document.intake.starts_on, document.language)),
    ]


def _footer(document: Document) -> list[str]:
    t, about = words(document.language), dict(facts(document))
    return [
        f"{t.ranking} {about[t.ranking]}. {t.profile} {about[t.profile]}. {t.seed} {about[t.seed]}.",
        f"{t.checksum} {about[t.checksum]}.",
        f"{t.chain} {about[t.chain]}.",
        f"{t.version} {about[t.version]}. {t.public}"
        f" {t.printed.format(when=_day(document.now.astimezone(STOCKHOLM).date(), document.language))}.",
    ]


def _title(document: Document) -> str:
    return document.intake.title_sv if document.language == "sv" else document.intake.title_en


def _day(day: date, language: str) -> str:
    return format_date(day, "d MMMM y", locale=language)


def _moment(moment: datetime, language: str) -> str:
    pattern: Any = words(language).when
    return format_datetime(moment.astimezone(STOCKHOLM), pattern, locale=language, tzinfo=STOCKHOLM)
