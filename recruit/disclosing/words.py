"""Words of disclosures: parts, kinds, outcomes, and the letters that are proposed."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from recruit.models import DisclosureOutcome

PARTS = {
    "answers": lazy("Answers in the application, and what was decided on the requirements"),
    "attachments": lazy("Documents that the applicant attached"),
    "references": lazy("References"),
    "assessments": lazy("Assessments: levels and notes, with the assessors' names"),
    "ranking": lazy("Place in the ranking"),
    "list": lazy("Place on the interview list"),
    "mails": lazy("Mail sent to the applicant"),
    "monitoring": lazy("Monitoring answers: sex and age"),
}
KINDS = {
    "number": lazy("Personal identity number"),
    "contact": lazy("Private contact details"),
    "health": lazy("Health"),
    "protected": lazy("Protected address or identity"),
    "referee": lazy("Somebody else's contact details"),
    "own": lazy("Your own words"),
}
OUTCOMES = {
    DisclosureOutcome.WHOLE: lazy("handed out whole"),
    DisclosureOutcome.MASKED: lazy("handed out, masked in part"),
    DisclosureOutcome.REFUSED: lazy("refused"),
}


def letter(region: str, number: int, *, refused: bool) -> str:
    """The letter that is proposed: what was decided, and how it can be tried. The region's lawyer settles the words."""
    first = (
        _("The region does not hand out what was asked for, since it holds information that is secret:")
        + " "
        + _("[name the sections].")
        if refused
        else _(
            "The region hands out what was asked for, but for the places that are masked. The list of masked places"
            " names the ground of each."
        )
    )
    return "\n\n".join(
        (
            _("Request %(number)s to see public records", number=number),
            first,
            _(
                "You can have the question tried in a written decision by the region, which can be appealed. The"
                " decision is appealed to the administrative court of appeal (kammarrätten). The appeal is made in"
                " writing, says which decision is appealed and what change is wanted, and is sent to the region within"
                " three weeks from the day on which you received the decision."
            ),
            region,
        )
    )
