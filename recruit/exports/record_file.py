"""The record file of a confirmed list, and the monitoring file whose digest stands in it; see docs/record-file.md."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlmodel import Session

from recruit.database import OneRegion, set_scope
from recruit.errors import Conflict
from recruit.i18n import lazy_gettext as _
from recruit.models import Intake, InterviewList, Region
from recruit.queries import interview as lists
from recruit.queries import lots, monitoring
from recruit.queries import record_file as queries
from recruit.record_file import chain as chains
from recruit.record_file import parts
from recruit.record_file.container import pack
from recruit.record_file.parts import MONITORING, SELECTION, sha256
from recruit.record_file.people import figures_of, groups_of
from recruit.record_file.recomputing import DRAWS, certainty_rows, content_sha256, inputs_of
from recruit.services import settling
from recruit.services.lines import Line, line_groups, line_on
from scoring.errors import ScoringError

MEDIA_TYPE = "application/zip"


@dataclass(frozen=True)
class Files:
    """Both files. The second is for those who may see the monitoring unsuppressed, and for nobody else."""

    name: str
    selection: bytes = field(repr=False)
    monitoring: bytes = field(repr=False)

    @property
    def names(self) -> tuple[str, str]:
        """File names of the two."""
        return f"{self.name}.record.zip", f"{self.name}.monitoring.zip"


def files(session: Session, *, interview_list: InterviewList) -> Files:
    """The two files of a confirmed list.

    Raises Conflict for a draft, while the seed of the lot is not revealed, and when what is stored does not hang
    together, so that no file could be recomputed.
    """
    return _Export(session, interview_list).files()


def write(
    session: Session,
    region: Region,
    intake: Intake,
    folder: Path,
    *,
    version: int | None = None,
    with_monitoring: bool = False,
) -> list[Path]:
    """Write the record file of an intake's confirmed list into a folder, the newest list by default.

    Each file is written whole or not at all. Returns the paths. Raises Conflict and NotFound as `files` does, and
    FileError when the folder cannot be written.
    """
    from recruit.tables.writing import ResultFolder

    assert region.id is not None
    before = session.info["scope"]
    set_scope(session, OneRegion(region.id))
    try:
        found = queries.confirmed_list(session, intake=intake, version=version)
        made = files(session, interview_list=found)
    finally:
        set_scope(session, before)
    contents = dict(zip(made.names, (made.selection, made.monitoring), strict=True))
    names = made.names if with_monitoring else made.names[:1]
    with ResultFolder(folder, names, force=True) as aside:
        for name in names:
            (aside / name).write_bytes(contents[name])
    return [folder / name for name in names]


class _Export:
    """One confirmed list on its way into the files."""

    def __init__(self, session: Session, drawn: InterviewList) -> None:
        if drawn.chain_head is None or drawn.confirmed_at is None:
            raise Conflict(_("A record file is made of a confirmed list. Confirm the draft first."))
        self.session, self.drawn = session, drawn
        found = queries.drawn_on(session, interview_list=drawn)
        self.region, self.intake, self.run = found.region, found.intake, found.run
        self.inputs: dict[str, Any] = json.loads(self.run.inputs)

    def files(self) -> Files:
        made = self._parts()
        self._refuse_broken(made)
        facts = {
            "region": self.region.slug,
            "intake": self.intake.slug,
            "list": self.drawn.version,
            "content_sha256": self.drawn.content_sha256,
            "chain_head": self.drawn.chain_head,
        }
        second = self._monitoring(facts)
        manifest = {
            **facts,
            "stage": self.run.stage,
            "run": self.run.number,
            "code_version": self.run.code_version,
            "inputs_sha256": self.run.inputs_sha256,
            "results_sha256": self.run.results_sha256,
            "monitoring_sha256": sha256(second),
        }
        return Files(
            name=f"{self.region.slug}-{self.intake.slug}-{self.drawn.version}",
            selection=pack(parts.with_manifest(SELECTION, manifest, made)),
            monitoring=second,
        )

    def _parts(self) -> dict[str, bytes]:
        made = {
            parts.PROFILE: self.inputs["profile"]["toml"].encode(),
            parts.APPLICATIONS: parts.csv_part(
                ("application",), [[code] for code in self.inputs["applications"]]
            ),
            parts.LEVELS: parts.csv_part(parts.LEVEL_COLUMNS, self.inputs["levels"]),
            parts.SETTINGS: parts.json_part(self._settings),
            parts.RANKING: self.run.results.encode(),
            parts.LIST: parts.json_part({"entries": self._entries}),
            parts.CHAIN: parts.lines_part(self._opened()),
        }
        if self.drawn.settlement is not None:
            made[parts.CERTAINTY] = parts.json_part(self._certainty())
        if any(group.site_ids for group in line_groups(self.drawn)):
            made[parts.PREFERENCES] = parts.json_part(
                {"sites": lists.preferences(self.session, run=self.run)}
            )
        return made

    @cached_property
    def _settings(self) -> dict[str, Any]:
        lot = lots.of_stage(self.session, intake_id=self.drawn.intake_id, stage=self.run.stage)
        if lot is not None and lot.seed is None:
            raise Conflict(
                _(
                    "The seed of the lot has not been revealed yet, and nobody could recompute the ranking without it."
                    " Make the record file when it is."
                )
            )
        return {
            "stage": self.run.stage,
            "profile_digest": self.inputs["profile"]["digest"],
            "seed": self.run.seed,
            "commitment": lot.commitment if lot is not None else None,
            "line": json.loads(self.drawn.line),
            "settlement": json.loads(self.drawn.settlement) if self.drawn.settlement is not None else None,
            "decisions": self._decisions(),
        }

    @cached_property
    def _line(self) -> Line:
        return line_on(self.session, run=self.run, groups=line_groups(self.drawn))

    def _decisions(self) -> list[dict[str, Any]]:
        """What the group decided of each. A reason counts where one is called for; others follow from nothing."""
        found = lists.borderline_decisions(self.session, interview_list=self.drawn)
        by_points = set(self._line.called(self._line.ranked)) if found else set()
        return [
            {
                "application": each.mask_code,
                "above": each.above,
                "reason_given": bool(each.reason) and each.above != (each.mask_code in by_points),
            }
            for each in found
        ]

    @cached_property
    def _entries(self) -> list[dict[str, Any]]:
        rows = [
            {
                "application": each.mask_code,
                "kind": each.kind.value,
                "group": each.group_name,
                "position": each.position,
                "conditional": each.conditional,
            }
            for each in lists.entries(self.session, interview_list=self.drawn)
        ]
        return sorted(rows, key=lambda each: (each["kind"], each["group"], each["position"]))

    def _certainty(self) -> dict[str, Any]:
        try:
            found = settling.certainty_of(self.run, self._line)
        except ScoringError as error:
            raise Conflict(
                _("How certain the places are could not be computed: %(reason)s", reason=str(error))
            ) from error
        return {
            "k": found.k,
            "draws": DRAWS,
            "seed": int(self.run.inputs_sha256[:15], 16),
            "confidence": found.confidence,
            "determinable": found.determinable,
            "caveats": list(found.caveats),
            "rows": certainty_rows(found),
        }

    @cached_property
    def _chain(self) -> list[dict[str, Any]]:
        found = queries.chain_until(self.session, interview_list=self.drawn)
        if not found or found[-1]["hash"] != self.drawn.chain_head:
            raise _broken(_("the chain head printed on the list is not in the record"))
        return found

    @cached_property
    def _told(self) -> dict[int, dict[str, Mapping[str, Any]]]:
        return queries.told_of(self.session, interview_list=self.drawn)

    def _opened(self) -> list[dict[str, Any]]:
        return [
            {**entry, "values": self._shown(entry)} if entry["number"] in self._told else chains.sealed(entry)
            for entry in self._chain
        ]

    def _shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        told = self._told[entry["number"]]
        return {field: told[field] for field in chains.SHOWN[entry["action"]] if field in told}

    def _refuse_broken(self, made: Mapping[str, bytes]) -> None:
        """What is stored must hang together, or no file says what the list rests on."""
        toml = made[parts.PROFILE].decode()
        again = inputs_of(toml, self.inputs["applications"], self.inputs["levels"], self._settings)
        if again != self.run.inputs or sha256(again.encode()) != self.run.inputs_sha256:
            raise _broken(_("the inputs of the run are not what their checksum was made from"))
        if sha256(made[parts.RANKING]) != self.run.results_sha256:
            raise _broken(_("the results of the run are not what their checksum was made from"))
        content = content_sha256(
            inputs_sha256=self.run.inputs_sha256,
            results_sha256=self.run.results_sha256,
            settings=self._settings,
            entries=self._entries,
        )
        if content != self.drawn.content_sha256:
            raise _broken(_("the list is not what its checksum was made from"))

    def _monitoring(self, facts: Mapping[str, Any]) -> bytes:
        people = self._people()
        rows = [[each[name] for name in parts.PEOPLE_COLUMNS] for each in people]
        made = {
            parts.PEOPLE: parts.csv_part(parts.PEOPLE_COLUMNS, rows),
            parts.FIGURES: parts.json_part(figures_of(people)),
            parts.CHAIN: parts.lines_part(self._chain),
        }
        return pack(parts.with_manifest(MONITORING, {**facts, "salt": self._salt()}, made))

    def _salt(self) -> str:
        """Secret, and always the same for a list: made from salts of the record that are shown nowhere.

        Without it the digest of this file would give the answers of a few applicants away to whoever tries them all.
        """
        kept = [
            told["salt"]
            for entry in self._chain
            for field, told in sorted(self._told.get(entry["number"], {}).items())
            if field not in chains.SHOWN[entry["action"]]
        ]
        if not kept:
            raise _broken(_("the record holds no value of the intake's opening and the list's confirmation"))
        return sha256("\n".join(["monitoring file", *kept]).encode())

    def _people(self) -> list[dict[str, str]]:
        standings = queries.standings(self.session, intake=self.intake)
        called, reserves = lists.ids_by_kind(self.session, interview_list=self.drawn)
        found = []
        for row in monitoring.applied(self.session, intake=self.intake).rows:
            standing = standings[row.application_id]
            route, country = row.licence_route.value if row.licence_route else "", row.country or ""
            groups = groups_of(route, country)
            flags = {
                "eligible": row.eligible,
                "called": row.eligible and row.application_id in called,
                "listed": row.eligible and row.application_id in called | reserves,
                "withdrawn": standing.withdrawn,
                "undecided": standing.undecided,
            }
            found.append(
                {
                    "application": standing.mask_code,
                    "sex": row.sex.value if row.sex else "",
                    "age_band": row.age_band.value if row.age_band else "",
                    "licence_route": route,
                    "licence_route_group": groups[0],
                    "country_group": groups[1],
                    "country": country,
                    **{name: str(int(flag)) for name, flag in flags.items()},
                }
            )
        return sorted(found, key=lambda each: each["application"])


def _broken(what: Any) -> Conflict:
    return Conflict(
        _(
            "No record file can be made: %(what)s. Run `recruit verify`, and find out what has happened.",
            what=what,
        )
    )
