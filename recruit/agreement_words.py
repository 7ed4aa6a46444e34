"""What is said of how far the assessors agree: the sentences first, and what limits them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recruit import display
from recruit.criterion_words import name_of
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.run_analysis import RunAnalysis

if TYPE_CHECKING:
    from scoring.agreement import Agreement, Note
    from scoring.criteria import Profile
    from scoring.icc_forms import Form

#: Where the words of Koo & Li (2016), Journal of Chiropractic Medicine 15, 155-163, change.
_LIMITS = (0.5, 0.75, 0.9)


def title(found: Agreement) -> str:
    """The agreement of the mean over all criteria, in a word or two."""
    return _("Poor agreement") if _no_more_than_chance(found) else _title(found.overall.icc["2,k"])


def _title(form: Form) -> str:
    """In the words of Koo & Li, for the whole interval and not only for its middle."""
    if form.value is None:
        return _("How far the assessors agree cannot be told")
    low, high = form.low, form.high
    ends = [_grade(form.value)] if low is None or high is None else [_grade(low), _grade(high)]
    words = (
        _("Poor agreement"),
        _("Moderate agreement"),
        _("Good agreement"),
        _("Very good agreement"),
    )
    if ends[0] == ends[-1]:
        return words[ends[0]]
    last = (_("poor"), _("moderate"), _("good"), _("very good"))[ends[-1]]
    return _("%(from)s, at best %(to)s", **{"from": words[ends[0]], "to": last})


def _grade(value: float) -> int:
    return sum(value >= limit for limit in _LIMITS)


def sentences(found: Agreement) -> list[str]:
    """What the figures mean for the order, in words."""
    mean, one = found.overall.icc["2,k"], found.overall.icc["2,1"]
    chance = _no_more_than_chance(found)
    if mean.value is None and not chance:
        return [_icc_reasons()[mean.reason]]
    if mean.value is None or chance:
        said = [
            _("The assessors agree no more than chance would have it: the mean levels say nothing certain.")
        ]
    else:
        said = [
            _(
                "Of the differences between the applications' mean levels %(share)s come from the applications"
                " themselves. The rest comes from who happened to assess them, and from chance.",
                share=display.percent(mean.value),
            )
        ]
    if mean.low is not None and mean.high is not None:
        said.append(
            _(
                "The share may in truth be anything from %(low)s to %(high)s (95 per cent interval).",
                low=display.percent(max(mean.low, 0.0)),
                high=display.percent(max(mean.high, 0.0)),
            )
        )
    k = found.overall.icc.k
    if one.value is not None and k is not None:
        said.append(
            _(
                "That is for the mean of %(assessors)s assessors, which the order goes by. One assessor alone would"
                " have given %(share)s.",
                assessors=display.number(round(k, 1)),
                share=display.percent(max(one.value, 0.0)),
            )
        )
    return said


def _no_more_than_chance(found: Agreement) -> bool:
    """Where assessors agree less than chance would have it, the mean of k may have no figure, but one has."""
    one = found.overall.icc["2,1"].value
    return one is not None and one <= 0


def limits(taken: RunAnalysis, found: Agreement) -> list[str]:
    """What the figures cannot tell."""
    said = [
        _(
            "Only those who went on to this stage are assessed. The more alike they are, the lower the same"
            " disagreement makes these figures, so they cannot be compared between stages or intakes."
        )
    ]
    if len(taken.assessors) < 6 and found.overall.icc["2,k"].value is not None:
        said.append(
            ngettext(
                "There is only %(num)s assessor. What is said of assessors in general is uncertain: read the interval.",
                "There are only %(num)s assessors. What is said of assessors in general is uncertain: read the"
                " interval.",
                len(taken.assessors),
            )
        )
    if len(found.criteria) > 1:
        said.append(
            _(
                "The ICC in all is about each assessor's mean over the criteria, where much of the chance in single"
                " levels evens out. α is about the single levels, so the two cannot be compared."
            )
        )
        said.append(
            _(
                "α in all takes each application and criterion by itself. Where criteria differ in how high they lie,"
                " assessors who see that agree by it; read α per criterion beside it."
            )
        )
    overall = {note.code for note in found.notes if note.criterion is None}
    for note in found.notes:
        if note.code != "form_left_out" and (note.criterion is None or note.code not in overall):
            said.append(_note(note, taken.profile))
    return said


def _note(note: Note, profile: Profile) -> str:
    words = {
        "one_assessor": _("One person gave all the levels."),
        "one_application": _("There is only one application."),
        "all_equal": _("All levels are equal."),
        "assessed_once": ngettext(
            "%(num)s has one level only. It counts, but cannot show disagreement.",
            "%(num)s have one level only. They count, but cannot show disagreement.",
            note.count,
        ),
        "partly_assessed": ngettext(
            "%(num)s assessment lacks a level on some criterion.",
            "%(num)s assessments lack a level on some criterion.",
            note.count,
        ),
        "separate_panels": ngettext(
            "The assessors are %(num)s group.",
            "The assessors are %(num)s groups that share no application, so nobody can tell whether one group is"
            " stricter than another.",
            note.count,
        ),
        "few_units": ngettext(
            "Only %(num)s has two levels or more: the interval of α is rough.",
            "Only %(num)s have two levels or more: the interval of α is rough.",
            note.count,
        ),
    }[note.code]
    if note.criterion is None:
        return words
    return f"{name_of(profile, note.criterion)}: {words}"


def _icc_reasons() -> dict[str, str]:
    """By the reasons of `scoring.icc`."""
    return {
        "no_levels": _("Nobody has given a level."),
        "one_application": _("There is only one application, so there is nothing to compare."),
        "one_assessor": _("One person gave all the levels, so nobody knows how much assessors differ."),
        "one_level_each": _("No application has levels of two assessors."),
        "no_variance": _("All levels are the same, so there are no differences to agree about."),
        "too_few_shared": _(
            "Too few applications were judged by more than one assessor to tell them and chance apart."
        ),
        "undefined": _("For levels like these there is no figure."),
        "": "",
    }
