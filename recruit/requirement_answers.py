"""What the answers to the eligibility requirements add up to."""

from collections.abc import Mapping

from recruit.models import Answer, Eligibility
from scoring.profile import Profile


def outcome(profile: Profile, answers: Mapping[str, Answer]) -> Eligibility:
    """What decided answers add up to. Requirements that are not mandatory do not stop an application.

    One "no" is enough to be ineligible; otherwise all must be decided and none unclear.
    """
    mandatory = [answers.get(each.key) for each in profile.requirements if each.mandatory]
    if Answer.NO in mandatory:
        return Eligibility.INELIGIBLE
    if None in mandatory or Answer.UNCLEAR in mandatory:
        return Eligibility.PENDING
    return Eligibility.CONDITIONAL if Answer.EXPECTED in mandatory else Eligibility.ELIGIBLE
