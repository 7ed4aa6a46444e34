"""A criteria profile as people read it: weights, anchors, ties, thresholds and gates in the reader's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from recruit import certainty_words, charts, display, document_age_words
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from scoring.profile import STAGES, Criterion, Gate, Profile, Requirement, StageRule, Text


@dataclass(frozen=True)
class ProfileView:
    """Everything that a page shows of a profile. `lot_zones`: whether a lot settles a borderline zone."""

    requirements: list[tuple[str, str]]
    bar: Markup
    groups: list[dict[str, Any]]
    count: int
    rules: list[str]
    never_scored: list[str]
    optional: list[str]
    lot_zones: bool


def view_of(profile: Profile, language: str) -> ProfileView:
    """The profile in one language. Criteria of weight 0 are named apart: they do not count."""
    return ProfileView(
        requirements=[_requirement(each, language) for each in profile.requirements if each.mandatory],
        bar=_bar(profile, language),
        groups=[
            {
                "title": _stage_title(stage),
                "criteria": [_criterion(each, language) for each in _own(profile, stage)],
            }
            for stage in STAGES
            if _own(profile, stage)
        ],
        count=sum(each.required for each in profile.criteria),
        rules=[
            *(
                sentence
                for stage in STAGES
                if stage in profile.stages
                for sentence in _stage_rules(profile, stage, language)
            ),
            *(_gate(profile, gate, language) for gate in profile.gates),
        ],
        never_scored=[each.in_language(language) for each in profile.never_scored],
        optional=[each.name.in_language(language) for each in profile.criteria if not each.required],
        lot_zones=profile.stages["screening"].borderline.settle == "lot",
    )


def note_of(profile: Profile, language: str) -> str:
    """What is special about this version; empty for nothing."""
    note = profile.version_note
    return note.in_language(language) if isinstance(note, Text) else note or ""


def joined(words: Sequence[str]) -> str:
    """Words as a list in a sentence: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s", first=", ".join(words[:-1]), last=words[-1])


def months(half_months: int) -> str:
    """Half months as a number of months, 21 -> "10.5"."""
    return display.number(Decimal(half_months) / 2)


def _requirement(requirement: Requirement, language: str) -> tuple[str, str]:
    description = requirement.description.in_language(language)
    age = document_age_words.of_requirement(requirement)
    return requirement.name.in_language(language), f"{description} {age}".strip()


def _own(profile: Profile, stage: str) -> list[Criterion]:
    return [each for each in profile.criteria if each.stage == stage and each.required]


def _stage_title(stage: str) -> str:
    return _("From the application") if stage == "screening" else _("At the interview")


def _bar(profile: Profile, language: str) -> Markup:
    groups = []
    for stage in STAGES:
        own = _own(profile, stage)
        if not own:
            continue
        points = display.number(sum((each.weight for each in own), Decimal(0)))
        if stage == "screening":
            heading = _("From the application, before the interview: %(points)s points", points=points)
        else:
            heading = _("At the interview: %(points)s points", points=points)
        parts = [charts.WeightPart(each.short_name.in_language(language), float(each.weight)) for each in own]
        groups.append(charts.WeightGroup(heading, parts))
    return charts.weights_bar(groups, title=_("How the points are divided"))


def _criterion(criterion: Criterion, language: str) -> dict[str, Any]:
    return {
        "name": criterion.name.in_language(language),
        "weight": display.number(criterion.weight),
        "anchors": [each.in_language(language) for each in criterion.anchors],
        "description": criterion.description.in_language(language) if criterion.description else None,
    }


def _stage_rules(profile: Profile, stage: str, language: str) -> list[str]:
    rule = profile.stages[stage]
    ties = [profile.criterion(key).short_name.in_language(language) for key in rule.ties]
    threshold = display.number(rule.threshold)
    zone = [_borderline(rule)] if stage == "screening" else []
    return [*_threshold_and_ties(stage, threshold, ties), _levels(stage, rule), *zone]


def _threshold_and_ties(stage: str, threshold: str, ties: list[str]) -> list[str]:
    if stage == "screening":
        return [
            _(
                "Before the interview only the criteria from the application count, rescaled to 100 points. "
                "Nobody with less than %(threshold)s of 100 is called.",
                threshold=threshold,
            ),
            _(
                "Equal points before the interview are decided by %(ties)s, last by a lot that is written in the"
                " record.",
                ties=_in_order(ties),
            ),
        ]
    return [
        _(
            "After the interview all criteria count. Nobody with less than %(threshold)s of 100 takes a place.",
            threshold=threshold,
        ),
        _(
            "Equal points after the interview are decided by %(ties)s, last by a lot that is written in the record.",
            ties=_in_order(ties),
        ),
    ]


def _levels(stage: str, rule: StageRule) -> str:
    """How the levels of several assessors become one, and whether they are adjusted for strictness."""
    if stage == "screening":
        words = (
            _("Before the interview a criterion's level is the mean of what its assessors give.")
            if rule.combine == "mean"
            else _("Before the interview a criterion's level is the median of what its assessors give.")
        )
    else:
        words = (
            _("After the interview a criterion's level is the mean of what its assessors give.")
            if rule.combine == "mean"
            else _("After the interview a criterion's level is the median of what its assessors give.")
        )
    order = (
        _(
            "The order goes by the levels as they were given. The place that each would have if all assessors were"
            " equally strict is worked out beside it, and decides nothing."
        )
        if rule.places == "raw"
        else _(
            "The order goes by levels adjusted for how strict each assessor is, as far as the assessors have judged"
            " the same applications. The levels as they were given stand beside it."
        )
    )
    return f"{words} {order}"


def _borderline(rule: StageRule) -> str:
    """What the borderline zone of the line for who is called is, and how it is settled."""
    zone = _(
        "Near the line for who is called, points cannot always tell applications apart. Those whose probability of"
        " truly belonging above it is %(between)s form the borderline zone.",
        between=certainty_words.between(rule.borderline.low, rule.borderline.high),
    )
    settled = {
        "discuss": _(
            "The group discusses them without names and records its reasons before the selection is confirmed."
        ),
        "third_assessment": _("They get a third assessment, and then points decide."),
        "lot": _("They are drawn by lot, with the seed that is committed to when the intake opens."),
    }[rule.borderline.settle]
    return f"{zone} {settled}"


def _in_order(words: Sequence[str]) -> str:
    return _(", then ").join(_("“%(word)s”", word=word) for word in words)


def _gate(profile: Profile, gate: Gate, language: str) -> str:
    parts = []
    if gate.forbidden_level is not None:
        parts.append(_("no criterion may be at level %(level)s", level=gate.forbidden_level))
    for level, count in gate.max_count.items():
        parts.append(
            ngettext(
                "at most %(num)s criterion at level %(level)s",
                "at most %(num)s criteria at level %(level)s",
                count,
                level=level,
            )
        )
    if gate.mean_at_least is not None:
        mean = display.number(Decimal(gate.mean_at_least.numerator) / gate.mean_at_least.denominator)
        parts.append(_("the mean must be at least %(mean)s", mean=mean))
    if gate.stage == "interview":
        return _("To be offered a post after the interview: %(conditions)s.", conditions=joined(parts))
    return _("To be called: %(conditions)s.", conditions=joined(parts))
