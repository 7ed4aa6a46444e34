"""The record file: every change of it is found and named."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recruit.exports.record_file import Files, files
from recruit.record_file import parts
from recruit.record_file.checking import check
from recruit.record_file.container import Unreadable, unpack
from recruit.record_file.parts import MONITORING, SELECTION
from tests.recruit.factories import make_world
from tests.recruit.record_file_differences import all_differences, first_difference, flipped, put_at, swap
from tests.recruit.record_file_fixtures import Sample, temporary_session
from tests.recruit.record_file_helpers import (
    changed,
    changed_lines,
    discussed_list,
    grouped_list,
    lot_list,
    rewritten,
)


def _without_reasons(value: Any) -> None:
    for each in value["decisions"]:
        each["reason_given"] = False


def test_settled_zones_are_checked(sqlite_template: Path, tmp_path: Path) -> None:
    with temporary_session(sqlite_template, tmp_path) as session:
        discussed = files(session, interview_list=discussed_list(session, make_world(session)))
        by_lot = files(session, interview_list=lot_list(session, make_world(session, "fjallnas")))
    settings = json.loads(unpack(discussed.selection)["settings.json"])
    assert [each["reason_given"] for each in settings["decisions"]].count(True) == 2
    cases = (
        (discussed, _without_reasons, "settings.json: decisions, row"),
        (discussed, lambda v: swap(v["settlement"]["order"], -1, -2), "settings.json: settlement.order"),
        (by_lot, lambda v: swap(v["settlement"]["order"], 0, 1), "settings.json: settlement.order"),
        (by_lot, put_at("settlement", "zone", 0, "p", 0.5), "settings.json: settlement.zone[1].p"),
    )
    for made, change, expected in cases:
        data = rewritten(made.selection, SELECTION, {"settings.json": changed(change)})
        assert any(each.startswith(expected) for each in all_differences(data)), expected


def finding(data: bytes, **more: Any) -> str:
    """What checking says of a file that is not as it was: a difference, or that it cannot be read."""
    try:
        result = check(data, first_only=True, **more)
    except Unreadable as error:
        return str(error)
    assert not result.identical
    return str(result.differences[0])


@pytest.mark.parametrize("by", [1, 0x80])
def test_every_changed_byte_is_found(given_files: Files, by: int) -> None:
    """Every byte of what is no content, and every eleventh of the contents; `by`: which bit."""
    data = given_files.selection
    contents = set()
    for content in unpack(data).values():
        start = data.index(content)
        contents |= set(range(start, start + len(content)))
    for at in range(len(data)):
        if at in contents and at % 11:
            continue
        said = finding(flipped(data, at, by))
        assert "\n" not in said
        assert len(said) < 400


def test_every_changed_byte_of_the_monitoring_file_is_found(given_files: Files) -> None:
    """The digest in the first file finds each; here that the file itself gives each away as well."""
    from recruit.record_file.checking import _container, _digests

    for at in range(0, len(given_files.monitoring), 37):
        data = flipped(given_files.monitoring, at)
        try:
            manifest, found = parts.read(data, MONITORING, "the monitoring file")
        except Unreadable:
            continue
        assert [*_digests(manifest, found), *_container(data, MONITORING, found)]


def test_cut_file_is_found_at_every_length(given_files: Files) -> None:
    for length in [*range(200), *range(200, len(given_files.selection), 97), len(given_files.selection) - 1]:
        finding(given_files.selection[:length])
    assert "bytes follow" in finding(given_files.selection + b"\0")


# Tampering by somebody who knows the format: the manifest is hashed anew


def test_changed_level_changes_the_ranking(given_files: Files) -> None:
    row = b"other_work,3\n"
    data = rewritten(
        given_files.selection, SELECTION, {"levels.csv": lambda it: it.replace(row, b"other_work,0\n", 1)}
    )
    said = all_differences(data)
    assert said[0].startswith("levels.csv: put together with profile, applications and settings")
    ranking = next(each for each in said if each.startswith("ranking.json"))
    # Identities are drawn anew each time, and with them which applicant stands first and who moves.
    assert re.search(r"row \d+ \(application \w+\), column \w+: the file has .+, recomputed .+", ranking)
    assert any(each.startswith("manifest.json: content_sha256") for each in said)


def test_everything_made_to_fit_is_found_by_what_is_printed(sample: Sample) -> None:
    """Somebody invents another selection, whole and consistent: nothing but what is printed on paper tells."""
    assert check(sample.other.selection).identical
    for digest in (sample.content_sha256, sample.chain_head):
        said = first_difference(sample.other.selection, digest=digest)
        assert said.startswith(f"printed digest: {digest} is printed on the list; the file has the checksum")


def _list_reordered(value: Any) -> None:
    first, second = value["entries"][0], value["entries"][1]
    first["application"], second["application"] = second["application"], first["application"]


def _called_and_reserve_changed(value: Any) -> None:
    swap(value["entries"], 3, 4)
    value["entries"][3] |= {"kind": "called", "position": 4}
    value["entries"][4] |= {"kind": "reserve", "position": 1}


TAMPERING = {
    "list reordered": ("list.json", changed(_list_reordered), "list.json: row 1 (application "),
    "reserve called": ("list.json", changed(_called_and_reserve_changed), "list.json: row 4 (application "),
    "one left out": (
        "list.json",
        changed(lambda v: {"entries": v["entries"][:-1]}),
        "list.json: the file has 5 rows",
    ),
    "condition": (
        "list.json",
        changed(put_at("entries", 0, "conditional", True)),
        "manifest.json: content_sha256",
    ),
    "seed": (
        "settings.json",
        changed(put_at("seed", "another seed")),
        "settings.json: seed: it does not belong",
    ),
    "place": (
        "ranking.json",
        changed(put_at("table", "place", 0, 2)),
        "ranking.json: row 1 (application ",
    ),
    "threshold": (
        "ranking.json",
        changed(put_at("threshold", 1)),
        "ranking.json: threshold: the file has 1,",
    ),
    "rank set": (
        "certainty.json",
        changed(put_at("rows", 0, "rank_high", 1)),
        "certainty.json: row 1 (application ",
    ),
    "probability": (
        "certainty.json",
        changed(put_at("rows", 4, "p", 0.97)),
        "certainty.json: row 5 (application ",
    ),
    "zone": (
        "certainty.json",
        changed(put_at("rows", 1, "zone", False)),
        "certainty.json: row 2 (application ",
    ),
    "settled by lot": (
        "settings.json",
        changed(put_at("settlement", "settle", "lot")),
        "settings.json: settlement.settle: the file has lot, recomputed discuss",
    ),
    "zone settled otherwise": (
        "settings.json",
        changed(lambda v: swap(v["settlement"]["order"], 0, 5)),
        "settings.json: settlement.order[",
    ),
    "line": ("settings.json", changed(put_at("line", "groups", 0, "places", 5)), "certainty.json: row"),
    "applicant left out": (
        "applications.csv",
        lambda it: b"\n".join(it.split(b"\n")[:-2]) + b"\n",
        "levels.csv: put together",
    ),
    "profile": (
        "profile.toml",
        lambda it: it.replace(b"threshold = 40", b"threshold = 41", 1),
        "settings.json: profile_digest",
    ),
    "sealed entry removed": (
        "chain.jsonl",
        changed_lines(lambda v: v[:3] + v[4:]),
        "chain.jsonl: row 4, number: the file has 5, expected 4",
    ),
    "entry removed, others renumbered": (
        "chain.jsonl",
        changed_lines(lambda v: [{**each, "number": n} for n, each in enumerate(v[:3] + v[4:], 1)]),
        "chain.jsonl: row 11, hash: the file has",
    ),
    "head removed": ("chain.jsonl", changed_lines(lambda v: v[:-1]), "chain.jsonl: row "),
    "first entry removed": ("chain.jsonl", changed_lines(lambda v: v[1:]), "chain.jsonl: row 1, number"),
    "chain emptied": ("chain.jsonl", lambda _it: b"", "chain.jsonl: there is no entry"),
    "told value": (
        "chain.jsonl",
        changed_lines(put_at(-1, "values", "content_sha256", "new", "0" * 64)),
        "chain.jsonl: row ",
    ),
    "time": (
        "chain.jsonl",
        changed_lines(put_at(-1, "at", "2020-01-01T00:00:00+00:00")),
        "chain.jsonl: row ",
    ),
    "run": ("manifest.json", changed(put_at("run", 2)), "chain.jsonl: row "),
    "list": ("manifest.json", changed(put_at("list", 2)), "chain.jsonl: row "),
}


def _seal_all_but_the_head(rows: Any) -> Any:
    return [{"number": row["number"], "hash": row["hash"]} for row in rows[:-1]] + rows[-1:]


def _strip_values(rows: Any) -> None:
    for row in rows[:-1]:
        if "values" in row:
            row["values"] = {}


def _note_in_the_first_open(rows: Any) -> None:
    next(row for row in rows if "action" in row)["note"] = "Anna Ek"


def _all_reasons(value: Any) -> None:
    for each in value["decisions"]:
        each["reason_given"] = True


def _nearer_probability(value: Any) -> None:
    row = next(each for each in value["rows"] if not each["zone"])
    row["p"] = round(row["p"] - 0.004 if row["p"] > 0.5 else row["p"] + 0.004, 4)


_KEY = "belongs to no file of this format"
#: What no digest that is printed covers by itself: (part, change, what is said). The manifest is made to fit.
UNPRINTED: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "decisions emptied": (
        "settings.json",
        changed(put_at("decisions", [])),
        "settings.json: decisions, the file has 0",
    ),
    "every reason given": (
        "settings.json",
        changed(_all_reasons),
        "settings.json: decisions, row ",  # by code, so whoever comes first may have had a reason
    ),
    "decision turned": (
        "settings.json",
        changed(lambda v: v["decisions"][0].update(above=not v["decisions"][0]["above"])),
        "settings.json: decisions, row 1 (application ",
    ),
    "name in a decision": (
        "settings.json",
        changed(put_at("decisions", 0, "name", "Anna Ek")),
        f"settings.json: decisions[1]: the key 'name' {_KEY}",
    ),
    "key in settings": (
        "settings.json",
        changed(put_at("note", "Anna Ek")),
        f"settings.json: the key 'note' {_KEY}",
    ),
    "key in the line": (
        "settings.json",
        changed(put_at("line", "groups", 0, "note", "x")),
        f"settings.json: line.groups[1]: the key 'note' {_KEY}",
    ),
    "key in the settlement": (
        "settings.json",
        changed(put_at("settlement", "note", "x")),
        f"settings.json: settlement: the key 'note' {_KEY}",
    ),
    "key missing": (
        "settings.json",
        changed(lambda v: {key: v[key] for key in v if key != "decisions"}),
        "settings.json: the key 'decisions' is missing",
    ),
    "no commitment": ("settings.json", changed(put_at("commitment", None)), "chain.jsonl: row "),
    "key in the list": ("list.json", changed(put_at("note", 1)), f"list.json: the key 'note' {_KEY}"),
    "key in an entry": (
        "list.json",
        changed(put_at("entries", 0, "name", "Anna Ek")),
        f"list.json: entries[1]: the key 'name' {_KEY}",
    ),
    "key in certainty": (
        "certainty.json",
        changed(put_at("note", 1)),
        "certainty.json: 'note' is only in the file",
    ),
    "key in a place": (
        "certainty.json",
        changed(put_at("rows", 0, "name", "x")),
        "certainty.json: row 1: column 'name'",
    ),
    "probability nearby": ("certainty.json", changed(_nearer_probability), "certainty.json: row "),
    "key in a sealed row": (
        "chain.jsonl",
        changed_lines(put_at(0, "name", "Anna Ek")),
        f"chain.jsonl: row 1: the key 'name' {_KEY}",
    ),
    "key in an open row": ("chain.jsonl", changed_lines(_note_in_the_first_open), "chain.jsonl: row "),
    "zeros for a hash": (
        "chain.jsonl",
        changed_lines(put_at(0, "hash", "0" * 64)),
        "chain.jsonl: row 1, hash: 000",
    ),
    "no hash": (
        "chain.jsonl",
        changed_lines(put_at(0, "hash", "Anna Ek")),
        "chain.jsonl: row 1.hash: the file has",
    ),
    "one hash twice": (
        "chain.jsonl",
        changed_lines(lambda v: v[0].update(hash=v[1]["hash"])),
        "chain.jsonl: row 2, hash: ",
    ),
    "all but the head sealed": (
        "chain.jsonl",
        changed_lines(_seal_all_but_the_head),
        "chain.jsonl: 0 entries intake.opened are open, expected one: the opening of the intake",
    ),
    "values stripped": ("chain.jsonl", changed_lines(_strip_values), "chain.jsonl: row "),
}


@pytest.mark.parametrize("case", UNPRINTED)
def test_what_no_printed_digest_covers_is_found(discussed: Sample, case: str) -> None:
    name, change, expected = UNPRINTED[case]
    data = rewritten(discussed.files.selection, SELECTION, {name: change})
    for digest in (discussed.content_sha256, discussed.chain_head):
        said = all_differences(data, digest=digest)
        assert any(each.startswith(expected) for each in said), said


def test_probability_that_other_draws_could_give_is_told_apart(given_files: Files) -> None:
    data = rewritten(given_files.selection, SELECTION, {"certainty.json": changed(_nearer_probability)})
    assert "another release of NumPy may draw other numbers" in first_difference(data)
    data = rewritten(
        given_files.selection, SELECTION, {"certainty.json": changed(put_at("rows", 0, "p", 0.5))}
    )
    assert "another release of NumPy" not in first_difference(data)


def test_wishes_hold_nothing_else(sqlite_template: Path, tmp_path: Path) -> None:
    with temporary_session(sqlite_template, tmp_path) as session:
        made = files(session, interview_list=grouped_list(session, make_world(session)))
    wishes = json.loads(unpack(made.selection)["preferences.json"])["sites"]
    code = next(code for code in wishes if len(wishes[code]) == 1)
    for change, expected in (
        (put_at("note", 1), f"preferences.json: the key 'note' {_KEY}"),
        (put_at("sites", "ZZZZZ", [1]), "preferences.json: application ZZZZZ: it has no place"),
        (put_at("sites", code, ["Anna Ek"]), f"preferences.json: sites.{code}[1]: the file has 'Anna Ek'"),
        (put_at("sites", code, wishes[code] * 2), f"preferences.json: application {code}: the file has"),
    ):
        data = rewritten(made.selection, SELECTION, {"preferences.json": changed(change)})
        assert any(each.startswith(expected) for each in all_differences(data)), expected


def test_what_nothing_printed_vouches_for_is_said(sample: Sample) -> None:
    data = rewritten(
        sample.files.selection, SELECTION, {"manifest.json": changed(put_at("code_version", "another"))}
    )
    by_head = check(data, digest=sample.chain_head)
    assert by_head.identical
    assert any("Nothing printed vouches for region, intake, code_version" in note for note in by_head.notes)
    by_checksum = check(data, digest=sample.content_sha256)
    assert any("A checksum vouches for no row of the chain" in note for note in by_checksum.notes)


@pytest.mark.parametrize("case", TAMPERING)
def test_tampering_is_found_and_named(given_files: Files, case: str) -> None:
    name, change, expected = TAMPERING[case]
    said = all_differences(rewritten(given_files.selection, SELECTION, {name: change}))
    assert any(each.startswith(expected) for each in said), said
    assert all("\n" not in each for each in said)
    assert not any("Error" in each and "TableError" not in each for each in said), said


def _sex_changed(content: bytes) -> bytes:
    return content.replace(b",female,", b",male,", 1)


def test_changed_row_of_the_monitoring_file_is_found(given_files: Files) -> None:
    data = rewritten(given_files.monitoring, MONITORING, {"monitoring.csv": _sex_changed})
    said = all_differences(given_files.selection, monitoring=data)
    assert said[0].startswith("monitoring file: its SHA-256 is")
    assert said[1].startswith("monitoring file, figures.json: attributes.")
    assert "the file has" in said[1]
    assert "recomputed" in said[1]


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("figures.json", changed(put_at("n", 11)), "figures.json: n: the file has 11, recomputed 10"),
        (
            "monitoring.csv",
            lambda it: it.replace(b",1,1,1,0,0", b",1,0,1,0,0", 1),
            "monitoring.csv: row ",
        ),
        ("monitoring.csv", lambda it: it.replace(b"baltic", b"nordic", 1), "monitoring.csv: row "),
        (
            "monitoring.csv",
            lambda it: b"\n".join(it.split(b"\n")[:-2]) + b"\n",
            "monitoring.csv: application ",
        ),
        ("chain.jsonl", changed_lines(put_at(4, "actor", 77)), "chain.jsonl: row 5, hash"),
        ("chain.jsonl", changed_lines(lambda v: v[:4] + v[5:]), "chain.jsonl: rows: the file has"),
        ("manifest.json", changed(put_at("list", 7)), "manifest.json: list: the file has 7"),
    ],
)
def test_tampering_with_the_monitoring_file_is_named(
    given_files: Files, name: str, change: Callable[[bytes], bytes], expected: str
) -> None:
    data = rewritten(given_files.monitoring, MONITORING, {name: change})
    said = all_differences(given_files.selection, monitoring=data)
    assert said[0].startswith("monitoring file: its SHA-256 is")
    assert any(each.startswith(f"monitoring file, {expected}") for each in said), said
