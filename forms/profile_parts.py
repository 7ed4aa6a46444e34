"""The parts of a criteria profile as they are edited: one form for each kind of part.

What is typed is always kept, whether it holds or not, so nothing is needed here; only what is too long is refused.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from wtforms import Field, SelectMultipleField, widgets

from forms.base import RevisionField, WordedForm
from forms.cleaning import clean_line, clean_text
from forms.fields import FromList, Line, OneOf, Paragraphs, Tick
from forms.texts import N_

STAGES = (
    ("screening", N_("Screening, before the interview")),
    ("interview", N_("At the interview")),
)
KINDS = (
    ("assessed", N_("Given by assessors")),
    ("from form", N_("Counted from the application form")),
    ("external", N_("Imported, such as a test")),
)
RULES = (
    ("licence_by_start", N_("Swedish licence by the start")),
    ("swedish_c1", N_("Swedish at level C1")),
    ("bt_required", N_("Needs basic service")),
    ("no_earlier_bt", N_("No earlier certificate of basic service")),
    ("documents", N_("Documents are attached")),
    ("references", N_("Enough references")),
    ("work_permit", N_("Work permit by the start, where needed")),
    ("can_start", N_("Can start on the date")),
)
ATTACHMENTS = (
    ("cv", N_("CV")),
    ("diploma", N_("Medical degree")),
    ("licence", N_("Licence")),
    ("language", N_("Proof of language")),
    ("work_permit", N_("Work permit")),
    ("reference", N_("Reference")),
    ("merit", N_("Other merit")),
    ("other", N_("Other")),
)
COMBINE = (("mean", N_("The mean")), ("median", N_("The median")))
PLACES = (
    ("raw", N_("The levels as they were given")),
    ("severity adjusted", N_("Levels adjusted for how strict each assessor is")),
)
SETTLE = (
    ("discuss", N_("The group discusses them and records its reasons")),
    ("third assessment", N_("A third assessment, then points decide")),
    ("lot", N_("By lot, with the seed that is committed to when the intake opens")),
)
LEVELS = tuple((str(level), str(level)) for level in range(4))
#: How long texts may be, by the name of the field without its language and number.
LIMITS = {"name": 200, "short": 60, "description": 4000, "anchors": 2000, "note": 2000}
LONGEST_LINE = 60


#: What the other fields are called.
LABELS = {
    "key": N_("Key"),
    "stage": N_("Stage"),
    "kind": N_("Where the level comes from"),
    "value": N_("Value in the application"),
    "rule": N_("Rule that proposes the answer"),
    "mandatory": N_("Mandatory"),
    "attachments": N_("Documents that it asks for"),
    "months_old_at_most": N_("How many months old they may be at the closing date"),
    "count": N_("Number of references"),
    "criteria": N_("Criteria that it looks at"),
    "forbidden_level": N_("No criterion may be at this level or below"),
    "mean_at_least": N_("The mean must be at least"),
    "threshold": N_("Threshold, of 100 points"),
    "combine": N_("How several assessors' levels become one"),
    "places": N_("What the order goes by"),
    "borderline_low": N_("From probability"),
    "borderline_high": N_("To probability"),
    "borderline_settle": N_("How the borderline zone is settled"),
    "ties": N_("Equal points are decided by"),
}


class Several(SelectMultipleField):
    """Any number of boxes, also none. What is not one of them is left out."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()
    translates_choices = True
    data: Any

    def pre_validate(self, form: Any) -> None:
        known = {value for value, *_rest in self.iter_choices()}
        chosen: list[str] = self.data or []
        self.data = [value for value in chosen if value in known]


_SIMPLE: dict[str, Callable[[], Field]] = {
    "key": lambda: Line(
        LABELS["key"],
        limit=LONGEST_LINE,
        description=N_(
            "Small letters a–z, digits and _. It is the column in a spreadsheet, so change it seldom."
        ),
    ),
    "stage": lambda: OneOf(LABELS["stage"], choices=STAGES),
    "kind": lambda: OneOf(LABELS["kind"], choices=KINDS),
    "value": lambda: Line(
        LABELS["value"],
        limit=LONGEST_LINE,
        description=N_(
            "swedish_months (months at full time) or breadth (0–4), or a column of a spreadsheet."
        ),
    ),
    "rule": lambda: FromList(
        LABELS["rule"],
        choices=RULES,
        description=N_("A person decides in every case."),
    ),
    "mandatory": lambda: Tick(
        LABELS["mandatory"],
        description=N_("Without the tick it is answered and shown, but does not stop an application."),
    ),
    "attachments": lambda: Several(LABELS["attachments"], choices=dict(ATTACHMENTS)),
    "months_old_at_most": lambda: Line(
        LABELS["months_old_at_most"],
        limit=10,
        description=N_(
            "1 to 120, for certificates that must be recent. Applicants are then asked when each was issued. Leave it"
            " empty where any age will do."
        ),
    ),
    "count": lambda: Line(
        LABELS["count"],
        limit=10,
        description=N_("1 to 9, for the rule on references."),
    ),
    "forbidden_level": lambda: FromList(LABELS["forbidden_level"], choices=LEVELS),
    "mean_at_least": lambda: Line(
        LABELS["mean_at_least"], limit=20, description=N_("0 to 4, or a fraction such as 7/3.")
    ),
    "threshold": lambda: Line(
        LABELS["threshold"],
        limit=20,
        description=N_("Nobody below it takes a place; exactly on it is enough."),
    ),
    "combine": lambda: OneOf(LABELS["combine"], choices=COMBINE),
    "places": lambda: OneOf(
        LABELS["places"],
        choices=PLACES,
        description=N_("What is not chosen is shown beside, and decides nothing."),
    ),
    "borderline_low": lambda: Line(
        LABELS["borderline_low"],
        limit=10,
        description=N_("Over 0 and under 1, such as 0.05."),
    ),
    "borderline_high": lambda: Line(LABELS["borderline_high"], limit=10, description=N_("Such as 0.95.")),
    "borderline_settle": lambda: OneOf(LABELS["borderline_settle"], choices=SETTLE),
}
TEXT_LABELS = {
    "name": N_("Name"),
    "short": N_("Short name"),
    "description": N_("Description"),
    "note": N_("What is special about this version"),
}
_LANGUAGES = {"sv": N_("Swedish"), "en": N_("English")}
_PARTS = re.compile(r"(name|short|description|note|anchors)_(?:(\d)_)?(sv|en)")


def part_form(
    names: Iterable[str],
    formdata: Any,
    *,
    data: dict[str, Any],
    criteria: Sequence[tuple[str, str]] = (),
    say: Callable[..., str],
) -> WordedForm:
    """The form of a part with those fields and the revision that its page shows. `criteria`: (id, name) to choose."""
    fields: dict[str, Any] = {"revision": RevisionField()}
    fields |= {name: _field(name, criteria) for name in names}
    return type("PartForm", (WordedForm,), fields)(formdata, data=data, say=say)


def typed(form: Any, shown: dict[str, Any]) -> dict[str, Any]:
    """What was typed, by field. A box that says what it was shown with keeps that to the letter, blanks and all; a
    number is the same with either decimal mark.
    """
    values = {}
    for field in form:
        if getattr(field, "is_control", False):
            continue
        value = field.data if field.data is not None else ""
        before = shown.get(field.short_name)
        if (
            isinstance(before, str)
            and is_number(before)
            and before.replace(",", ".") == value.replace(",", ".")
        ):
            value = before
        if isinstance(before, str) and isinstance(field, Line | Paragraphs):
            clean = clean_line if isinstance(field, Line) else clean_text
            value = before if (clean(before) or "") == value else value
        if isinstance(before, list) and isinstance(value, list) and set(before) == set(value):
            value = before
        values[field.short_name] = value
    return values


def is_number(text: str) -> bool:
    """Whether the text is a number with a decimal mark of either language."""
    return re.fullmatch(r"\d+[.,]\d+", text) is not None


def _field(name: str, criteria: Sequence[tuple[str, str]]) -> Field:
    if name in _SIMPLE:
        return _SIMPLE[name]()
    if name == "criteria":
        return Several(
            LABELS["criteria"],
            choices=dict(criteria),
            description=N_("None ticked: those of the stage itself."),
        )
    if name.startswith("weight"):
        return Line(N_("Weight"), limit=20)
    if name.startswith("bands_"):
        return Line(N_("Lower bound"), limit=30)
    if name.startswith("at_most_"):
        return Line(N_("At most"), limit=10)
    found = _PARTS.fullmatch(name)
    if found is None:  # a line of what is never scored: sv_n3
        return Line(_LANGUAGES.get(name[:2], name), limit=500)
    kind = found[1]
    label = TEXT_LABELS.get(kind, _LANGUAGES[found[3]])
    one_line = kind in ("name", "short")
    return Line(label, limit=LIMITS[kind]) if one_line else Paragraphs(label, limit=LIMITS[kind])


class BeginForm(WordedForm):
    """What a draft is begun from, and the key of the profile that it is for."""

    source = FromList(N_("Begin from"), needed=N_("Choose what to begin from"), translates_choices=False)
    key = Line(
        N_("Key of the profile"),
        limit=LONGEST_LINE,
        needed=N_("Write a key"),
        description=N_(
            "Keep the key to write the next version of the same profile. A new key makes a profile of its own."
        ),
    )
