"""The bar: who was qualified and got no offer, and what another threshold, requirement or start would have done."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from recruit.analysis.reasons import NO_OFFERS, NO_RUN, NotComputed, more_accepted
from recruit.analysis.settings import ALPHA, Work
from recruit.analysis.sources import requirement
from recruit.audited_frames import answers_of

#: Thresholds that are tried: the profile's, and so many points from it.
STEPS_OF_THRESHOLD = (-10, -5, 0, 5, 10)
#: The rule whose requirement a later start would help with.
LICENCE_RULE = "licence_by_start"
#: All posts together: which post somebody was offered is written nowhere.
ALL_POSTS = "all"


def rejected(work: Work) -> dict[str, Any]:
    """Those above the threshold with and without an offer, beside the posts and how many are filled.

    A post whose holder has left is empty again, also after the start; so it may be filled twice, and counts once.
    """
    from scoring.bar import qualified_but_rejected

    ranked = work.ranked
    if "offered" not in ranked:
        raise NotComputed(NO_OFFERS)
    posts = sum(work.audited.posts.values())
    people = work.people
    filled = (
        int(((people["accepted"] == 1) & ~people["left"].astype(bool)).sum()) if "accepted" in people else 0
    )
    if filled > posts:
        raise NotComputed(more_accepted(filled, posts))
    above = ranked["place"].notna()
    return work.each_attribute(
        lambda name: qualified_but_rejected(
            above, ranked["offered"] == 1, ranked[name], {ALL_POSTS: (posts, filled)}, alpha=float(ALPHA)
        ).to_dict()
    )


def threshold(work: Work) -> dict[str, Any]:
    """How many of each group would reach other thresholds than the profile's."""
    from scoring.bar import threshold_effect

    ranked, own = work.ranked, work.audited.threshold
    tried = sorted({min(Fraction(100), max(Fraction(0), own + step)) for step in STEPS_OF_THRESHOLD})
    points = list(ranked["points"])
    if all(each is None for each in points):
        raise NotComputed(NO_RUN)
    return work.each_attribute(
        lambda name: (
            threshold_effect(points, ranked[name], tried, alpha=float(ALPHA)).to_dict()
            | {"threshold": float(own)}
        )
    )


def requirements(work: Work) -> dict[str, Any]:
    """How many would be eligible without each requirement: the same figures as where a gap comes from."""
    return requirement(work)


def later_start(work: Work) -> dict[str, Any]:
    """Whom a later start would gain: all else is met, and the licence was expected by then."""
    from scoring.bar import start_later as gained

    people, audited = work.people, work.audited
    others = [
        each.key for each in audited.profile.requirements if each.mandatory and each.rule != LICENCE_RULE
    ]
    answers = answers_of(people, others)
    ready = (answers == True).all(axis=1)  # noqa: E712 (None is not met)
    return work.each_attribute(
        lambda name: {
            "start": audited.starts_on.isoformat(),
            "weeks": [
                each.to_dict()
                for each in gained(
                    list(people["licence_expected"]), ready, people[name], start=audited.starts_on
                )
            ],
        }
    )
