"""What is typed about assessors' disagreements: why one is dealt with so, messages, and changed levels."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import HiddenField

from forms.assessment import LevelField
from forms.base import WordedForm
from forms.fields import FromList, OneOf, Paragraphs
from forms.texts import N_, Message

LIMIT = 2000
WAYS = (
    ("discussion", N_("Let the assessors discuss it")),
    ("third", N_("Ask for a third assessment")),
    ("left", N_("Leave it as it is")),
)


class ThresholdForm(WordedForm):
    """From how many levels apart disagreements are to be dealt with."""

    levels = FromList(
        N_("To be dealt with from"),
        choices=(
            ("1", N_("1 level apart")),
            ("2", N_("2 levels apart")),
            ("3", N_("3 levels apart")),
            ("4", N_("4 levels apart")),
        ),
        needed=N_("Choose from how many levels apart"),
    )


class DecideForm(WordedForm):
    """How a disagreement is dealt with, and why. `seen`: the newest decision that the page showed."""

    way = OneOf(N_("How is it dealt with?"), choices=WAYS, needed=N_("Choose how it is dealt with"))
    reason = Paragraphs(
        N_("Why"),
        limit=LIMIT,
        needed=N_("Write why, in a sentence"),
        description=N_("Kept in the record. In a discussion the assessors read it."),
    )
    seen = HiddenField()


class SettleForm(WordedForm):
    """How a discussion ended, or why a third assessment is gone without. `seen`: how much had been written."""

    reason = Paragraphs(
        N_("What the discussion came to"),
        limit=LIMIT,
        needed=N_("Write what the discussion came to"),
        description=N_("Kept in the record. The assessors read it."),
    )
    seen = HiddenField()


class MessageForm(WordedForm):
    """What one assessor writes to the others."""

    text = Paragraphs(
        N_("Write to the others"),
        limit=LIMIT,
        needed=N_("Write something to the others"),
        description=N_(
            "What in the documents do you rest your level on? They see your number, not your name."
        ),
    )


class OwnLevelsForm(WordedForm):
    """An assessor's own levels, and why each that is changed is changed. `own_levels_form` adds the fields."""

    keys: Sequence[str] = ()
    before: Mapping[str, int] = {}

    def level(self, key: str) -> Any:
        """The field of a level."""
        return self[f"level-{key}"]

    def reason(self, key: str) -> Any:
        """The field of the reason for changing it."""
        return self[f"reason-{key}"]

    def seen(self) -> dict[str, int]:
        """The levels as the page showed them."""
        found = {key: str(self[f"seen-{key}"].data or "") for key in self.keys}
        return {key: int(text) for key, text in found.items() if text in set("01234")}

    def levels(self) -> dict[str, tuple[int, str]]:
        """Criterion -> level and reason, of those that have a level."""
        return {
            key: (self.level(key).data, self.reason(key).data or "")
            for key in self.keys
            if self.level(key).data is not None
        }

    def changed(self) -> list[str]:
        """The criteria whose level is not the one that was shown."""
        seen = self.seen()
        return [key for key, (level, _reason) in self.levels().items() if seen.get(key) != level]

    def validate(self, extra_validators: Any = None) -> bool:
        """Fields, then a reason for each level that is changed."""
        valid = super().validate(extra_validators)
        for key in self.changed():
            field = self.reason(key)
            if not field.data and not field.errors:
                field.errors = [self.words(N_("Write why you change this level"))]
                valid = False
        return valid


def own_levels_form(levels: Mapping[str, int], names: Mapping[str, str]) -> type[OwnLevelsForm]:
    """The form for one's own levels by criterion; `names` are the criteria's."""
    fields: dict[str, Any] = {"keys": tuple(levels), "before": dict(levels)}
    for key, level in levels.items():
        fields[f"level-{key}"] = LevelField(default=level)
        fields[f"seen-{key}"] = HiddenField(default=str(level))
        fields[f"reason-{key}"] = Paragraphs(
            Message(N_("Why you change %(criterion)s"), criterion=names[key]), limit=LIMIT
        )
    return type("OwnLevelsForm", (OwnLevelsForm,), fields)
