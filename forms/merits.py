"""Asking for merits, answering, and where decision letters send people."""

from forms.base import WordedForm
from forms.fields import Line, Paragraphs
from forms.texts import N_


class AskForm(WordedForm):
    """A request; what is wanted in particular is voluntary."""

    text = Paragraphs(
        N_("Is there something in particular you want to know?"),
        limit=2000,
        description=N_("You do not have to say why you ask."),
    )


class AnswerForm(WordedForm):
    """The answer in words."""

    answer = Paragraphs(
        N_("The answer"),
        limit=10_000,
        needed=N_("Write the answer."),
        description=N_("Education, work and other merits of each, without names or what tells who it is."),
    )


class ContactForm(WordedForm):
    """What a region's decision letters say of where to turn."""

    contact = Line(
        N_("Who answers questions about decisions"),
        limit=300,
        description=N_(
            "Such as a name of a unit, an address and a telephone number. Empty: the region's address."
        ),
    )
    notice_board = Line(
        N_("The region's notice board"),
        limit=300,
        description=N_("The address of the page where decisions are announced."),
    )
    court = Line(
        N_("The administrative court"), limit=200, description=N_("Such as Förvaltningsrätten i Karlstad.")
    )
