"""The results of an intake as files in a folder: the interview list, its ranking, and the monitoring report.

Names stand in the interview list only; the ranking goes by mask code. The report is suppressed as the group
sees it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from recruit import clock, display, monitoring_words
from recruit.database import OneRegion, set_scope
from recruit.errors import Conflict
from recruit.exports import interview_list
from recruit.models import Intake, InterviewList, ListStatus, Region
from recruit.queries import interview as lists
from recruit.queries import monitoring
from recruit.queries.monitoring import Reader, Seen
from recruit.settings import Settings
from recruit.tables.errors import PdfUnavailable
from recruit.tables.ordering import stored_columns
from recruit.tables.report import Labels, report_html
from recruit.tables.writing import ResultFolder, write_csv

FILES = (
    *(f"interview_list.{kind}" for kind in interview_list.KINDS),
    "ranking.csv",
    "audit.json",
    "audit.html",
)
MINIMUM = Settings().suppress_below
Tell = Callable[[str], object]

_VEILED = (
    "Kön och ålder utelämnas: jämförda med vad som har visats tidigare kunde siffrorna avslöja en persons svar. "
    "Granskaren ser dem.",
    "Sex and age are left out: compared with what has been shown before, the figures could give away one "
    "person's answer. The auditor sees them.",
)
_WITHHELD = {
    monitoring.OPEN: "the intake still takes applications",
    monitoring.UNDECIDED: "eligibility is still being decided for some",
}


def write_intake(
    session: Session,
    region: Region,
    intake: Intake,
    folder: Path,
    *,
    tell: Tell,
    language: str = "sv",
    minimum: int = MINIMUM,
) -> list[Path]:
    """Write an intake's newest confirmed interview list, the ranking it rests on, and the monitoring report.

    Each file is written whole or not at all; one of an earlier export that is not made this time is removed.
    What cannot be made is left out and told in a sentence. `minimum` is the smallest group in the report.

    Returns
    -------
    The paths of the files written, in the order of FILES.

    Raises
    ------
    Conflict
        The intake has no confirmed interview list.
    FileError
        `folder` cannot be written.
    """
    with _in_region(session, region):
        drawn = lists.latest_confirmed(session, intake=intake)
        if drawn is None:
            raise Conflict(
                f"The intake {intake.slug!r} has no confirmed interview list yet. Confirm one, then export."
            )
        export = _Export(session, region, intake, drawn, language, minimum, clock.now(), tell)
        with ResultFolder(folder, FILES, force=True) as aside:
            written = [*export.lists(aside), export.ranking(aside), *export.audit(aside)]
    return [folder / name for name in written]


def write_region(
    session: Session,
    region: Region,
    folder: Path,
    *,
    tell: Tell,
    language: str = "sv",
    minimum: int = MINIMUM,
) -> list[Path]:
    """Write every intake of a region that has a confirmed list, each in a folder named by its slug.

    Raises
    ------
    Conflict
        No intake has a confirmed interview list.
    FileError
        A folder cannot be written.
    """
    with _in_region(session, region):
        confirmed = select(InterviewList.intake_id).where(InterviewList.status == ListStatus.CONFIRMED)
        found = select(Intake).where(col(Intake.id).in_(confirmed)).order_by(Intake.slug)
        intakes = list(session.exec(found))
    if not intakes:
        raise Conflict(f"No intake of {region.name} has a confirmed interview list yet. Nothing to export.")
    return [
        path
        for intake in intakes
        for path in write_intake(
            session, region, intake, folder / intake.slug, tell=tell, language=language, minimum=minimum
        )
    ]


def labels_in(language: str) -> Labels:
    """The words of the monitoring's attributes, groups and stages for a report in "sv" or "en"."""
    return Labels(
        attribute=lambda name: monitoring_words.attribute_name(name, language),
        group=lambda attribute, group: monitoring_words.group_name(attribute, group, language),
        stage=lambda key: monitoring_words.stage_name(key, language),
        reached=lambda key: monitoring_words.reached(key, language),
    )


@contextmanager
def _in_region(session: Session, region: Region) -> Iterator[None]:
    """The session sees this region only; afterwards what it saw before."""
    assert region.id is not None
    before = session.info["scope"]
    set_scope(session, OneRegion(region.id))
    try:
        yield
    finally:
        set_scope(session, before)


@dataclass(frozen=True)
class _Export:
    """One confirmed list on its way into files. Each method writes into a folder and says which files."""

    session: Session
    region: Region
    intake: Intake
    drawn: InterviewList
    language: str
    minimum: int
    now: datetime
    tell: Tell

    def lists(self, folder: Path) -> list[str]:
        written = []
        for kind in interview_list.KINDS:
            name = f"interview_list.{kind}"
            try:
                content = interview_list.content(
                    self.session, interview_list=self.drawn, kind=kind, language=self.language, now=self.now
                )
            except PdfUnavailable as error:
                self.tell(f"{name} was not written. {error}")
                continue
            (folder / name).write_bytes(content)
            written.append(name)
        return written

    def ranking(self, folder: Path) -> str:
        """The run's stored results: what the list rests on, whatever has changed since."""
        run = lists.run_of(self.session, interview_list=self.drawn)
        write_csv(folder / "ranking.csv", stored_columns(json.loads(run.results)), self.language)
        return "ranking.csv"

    def audit(self, folder: Path) -> list[str]:
        seen = self._seen()
        if seen.figures is None:
            why = _WITHHELD[seen.withheld or monitoring.OPEN]
            self.tell(
                f"audit.json and audit.html were not written: {why}, and two reports could give away one "
                "person's answer. Export again afterwards."
            )
            return []
        content = json.dumps(self._json(seen), ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
        (folder / "audit.json").write_text(content + "\n", encoding="utf-8")
        page = report_html(
            seen.figures,
            language=self.language,
            title=f"{self.region.name}, {self._title()}",
            facts=self._facts(),
            labels=labels_in(self.language),
            notes=[_VEILED[0 if self.language == "sv" else 1]] if seen.veiled else (),
        )
        (folder / "audit.html").write_text(page, encoding="utf-8")
        return ["audit.json", "audit.html"]

    def _seen(self) -> Seen:
        reached = monitoring.reached(self.session, intake=self.intake, drawn=self.drawn)
        return monitoring.for_reader(
            self.session,
            intake=self.intake,
            reader=Reader(inside=True, minimum=self.minimum),
            now=self.now,
            called=reached.called,
            listed=reached.listed,
            further=reached.further,
            drawn=self.drawn,
        )

    def _json(self, seen: Seen) -> dict[str, Any]:
        """The same structure as the monitoring page's JSON."""
        return {
            "intake": self.intake.slug,
            "list": {"version": self.drawn.version, "confirmed": True},
            "for_the_group": True,
            "minimum": self.minimum,
            "withheld": seen.withheld,
            "voluntary_answers_left_out": seen.veiled,
            **(seen.figures or {}),
        }

    def _title(self) -> str:
        return self.intake.title_sv if self.language == "sv" else self.intake.title_en

    def _facts(self) -> list[tuple[str, str]]:
        """Label and text of what the figures are about."""
        t = interview_list.words(self.language)
        assert self.drawn.confirmed_at is not None
        return [
            (t.case_number, self.intake.case_number or "–"),
            (t.title, f"{t.version} {self.drawn.version}".lower()),
            (t.decided, display.written(self.drawn.confirmed_at, self.language)),
            (t.checksum, self.drawn.content_sha256),
        ]
