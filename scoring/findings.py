"""The result of a check, and the refusal to go on where one has failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scoring.errors import ScoringError

#: So many examples of what is wrong stand in a finding.
EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    ``code``: which check. ``blocking``: whether nothing may be released while it is not ``ok``. ``detail``,
    ready for JSON: ``checked`` is how many were looked at; where something is wrong, ``wrong`` is how many are
    and ``examples`` shows the first; ``reason`` says why a check could not be made, which is not ok either.
    """

    code: str
    ok: bool
    blocking: bool = True
    detail: Mapping[str, Any] = field(default_factory=dict)


class ReleaseRefused(ScoringError):
    """A ranking or a list did not pass its checks; ``findings`` are the blocking ones that failed."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        parts = [f"{each.code} ({_summary(each.detail)})" for each in self.findings]
        super().__init__(f"not released, checks failed: {'; '.join(parts)}")


def _summary(detail: Mapping[str, Any]) -> str:
    if "reason" in detail:
        return f"not checked: {detail['reason']}"
    return f"{detail.get('wrong', 0)} wrong, first: {(detail.get('examples') or ['–'])[0]}"


def refuse(findings: Iterable[Finding]) -> None:
    """Raise ReleaseRefused if any blocking finding is not ok, or if there are no findings at all."""
    every = list(findings)
    if not every:
        raise ReleaseRefused([Finding("nothing_checked", False, True, {"reason": "no_findings"})])
    failed = [each for each in every if each.blocking and not each.ok]
    if failed:
        raise ReleaseRefused(failed)


def finding(code: str, checked: int, wrong: Sequence[Any], *, blocking: bool = True) -> Finding:
    """A finding that is ok if nothing is wrong."""
    detail: dict[str, Any] = {"checked": checked}
    if wrong:
        detail |= {"wrong": len(wrong), "examples": list(wrong[:EXAMPLES])}
    return Finding(code, not wrong, blocking, detail)
