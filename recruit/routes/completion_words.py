"""Requests for completion in words: what is asked for, and where each stands."""

from collections.abc import Callable
from datetime import date
from typing import Any

from forms.texts import N_
from recruit.display import day as written_day
from recruit.i18n import gettext as _
from recruit.models import AttachmentKind, CompletionRequest, CompletionState
from recruit.queries.completion import Asked, state
from recruit.queries.expected import Expected
from recruit.services.completion import TOPICS, Wanted
from recruit.services.proposals import document_name
from recruit.topic_words import TITLES


def what(request: CompletionRequest | Asked | Wanted | Expected) -> str:
    """What is asked for, or expected."""
    if request.kind is not None:
        return str(document_name(request.kind))
    if request.topic:
        return _("the section “%(topic)s”", topic=TITLES[request.topic])
    return _("an answer to a question")


_STATES = {
    CompletionState.OPEN: N_("Open"),
    CompletionState.OVERDUE: N_("Overdue"),
    CompletionState.CAME_IN: N_("Came in"),
    CompletionState.HANDLED: N_("Looked at"),
    CompletionState.CANCELLED: N_("Taken back"),
}


def state_word(request: CompletionRequest, today: date) -> str:
    """Where it stands."""
    return _(_STATES[state(request, today)])


def badge(request: CompletionRequest | Asked, today: date) -> str:
    """The colour of its badge."""
    return {
        CompletionState.OPEN: "lake",
        CompletionState.OVERDUE: "falu",
        CompletionState.CAME_IN: "ochre",
        CompletionState.HANDLED: "spruce",
        CompletionState.CANCELLED: "",
    }[state(request, today)]


def for_rows(today: date) -> tuple[Callable[..., str], Callable[..., tuple[str, str]]]:
    """`what`, and the badge and words of where a request stands, each found once for a list's hundreds of rows."""
    asked: dict[tuple[Any, ...], str] = {}
    stand: dict[CompletionState, tuple[str, str]] = {}

    def named(request: Asked) -> str:
        key = request.kind, request.topic
        return asked[key] if key in asked else asked.setdefault(key, what(request))

    def standing(request: Asked) -> tuple[str, str]:
        key = state(request, today)
        return stand[key] if key in stand else stand.setdefault(key, (badge(request, today), _(_STATES[key])))

    return named, standing


def came_in(request: CompletionRequest | Asked) -> str:
    """When the answer came, and whether it was late."""
    if request.answered_at is None:
        return ""
    if request.late:
        return _("Came in %(day)s, after the last day", day=written_day(request.answered_at))
    return _("Came in %(day)s", day=written_day(request.answered_at))


def documents() -> list[tuple[str, str]]:
    """The kinds of document that can be asked for."""
    return [(each.value, str(document_name(each))) for each in AttachmentKind]


def topics() -> list[tuple[str, str]]:
    """The topics that can be asked to be gone through again."""
    return [(each, str(TITLES[each])) for each in TOPICS]
