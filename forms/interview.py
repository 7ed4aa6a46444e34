"""Drawing the line of an interview list: one for the intake, or one per group of posts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wtforms import HiddenField
from wtforms.validators import StopValidation

from forms.base import WordedForm
from forms.fields import Line, OneOf, WholeNumber
from forms.ranking import MOST_PLACES, NUMBER
from forms.texts import N_, Message

ONE, GROUPS = "one", "groups"


@dataclass(frozen=True)
class Group:
    """One line as typed. `sites` is empty for one line for the whole intake."""

    name: str
    sites: tuple[int, ...]
    places: int
    reserves: int


class _When(WholeNumber):
    """A number that is needed only for one way of drawing the line."""

    def __init__(self, label: str, *, mode: str, low: int, needed: str, **kw: Any) -> None:
        super().__init__(label, low=low, high=MOST_PLACES, needed=needed, wrong=NUMBER, **kw)
        self.mode = mode

    def pre_validate(self, form: Any) -> None:
        if form.mode.data != self.mode:
            self.errors: list[Any] = []
            raise StopValidation()
        super().pre_validate(form)


class LineForm(WordedForm):
    """The line. For groups each site has a row; sites with the same group name share a line and add up."""

    mode = OneOf(
        N_("How is the line drawn?"),
        choices=[(ONE, N_("One line for the whole intake")), (GROUPS, N_("One line per group of posts"))],
        needed=N_("Choose how the line is drawn"),
        default=ONE,
    )
    places = _When(N_("Called to interview"), mode=ONE, low=1, needed=N_("Write how many are called"))
    reserves = _When(
        N_("In reserve"), mode=ONE, low=0, needed=N_("Write how many are in reserve, 0 for none")
    )
    site_ids: tuple[int, ...] = ()

    def rows(self) -> list[tuple[int, Any, Any, Any]]:
        """(site id, name field, places field, reserves field) of each site."""
        return [
            (site, self[f"group_{site}"], self[f"places_{site}"], self[f"reserves_{site}"])
            for site in self.site_ids
        ]

    def groups(self) -> list[Group]:
        """The lines, in the order in which their names first stand. Only after validate()."""
        if self.mode.data == ONE:
            return [Group("", (), self.places.data or 0, self.reserves.data or 0)]
        found: dict[str, Group] = {}
        for site, name, places, reserves in self.rows():
            before = found.get(name.data, Group(name.data, (), 0, 0))
            found[name.data] = Group(
                name.data, (*before.sites, site), before.places + places.data, before.reserves + reserves.data
            )
        return list(found.values())

    def validate(self, extra_validators: Any = None) -> bool:
        """Fields, then that somebody is called at all."""
        valid = super().validate(extra_validators)
        if valid and sum(group.places for group in self.groups()) < 1:
            first = self.rows()[0][2] if self.mode.data == GROUPS else self.places
            first.errors = [self.words(N_("At least one place is needed to call anybody"))]
            return False
        return valid


class _GroupName(Line):
    """The name of the group that a site belongs to; needed only when lines are drawn by group."""

    def pre_validate(self, form: Any) -> None:
        if form.mode.data != GROUPS:
            self.errors: list[Any] = []
            raise StopValidation()


def line_form(sites: Mapping[int, str]) -> type[LineForm]:
    """The form for an intake with posts at these sites (name by id)."""
    fields: dict[str, Any] = {"site_ids": tuple(sites)}
    for site, name in sites.items():
        fields[f"group_{site}"] = _GroupName(
            Message(N_("Group of %(site)s"), site=name),
            limit=120,
            needed=N_("Write a name for the group"),
            default=name,
        )
        fields[f"places_{site}"] = _When(
            Message(N_("Called for %(site)s"), site=name),
            mode=GROUPS,
            low=0,
            needed=N_("Write how many are called"),
        )
        fields[f"reserves_{site}"] = _When(
            Message(N_("In reserve for %(site)s"), site=name),
            mode=GROUPS,
            low=0,
            needed=N_("Write how many are in reserve, 0 for none"),
        )
    return type("LineForm", (LineForm,), fields)


class ConfirmForm(WordedForm):
    """The checksum of the draft that the person looked at."""

    seen = HiddenField()
