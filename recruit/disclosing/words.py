"""Words of disclosures: parts, kinds, outcomes, and the letters that are proposed."""

from recruit.i18n import lazy_gettext as _
from recruit.models import DisclosureOutcome

PARTS = {
    "answers": _("Answers in the application, and what was decided on the requirements"),
    "attachments": _("Documents that the applicant attached"),
    "references": _("References"),
    "assessments": _("Assessments: levels and notes, with the assessors' names"),
    "ranking": _("Place in the ranking"),
    "list": _("Place on the interview list"),
    "mails": _("Mail sent to the applicant"),
    "monitoring": _("Monitoring answers: sex and age"),
}
KINDS = {
    "number": _("Personal identity number"),
    "contact": _("Private contact details"),
    "health": _("Health"),
    "protected": _("Protected address or identity"),
    "referee": _("Somebody else's contact details"),
    "own": _("Your own words"),
}
OUTCOMES = {
    DisclosureOutcome.WHOLE: _("handed out whole"),
    DisclosureOutcome.MASKED: _("handed out, masked in part"),
    DisclosureOutcome.REFUSED: _("refused"),
}


def letter(region: str, number: int, *, refused: bool) -> str:
    """The letter that is proposed: what was decided, and how it can be tried. The region's lawyer settles the words."""
    first = (
        " ".join(
            (
                str(
                    _(
                        "The region does not hand out what was asked for, since it holds information that is secret:"
                    )
                ),
                str(_("[name the sections].")),
            )
        )
        if refused
        else _(
            "The region hands out what was asked for, but for the places that are masked. The list of masked places"
            " names the ground of each."
        )
    )
    return "\n\n".join(
        str(part)
        for part in (
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
