"""What a request brings with it, without what no database keeps: zeros in texts, and numbers beyond every column."""

from collections.abc import Iterable
from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

#: The largest whole number that a column of the database holds.
MAX_NUMBER = 2**31 - 1
#: The most that a form may hold in texts; files come on top of it.
MAX_TEXT_BYTES = 2 * 1024 * 1024
ZERO = "\x00"
PLAIN_FORM = "application/x-www-form-urlencoded"


class Texts(ImmutableMultiDict[str, Any]):
    """Fields of a form or of an address. PostgreSQL refuses texts with zeros, and nobody types one: they go.

    A number that no column holds counts as not given, as one that cannot be read does.
    """

    def __init__(self, mapping: Any = None) -> None:
        given = MultiDict(mapping)
        if any(_has_zero(name) or any(map(_has_zero, values)) for name, values in given.lists()):
            given = MultiDict([(_without(name), _without(value)) for name, value in given.items(multi=True)])
        super().__init__(given)

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]
        return super().get(key, default, _number if type is int else type)


class Incoming(Request):
    """A request whose fields are `Texts`, and whose form is read within bounds.

    Of a form with files Flask bounds the texts and counts the parts; one without is read whole, so its size is what
    bounds how many fields there are.
    """

    parameter_storage_class = Texts

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.mimetype == PLAIN_FORM:
            self.max_content_length = MAX_TEXT_BYTES


def leads_nowhere(values: Iterable[object]) -> bool:
    """Whether parts of an address hold zeros: nothing here has such a name."""
    return any(_has_zero(value) for value in values)


def _has_zero(value: object) -> bool:
    return isinstance(value, str) and ZERO in value


def _without(value: Any) -> Any:
    return value.replace(ZERO, "") if isinstance(value, str) else value


def _number(text: str) -> int:
    number = int(text)
    if abs(number) > MAX_NUMBER:
        raise ValueError(text)
    return number
