"""What follows from the parts of the monitoring file: every figure, and the chain beside that of the record file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from recruit.record_file import chain as chains
from recruit.record_file import comparing, parts
from recruit.record_file.container import Unreadable

if TYPE_CHECKING:
    from recruit.record_file.recomputing import Recomputed

_FLAGS = ("eligible", "called", "listed", "withdrawn", "undecided")


def figures_of(people: Sequence[Mapping[str, str]]) -> Any:
    """The monitor's figures of the rows of the file, unsuppressed, as JSON gives them back.

    Raises ValueError for a value that no applicant can have answered.
    """
    from recruit.frames import Monitored
    from recruit.models import AgeBand, LicenceRoute, Sex
    from recruit.queries.monitoring import Applied, audit

    rows = [
        Monitored(
            application_id=number,
            eligible=each["eligible"] == "1",
            country=each["country"] or None,
            licence_route=LicenceRoute(each["licence_route"]) if each["licence_route"] else None,
            sex=Sex(each["sex"]) if each["sex"] else None,
            age_band=AgeBand(each["age_band"]) if each["age_band"] else None,
        )
        for number, each in enumerate(people)
    ]
    marked = {flag: {n for n, each in enumerate(people) if each[flag] == "1"} for flag in _FLAGS}
    applied = Applied(tuple(rows), len(marked["withdrawn"]), len(marked["undecided"]))
    figures = audit(applied, called=marked["called"], listed=marked["listed"])
    return parts.read_json(parts.json_part(figures), parts.FIGURES)


def groups_of(licence_route: str, country: str) -> tuple[str, str]:
    """The groups of a licence route and a country; empty where there is none."""
    from recruit.country_groups import country_group, route_group
    from recruit.models import LicenceRoute

    route = LicenceRoute(licence_route) if licence_route else None
    return route_group(route) or "", country_group(country or None) or ""


class MonitoringRecomputed:
    """The monitoring file's parts, read when they are asked for, and everything that follows from them."""

    def __init__(self, manifest: Mapping[str, Any], found: Mapping[str, bytes], first: Recomputed) -> None:
        self.manifest, self._parts, self._first = manifest, found, first

    def steps(self) -> list[tuple[str, Callable[[], Iterator[str]]]]:
        """The part that each step is about, and the step: sentences about what differs."""
        return [
            (parts.MANIFEST, self._check_manifest),
            (parts.PEOPLE, self._check_people),
            (parts.FIGURES, self._check_figures),
            (parts.CHAIN, self._check_chain),
        ]

    @cached_property
    def people(self) -> list[dict[str, str]]:
        """One row for each who applied."""
        rows = parts.read_csv(self._parts[parts.PEOPLE], parts.PEOPLE_COLUMNS, parts.PEOPLE)
        return [dict(zip(parts.PEOPLE_COLUMNS, row, strict=True)) for row in rows]

    def _check_manifest(self) -> Iterator[str]:
        for name in ("region", "intake", "list", "content_sha256", "chain_head"):
            here, there = self.manifest[name], self._first.manifest[name]
            if here != there:
                yield f"{name}: the file has {here}, the record file has {there}: they do not belong together"

    def _check_people(self) -> Iterator[str]:
        entries = self._first.entries
        listed = {each["application"] for each in entries}
        called = {each["application"] for each in entries if each["kind"] == "called"}
        before = ""
        for number, row in enumerate(self.people, 1):
            where = f"row {number} (application {row['application']}), column"
            if row["application"] <= before:
                yield f"{where} application: it should come after {before} in the order"
            before = row["application"]
            for flag in _FLAGS:
                if row[flag] not in ("0", "1"):
                    raise Unreadable(f"{parts.PEOPLE}, {where} {flag}: {row[flag][:20]!r}, expected 0 or 1")
            try:
                groups = groups_of(row["licence_route"], row["country"])
            except ValueError:
                yield f"{where} licence_route: {row['licence_route'][:40]!r} is unknown"
                continue
            eligible = row["eligible"] == "1"
            expected = {
                "licence_route_group": groups[0],
                "country_group": groups[1],
                "called": str(int(eligible and row["application"] in called)),
                "listed": str(int(eligible and row["application"] in listed)),
            }
            for name, made in expected.items():
                if row[name] != made:
                    yield f"{where} {name}: the file has {row[name] or 'nothing'}, expected {made or 'nothing'}"
        missing = set(self._first.applications) - {row["application"] for row in self.people}
        if missing:
            yield f"application {min(missing)} is ranked in the record file and has no row here"

    def _check_figures(self) -> Iterator[str]:
        there = parts.read_json(self._parts[parts.FIGURES], parts.FIGURES)
        found = comparing.difference(there, figures_of(self.people), tolerance=comparing.TOLERANCE)
        if found:
            yield found

    def _check_chain(self) -> Iterator[str]:
        entries = parts.read_lines(self._parts[parts.CHAIN], parts.CHAIN)
        yield from chains.check_whole(entries, self._first.chain, self._first.manifest["chain_head"])
