"""Settling the borderline zone of an interview list: who stands above the line, and why."""

from collections.abc import Collection, Sequence
from typing import Any

from wtforms import HiddenField

from forms.base import WordedForm
from forms.choices import ZONE_REASON
from forms.fields import FromList, OneOf, Paragraphs
from forms.texts import N_, Message

#: The kinds of reason for moving somebody: all but that the order is kept.
MOVING = ZONE_REASON[1:]
ABOVE, BELOW = "above", "below"
REASON_LIMIT, RATIONALE_LIMIT = 1000, 4000


class RationaleForm(WordedForm):
    """Why the group settles the zone as it does; where nobody can be moved, that is all.

    `seen` is the checksum of the draft that the person looked at.
    """

    rationale = Paragraphs(
        N_("Why the group settles the zone so"),
        limit=RATIONALE_LIMIT,
        needed=N_("Write why the group settles the zone as it does"),
        description=N_("What was discussed, and what weighed. It is kept in the record."),
    )
    kind = FromList(
        N_("Kind of reason"),
        choices=ZONE_REASON,
        needed=N_("Choose the kind of reason"),
    )
    seen = HiddenField()

    def above(self) -> list[str]:
        """Who stands above the line, in the order of points."""
        return []

    def reasons(self) -> dict[str, str]:
        """The reasons written, by code."""
        return {}

    def kinds(self) -> dict[str, str]:
        """The kinds of reason chosen, by code."""
        return {}


class ZoneForm(RationaleForm):
    """One choice for each application in the zone, and a reason with its kind for each that the choice moves across
    the line.

    `codes` are those in the zone, in the order of points; `by_points` are those of them that points put above the
    line. Exactly as many stand above it afterwards. `choice_error` is about all the choices together.
    """

    codes: tuple[str, ...] = ()
    by_points: frozenset[str] = frozenset()
    choice_error: str = ""

    def side(self, code: str) -> Any:
        """The field that says above or below."""
        return self[f"side_{code}"]

    def reason(self, code: str) -> Any:
        """The field of the reason."""
        return self[f"reason_{code}"]

    def above(self) -> list[str]:
        """Who stands above the line, in the order of points."""
        return [code for code in self.codes if self.side(code).data == ABOVE]

    def reasons(self) -> dict[str, str]:
        """The reasons written, by code."""
        return {code: self.reason(code).data for code in self.codes if self.reason(code).data}

    def kind_of(self, code: str) -> Any:
        """The field of the kind of reason."""
        return self[f"kind_{code}"]

    def kinds(self) -> dict[str, str]:
        """The kinds of reason chosen, by code, of those that are moved."""
        return {
            code: self.kind_of(code).data
            for code in self.codes
            if self.is_moved(code) and self.kind_of(code).data
        }

    def is_moved(self, code: str) -> bool:
        """Whether the choice is not the one that points give."""
        return (self.side(code).data == ABOVE) is not (code in self.by_points)

    def validate(self, extra_validators: Any = None) -> bool:
        """Fields, then that as many stand above the line as it has places, then a reason for each that is moved."""
        valid = super().validate(extra_validators)
        if any(self.side(code).errors for code in self.codes):
            return False
        above = len(self.above())
        if above != len(self.by_points):
            self.choice_error = self.words(
                Message(
                    N_("The zone has %(places)s places above the line, and you have put %(named)s there."),
                    places=len(self.by_points),
                    named=above,
                )
            )
            return False
        for code in self.codes:
            field = self.reason(code)
            if self.is_moved(code) and not field.data and not field.errors:
                field.errors = [
                    self.words(Message(N_("Write why %(code)s is moved across the line"), code=code))
                ]
                valid = False
            kind = self.kind_of(code)
            if self.is_moved(code) and not kind.data and not kind.errors:
                kind.errors = [
                    self.words(
                        Message(N_("Choose the kind of reason for %(code)s, which is moved"), code=code)
                    )
                ]
                valid = False
        return valid


def zone_form(codes: Sequence[str], by_points: Collection[str]) -> type[ZoneForm]:
    """The form for a zone of these applications, `by_points` of which stand above the line."""
    fields: dict[str, Any] = {"codes": tuple(codes), "by_points": frozenset(by_points)}
    for code in codes:
        fields[f"side_{code}"] = OneOf(
            Message(N_("Where does %(code)s stand?"), code=code),
            choices=[(ABOVE, N_("Above the line")), (BELOW, N_("Below"))],
            needed=Message(N_("Choose above or below for %(code)s"), code=code),
            default=ABOVE if code in fields["by_points"] else BELOW,
        )
        fields[f"kind_{code}"] = FromList(
            Message(N_("Kind of reason for %(code)s"), code=code), choices=MOVING
        )
        fields[f"reason_{code}"] = Paragraphs(
            Message(N_("Reason for %(code)s"), code=code), limit=REASON_LIMIT
        )
    return type("ZoneForm", (ZoneForm,), fields)
