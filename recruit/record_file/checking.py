"""Recomputing a record file from itself, and the monitoring file beside it. Needs no database.

Each step finds at most the first thing that differs in it; the steps go from the bytes to what follows from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forms.texts import N_
from recruit.record_file import chain as chains
from recruit.record_file import container, parts
from recruit.record_file.container import Unreadable
from recruit.record_file.parts import MONITORING, SELECTION, sha256
from recruit.record_file.recomputing import Recomputed


@dataclass(frozen=True)
class Difference:
    """Something that is not as it should be: in which part, and what, in a sentence with both values."""

    part: str
    message: str

    def __str__(self) -> str:
        return f"{self.part}: {self.message}"


@dataclass
class Result:
    """What checking found. `notes` say what could not be checked, and what a reader should still compare."""

    content_sha256: str = ""
    chain_head: str = ""
    facts: str = ""
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def identical(self) -> bool:
        """Whether everything is as it should be."""
        return not self.differences


_Found = Iterator[Difference]


def check(
    data: bytes, *, monitoring: bytes | None = None, digest: str | None = None, first_only: bool = False
) -> Result:
    """Recompute a record file, and with `monitoring` every figure of that file.

    `digest`: the checksum or the chain head that is printed on the confirmed list. `first_only`: go no further than
    the first difference; otherwise what follows from it is found as well.
    Raises Unreadable for a file that is no record file of a version that can be read.
    """
    manifest, found = parts.read(data, SELECTION, "the file")
    second = parts.read(monitoring, MONITORING, "the monitoring file") if monitoring is not None else None
    result = Result()
    made = Recomputed(manifest, found)
    steps: list[tuple[str, Callable[[], _Found]]] = [
        (parts.MANIFEST, lambda: _digests(manifest, found)),
        ("container", lambda: _container(data, SELECTION, found)),
        (parts.MANIFEST, lambda: _form(SELECTION, found)),
        *((part, _wrapped(part, step)) for part, step in made.steps()),
        (parts.CHAIN, lambda: _chain(made, result)),
    ]
    if monitoring is not None and second is not None:
        steps += _monitoring_steps(monitoring, *second, made)
    steps.append((parts.MANIFEST, lambda: _printed(made, digest, result)))
    for part, step in steps:
        _run(part, step, result)
        if first_only and result.differences:
            break
    if monitoring is None:
        result.notes.append(
            f"The monitoring file was not given; its SHA-256 is {manifest.get('monitoring_sha256')}."
        )
    result.content_sha256, result.chain_head = (
        str(manifest.get("content_sha256")),
        str(manifest.get("chain_head")),
    )
    result.facts = (
        f"Intake {manifest.get('intake')} of {manifest.get('region')}, list {manifest.get('list')}, "
        f"run {manifest.get('run')} of {manifest.get('stage')}, made by {manifest.get('code_version')}"
    )
    return result


def _wrapped(part: str, step: Callable[[], Iterator[str]]) -> Callable[[], _Found]:
    return lambda: (Difference(part, message) for message in step())


def _run(part: str, step: Callable[[], _Found], result: Result) -> None:
    """The first difference of a step; values that no step could use are a difference of their part."""
    try:
        found = next(iter(step()), None)
    except Unreadable as error:
        text = str(error)
        found = Difference(part, text.removeprefix(part).lstrip(":, ") or text)
    except (
        Exception
    ) as error:  # a file may hold anything, and whatever it makes fail is what is wrong with it
        said = (str(error).splitlines() or [""])[0][:200]
        found = Difference(part, f"cannot be used: {type(error).__name__}: {said}")
    if found is not None:
        result.differences.append(found)


def _digests(manifest: Mapping[str, Any], found: Mapping[str, bytes]) -> _Found:
    stated = manifest.get("parts")
    if not isinstance(stated, dict):
        yield Difference(parts.MANIFEST, "parts: expected the SHA-256 of each part")
        return
    for message in parts.check_facts(manifest, str(manifest.get("format"))):
        yield Difference(parts.MANIFEST, message)
    for name, content in found.items():
        if name == parts.MANIFEST:
            continue
        if name not in stated:
            yield Difference(parts.MANIFEST, f"parts: has no SHA-256 of {name}, which is in the file")
        elif stated[name] != sha256(content):
            yield Difference(
                name,
                f"its content is not what it was: its SHA-256 is {sha256(content)}, manifest.json has {stated[name]}",
            )
    for name in stated:
        if name not in found:
            yield Difference(parts.MANIFEST, f"parts: names {name[:60]}, which is not in the file")


def _container(data: bytes, kind: str, found: Mapping[str, bytes]) -> _Found:
    message = container.difference(data, parts.ordered(kind, found))
    if message is not None:
        yield Difference("container", message)


def _form(kind: str, found: Mapping[str, bytes]) -> _Found:
    """Every part of JSON made anew from its value: it has one way of being written."""
    for name in parts.ordered(kind, found):
        content = found[name]
        try:
            if name.endswith(".json"):
                made = parts.json_part(parts.read_json(content, name))
            elif name.endswith(".jsonl"):
                made = parts.lines_part(parts.read_lines(content, name))
            else:
                continue
        except Unreadable as error:
            yield Difference(name, str(error))
            continue
        if made != content:
            at = next((i for i, (a, b) in enumerate(zip(content, made, strict=False)) if a != b), len(made))
            yield Difference(
                name, f"byte {at}: not written as the format says; made anew from its values it differs"
            )


def _chain(made: Recomputed, result: Result) -> _Found:
    entries = made.chain
    if not entries:
        yield Difference(parts.CHAIN, "there is no entry")
        return
    for message in chains.check(entries, made.manifest["chain_head"]):
        yield Difference(parts.CHAIN, message)
    committed = made.settings["commitment"] is not None
    for message in chains.check_opened(entries, made.settings["stage"], committed=committed):
        yield Difference(parts.CHAIN, message)
    head = entries[-1]
    told = chains.value(head, "content_sha256") if chains.is_open(head) else None
    if told is None:
        yield Difference(parts.CHAIN, f"row {len(entries)}: the head does not tell the checksum of the list")
    elif told != made.content_sha256:
        yield Difference(
            parts.CHAIN,
            f"row {len(entries)}, content_sha256: the entry has {told}, recomputed {made.content_sha256}",
        )
    for number, entry, field_name, expected in made.attested():
        said = chains.value(entry, field_name)
        if said is not None and said != expected:
            yield Difference(
                parts.CHAIN, f"row {number}, {field_name}: the entry has {said}, recomputed {expected}"
            )
    if made.settings["commitment"] is None:
        result.notes.append(
            N_("No commitment to the seed is in the file: the intake was opened before there were any.")
        )


def _printed(made: Recomputed, digest: str | None, result: Result) -> _Found:
    if digest is None:
        result.notes.append(
            N_("Compare the checksum and the chain head with those printed on the confirmed list.")
        )
        return
    wanted = digest.strip().lower()
    if wanted not in (made.content_sha256, made.manifest["chain_head"]):
        yield Difference(
            "printed digest",
            f"{wanted} is printed on the list; the file has the checksum {made.content_sha256} and the chain head "
            f"{made.manifest['chain_head']}",
        )
    if wanted != made.manifest["chain_head"]:
        result.notes.append(N_("A checksum vouches for no row of the chain. Compare the chain head as well."))
    result.notes.append(
        N_("Nothing printed vouches for region, intake, code_version and monitoring_sha256 in manifest.json.")
    )


def _monitoring_steps(
    data: bytes, manifest: Mapping[str, Any], found: Mapping[str, bytes], first: Recomputed
) -> list[tuple[str, Callable[[], _Found]]]:
    from recruit.record_file.people import MonitoringRecomputed

    made = MonitoringRecomputed(manifest, found, first)

    def whole() -> _Found:
        stated = first.manifest.get("monitoring_sha256")
        if stated != sha256(data):
            message = f"its SHA-256 is {sha256(data)}, manifest.json of the record file has {stated}"
            yield Difference("monitoring file", message)

    def named(step: Callable[[], _Found]) -> Callable[[], _Found]:
        return lambda: (Difference(f"monitoring file, {each.part}", each.message) for each in step())

    steps: list[tuple[str, Callable[[], _Found]]] = [
        (parts.MANIFEST, lambda: _digests(manifest, found)),
        ("container", lambda: _container(data, MONITORING, found)),
        (parts.MANIFEST, lambda: _form(MONITORING, found)),
        *((part, _wrapped(part, step)) for part, step in made.steps()),
    ]
    return [
        ("monitoring file", whole),
        *((f"monitoring file, {part}", named(step)) for part, step in steps),
    ]
