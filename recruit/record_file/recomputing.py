"""What follows from the parts of a record file: the ranking, the zone, the list, and its checksum."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from recruit.record_file import chain as chains
from recruit.record_file import comparing, parts, shapes
from recruit.record_file.parts import canonical, sha256

if TYPE_CHECKING:
    from recruit.frames import RunCertainty
    from recruit.services.lines import Line

#: Probabilities are shares of the draws, with four decimals, and must be the same. Those that differ by less than this
#: while all else agrees are still a difference, but look like other draws: another release of NumPy may draw otherwise.
OTHER_DRAWS = 0.025
#: How many draws `scoring.certainty` takes unless it is told otherwise.
DRAWS = 4000
_LONGEST_NUMBER = 40


@dataclass(frozen=True)
class _Run:
    """A run as `recruit.frames` reads one."""

    inputs: str
    inputs_sha256: str
    results_sha256: str


def inputs_of(
    profile: str, applications: Sequence[str], levels: Sequence[Any], settings: Mapping[str, Any]
) -> str:
    """The run's inputs as the run keeps them: canonical JSON."""
    return canonical(
        {
            "profile": {"digest": settings["profile_digest"], "toml": profile},
            "stage": settings["stage"],
            "seed": settings["seed"],
            "applications": list(applications),
            "levels": list(levels),
        }
    )


def content_sha256(
    *,
    inputs_sha256: str,
    results_sha256: str,
    settings: Mapping[str, Any],
    entries: Sequence[Mapping[str, Any]],
) -> str:
    """The checksum that is printed on the list."""
    content: dict[str, Any] = {
        "inputs": inputs_sha256,
        "results": results_sha256,
        "line": settings["line"],
        "entries": sorted(
            [each["group"], each["kind"], each["position"], each["application"], each["conditional"]]
            for each in entries
        ),
    }
    if settings["settlement"] is not None:
        content["settlement"] = settings["settlement"]
    return sha256(canonical(content).encode())


def certainty_rows(found: RunCertainty) -> list[dict[str, Any]]:
    """The rows of the part on certainty."""
    return [
        {
            "application": row.mask_code,
            "place": row.place,
            "rank_low": row.rank_low,
            "rank_high": row.rank_high,
            "p": row.p,
            "zone": row.zone,
        }
        for row in found.rows
    ]


class Recomputed:
    """A record file's parts, read when they are asked for, and everything that follows from them."""

    def __init__(self, manifest: Mapping[str, Any], found: Mapping[str, bytes]) -> None:
        self.manifest, self._parts = manifest, found

    def steps(self) -> list[tuple[str, Callable[[], Iterator[str]]]]:
        """The part that each step is about, and the step: sentences about what differs."""
        return [
            (parts.SETTINGS, lambda: _shaped(self.settings, shapes.SETTINGS)),
            (parts.LIST, lambda: _shaped(self._json(parts.LIST), shapes.LIST)),
            (parts.PREFERENCES, self._check_preferences),
            (parts.LEVELS, self._check_inputs),
            (parts.SETTINGS, self._check_settings),
            (parts.RANKING, self._check_ranking),
            (parts.CERTAINTY, self._check_certainty),
            (parts.SETTINGS, self._check_settlement),
            (parts.LIST, self._check_list),
            (parts.MANIFEST, self._check_content),
        ]

    # The parts as they are

    def _json(self, name: str) -> Any:
        return parts.read_json(self._parts[name], name)

    @cached_property
    def settings(self) -> dict[str, Any]:
        """Stage, seed, line and settlement."""
        found: dict[str, Any] = self._json(parts.SETTINGS)
        return found

    @cached_property
    def applications(self) -> list[str]:
        """Every application that is ranked."""
        rows = parts.read_csv(self._parts[parts.APPLICATIONS], ("application",), parts.APPLICATIONS)
        return [row[0] for row in rows]

    @cached_property
    def levels(self) -> list[list[Any]]:
        """Application, assessor, criterion, level."""
        rows = parts.read_csv(self._parts[parts.LEVELS], parts.LEVEL_COLUMNS, parts.LEVELS)
        return [[*row[:3], parts.read_level(row[3], number)] for number, row in enumerate(rows, 1)]

    @cached_property
    def entries(self) -> list[dict[str, Any]]:
        """The list."""
        found: list[dict[str, Any]] = self._json(parts.LIST)["entries"]
        return found

    @cached_property
    def chain(self) -> list[dict[str, Any]]:
        """The chain of hashes."""
        return parts.read_lines(self._parts[parts.CHAIN], parts.CHAIN)

    @cached_property
    def inputs(self) -> str:
        """The run's inputs, put together again."""
        profile = parts.read_text(self._parts[parts.PROFILE], parts.PROFILE)
        _refuse_exponents(profile)
        return inputs_of(profile, self.applications, self.levels, self.settings)

    # What follows from them

    @cached_property
    def run(self) -> _Run:
        """The run: its inputs and the checksums of inputs and results."""
        return _Run(self.inputs, sha256(self.inputs.encode()), sha256(self._parts[parts.RANKING]))

    @cached_property
    def content_sha256(self) -> str:
        """The checksum that the list should bear."""
        return content_sha256(
            inputs_sha256=self.run.inputs_sha256,
            results_sha256=self.run.results_sha256,
            settings=self.settings,
            entries=self.entries,
        )

    @cached_property
    def ranked(self) -> tuple[str, ...]:
        """Those with a place, best first, as recomputed."""
        table = self._results["table"]
        pairs = zip(table["application"], table["status"], strict=True)
        return tuple(code for code, status in pairs if status == "ranked")

    @cached_property
    def _results(self) -> dict[str, Any]:
        from recruit.frames import rank_inputs

        found: dict[str, Any] = json.loads(rank_inputs(json.loads(self.inputs)).canonical())
        return found

    @cached_property
    def line(self) -> Line:
        """The line on the recomputed order."""
        from recruit.services.lines import Line, LineGroup, group_preferences

        groups = tuple(
            LineGroup(each["name"], tuple(each["sites"]), each["places"], each["reserves"])
            for each in self.settings["line"]["groups"]
        )
        if parts.PREFERENCES not in self._parts:
            if len(groups) != 1 or groups[0].site_ids:
                raise ValueError(f"the line goes by groups of posts, and {parts.PREFERENCES} is missing")
            return Line(groups, self.ranked, None)
        sites = self._json(parts.PREFERENCES)["sites"]
        return Line(groups, self.ranked, group_preferences(sites, self.ranked, groups))

    @cached_property
    def certainty(self) -> RunCertainty:
        """How certain the places are, recomputed."""
        from recruit.frames import certainty

        if self.line.wishes is None:
            return certainty(self.run, self.line.places)
        return certainty(self.run, self.line.places, select=self.line.called, line=self.line.key)

    def order(self) -> Sequence[str]:
        """The order that the line is drawn on: those in the zone change places with each other, and nobody else moves.

        Made by what settles a list, so that drawing by groups of posts cannot differ from it.
        """
        from recruit.services.settling import InZone, Settlement

        kept = self.settings["settlement"]
        if kept is None:
            return list(self.ranked)
        made = Settlement(
            settle=kept["settle"],
            low=kept["low"],
            high=kept["high"],
            k=kept["k"],
            zone=tuple(InZone(**each) for each in kept["zone"]),
            order=tuple(kept["order"]),
            undeterminable=kept["undeterminable"],
            caveats=tuple(kept["caveats"]),
        )
        return made.on(self.ranked)

    def attested(self) -> Iterator[tuple[int, Mapping[str, Any], str, str]]:
        """(row of the chain, entry, field, what it must say) of every value that follows from the file."""
        stage, manifest = self.settings["stage"], self.manifest
        expected = {
            "ranking.run": {
                "stage": stage,
                "number": str(manifest["run"]),
                "applications": str(len(self.applications)),
                "inputs_sha256": self.run.inputs_sha256,
                "results_sha256": self.run.results_sha256,
            },
            "interview.confirmed": {"version": str(manifest["list"]), "run": str(manifest["run"])},
            "intake.opened": {f"commitment_{stage}": self.settings["commitment"]},
            "lot.revealed": {
                "stage": stage,
                "seed": self.settings["seed"],
                "commitment": self.settings["commitment"],
            },
        }
        for number, entry in enumerate(self.chain, 1):
            if chains.is_open(entry):
                for name, text in expected.get(entry["action"], {}).items():
                    yield number, entry, name, text

    # The steps

    def _check_preferences(self) -> Iterator[str]:
        if parts.PREFERENCES not in self._parts:
            return
        if len(self.line.groups) == 1 and not self.line.groups[0].site_ids:
            yield "the line does not go by groups of posts, so nobody's wishes belong in the file"
        there = self._json(parts.PREFERENCES)
        yield from _shaped(there, shapes.PREFERENCES)
        for code, sites in there["sites"].items():
            if code not in self.ranked:
                yield f"application {code}: it has no place in the ranking"
            if not sites or len(set(sites)) != len(sites):
                yield f"application {code}: the file has {comparing.shown(sites)}, expected different sites"

    def _check_inputs(self) -> Iterator[str]:
        for name, rows in (("application", self.applications), ("level", self.levels)):
            for number, (before, row) in enumerate(pairwise(rows), 2):
                if before >= row:  # type: ignore[operator]
                    yield f"row {number} of the {name}s: it should come after row {number - 1} in the order"
                    break
        stated = self.manifest["inputs_sha256"]
        if stated != self.run.inputs_sha256:
            yield (
                f"put together with profile, applications and settings it has the SHA-256 {self.run.inputs_sha256}, "
                f"manifest.json has {stated}"
            )

    def _check_settings(self) -> Iterator[str]:
        from recruit.frames import profile_of_inputs
        from scoring.lot import commitment

        settings = self.settings
        if settings["stage"] != self.manifest["stage"]:
            yield f"stage: the file has {settings['stage']}, manifest.json has {self.manifest['stage']}"
        made = profile_of_inputs(json.loads(self.inputs)).digest()
        if settings["profile_digest"] != made:
            yield f"profile_digest: the file has {settings['profile_digest']}, {parts.PROFILE} gives {made}"
        if settings["commitment"] is not None and settings["commitment"] != commitment(settings["seed"]):
            yield (
                f"seed: it does not belong to the commitment {settings['commitment']}; its SHA-256 is "
                f"{commitment(settings['seed'])}"
            )

    def _check_ranking(self) -> Iterator[str]:
        there, made = self._json(parts.RANKING), self._results
        found = comparing.table_difference(there["table"], made["table"], "application")
        if found:
            yield found
        found = comparing.difference(_without(there, "table"), _without(made, "table"))
        if found:
            yield found
        if self.manifest["results_sha256"] != self.run.results_sha256:
            yield (
                f"its SHA-256 is {self.run.results_sha256}, "
                f"results_sha256 of manifest.json is {self.manifest['results_sha256']}"
            )

    def _check_certainty(self) -> Iterator[str]:
        if (parts.CERTAINTY in self._parts) != (self.settings["settlement"] is not None):
            yield "it stands in the file exactly where the list has a settlement, and not otherwise"
            return
        if parts.CERTAINTY not in self._parts:
            return
        there, made = self._json(parts.CERTAINTY), self.certainty
        rows = certainty_rows(made)
        found = comparing.rows_difference(there["rows"], rows, "application")
        if found:
            yield found + _other_draws(there["rows"], rows)
        expected = {
            "k": made.k,
            "draws": DRAWS,
            "seed": int(self.run.inputs_sha256[:15], 16),
            "confidence": made.confidence,
            "determinable": made.determinable,
            "caveats": list(made.caveats),
        }
        found = comparing.difference(_without(there, "rows"), expected)
        if found:
            yield found

    def _check_settlement(self) -> Iterator[str]:
        from recruit.frames import profile_of_inputs
        from scoring.lot import lot_key

        settlement = self.settings["settlement"]
        if settlement is None:
            if self.settings["decisions"]:
                yield "decisions: there are some, and the list has no settlement"
            return
        rule = profile_of_inputs(json.loads(self.inputs)).stages[self.settings["stage"]].borderline
        zone = [
            {"application": each["application"], "p": each["p"]}
            for each in self._json(parts.CERTAINTY)["rows"]
            if each["zone"]
        ]
        expected = {
            "settle": rule.settle,
            "low": str(rule.low),
            "high": str(rule.high),
            "k": self.line.places,
            "zone": zone,
            "undeterminable": not self.certainty.determinable,
            "caveats": list(self.certainty.caveats),
        }
        found = comparing.difference({key: settlement[key] for key in expected}, expected, "settlement")
        if found:
            yield found
        codes, order = [each["application"] for each in zone], settlement["order"]
        if sorted(order) != sorted(codes):
            yield f"settlement.order: the file has {comparing.shown(order)}, the zone has {comparing.shown(codes)}"
            return
        if rule.settle == "lot":
            codes.sort(key=lambda code: (lot_key(self.settings["seed"], code), code))
        if rule.settle == "discuss" and settlement["rationale_sha256"] is not None:
            # Those whom the group puts above the line come first, as it orders them; the others stay in order.
            above = set(self.line.called(self.order()))
            chosen = [code for code in order if code in above]
            codes = [*chosen, *(code for code in codes if code not in above)]
        found = comparing.difference(order, codes, "settlement.order")
        if found:
            yield found
        yield from self._check_decided(settlement, bool(codes))
        yield from self._check_decisions(codes if settlement["rationale_sha256"] is not None else ())

    def _check_decided(self, settlement: Mapping[str, Any], somebody: bool) -> Iterator[str]:
        """The group has written why exactly where it had to: it settles the zone, or the levels tell none, or a third
        assessment is missing.
        """
        if "third_missing" in settlement and not settlement["third_missing"]:
            yield "settlement.third_missing: it stands there only where it names somebody"
        by_group = (
            settlement["undeterminable"]
            or bool(settlement.get("third_missing"))
            or (settlement["settle"] == "discuss" and somebody)
        )
        if by_group != (settlement["rationale_sha256"] is not None):
            whose = "is" if by_group else "is not"
            kept = comparing.shown(settlement["rationale_sha256"])
            yield f"settlement.rationale_sha256: the file has {kept}, and the zone {whose} the group's to settle"

    def _check_decisions(self, codes: Sequence[str]) -> Iterator[str]:
        """One for each of the zone that the group has settled; all in them follows from the order and the line."""
        by_points, called = set(self.line.called(self.ranked)), set(self.line.called(self.order()))
        expected = [
            {
                "application": code,
                "above": code in called,
                "reason_given": (code in called) != (code in by_points),
            }
            for code in sorted(codes)
        ]
        found = comparing.rows_difference(self.settings["decisions"], expected, "application")
        if found:
            yield f"decisions, {found}"

    def _check_list(self) -> Iterator[str]:
        drawn = [
            {
                "application": each.application,
                "kind": each.kind,
                "group": each.group or "",
                "position": each.position,
            }
            for each in self.line.draw(self.order()).entries
        ]
        drawn.sort(key=lambda each: (each["kind"], each["group"], each["position"]))
        there = [_without(each, "conditional") for each in self.entries]
        found = comparing.rows_difference(there, drawn, "application")
        if found:
            yield found

    def _check_content(self) -> Iterator[str]:
        stated = self.manifest["content_sha256"]
        if stated != self.content_sha256:
            yield f"content_sha256: the file has {stated}, recomputed {self.content_sha256}"


def _refuse_exponents(profile: str) -> None:
    """Raise ValueError for a number such as 1e-99999999, exact arithmetic with which would not come to an end."""
    from scoring.profile_toml import read_toml

    def plain(number: str) -> float:
        if "e" in number.lower() or len(number) > _LONGEST_NUMBER:
            raise ValueError(f"the number {number[:40]} is written with an exponent or has too many digits")
        return float(number)

    read_toml(profile, parse_float=plain)


def _without(whole: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in whole.items() if name != key}


def _shaped(value: Any, shape: shapes.Shape) -> Iterator[str]:
    return (found.lstrip(".: ") for found in shapes.differences(value, shape))


def _other_draws(there: Sequence[Any], made: Sequence[Mapping[str, Any]]) -> str:
    """What to add to a difference between probabilities that other draws could have made; else nothing."""
    near = len(there) == len(made) and all(
        _near(one.get("p"), each["p"]) for one, each in zip(there, made, strict=True)
    )
    if not near:
        return ""
    with_theirs = [
        {**each, "p": one["p"], "zone": one.get("zone")} for one, each in zip(there, made, strict=True)
    ]
    if comparing.rows_difference(there, with_theirs, "application"):
        return ""
    return (
        "; another release of NumPy may draw other numbers: recompute it with the release of recruit that "
        f"{parts.MANIFEST} names, and the packages locked in it, before you call it tampered with"
    )


def _near(there: Any, made: float | None) -> bool:
    return there is made or (type(there) is float and made is not None and abs(there - made) <= OTHER_DRAWS)
