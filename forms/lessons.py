"""What the group types about what an intake taught."""

from wtforms import HiddenField

from forms.base import RevisionField, WordedForm
from forms.fields import FromList, OneOf, Paragraphs
from forms.texts import N_

SUBJECTS = (
    ("advertisement", N_("The advertisement")),
    ("application", N_("The application form")),
    ("eligibility", N_("Eligibility")),
    ("assessment", N_("Assessment")),
    ("ranking", N_("Ranking and the meeting")),
    ("interviews", N_("Interviews")),
    ("offers", N_("Offers and drop-outs")),
    ("work", N_("How we worked")),
)
KINDS = (("keep", N_("Keep")), ("change", N_("Change")), ("try", N_("Try")))


class CommentForm(WordedForm):
    """One comment."""

    revision = RevisionField()
    subject = FromList(N_("About"), choices=SUBJECTS, needed=N_("Choose what it is about"))
    kind = OneOf(N_("What do you want?"), choices=KINDS, needed=N_("Choose keep, change or try"))
    text = Paragraphs(
        N_("Comment"),
        limit=2000,
        needed=N_("Write the comment"),
        description=N_("About how we worked, never about an applicant."),
    )


class SummaryForm(WordedForm):
    """What the next intake takes along. `version` is the newest one when the page was shown."""

    version = HiddenField()
    text = Paragraphs(
        N_("What the next intake takes along"),
        limit=6000,
        needed=N_("Write what the next intake takes along"),
        description=N_("It is shown to whoever makes the next intake. No names of applicants."),
    )
