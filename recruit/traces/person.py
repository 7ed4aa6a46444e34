"""What is known of the person whose text is searched, and the kinds of what can be found."""

from dataclasses import dataclass

#: Kinds of trace, in the order in which they are shown.
KINDS = ("name", "place", "school", "number", "age", "sex", "contact", "photo")


@dataclass(frozen=True)
class Person:
    """What the application tells. Everything may be empty; then only what looks like a trace in itself is found.

    `names` are the person's own, in any script; `others` are referees'; `places` a home town and workplaces abroad,
    matched as whole phrases.
    """

    names: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    school: str = ""
    places: tuple[str, ...] = ()
    graduation_year: int | None = None
