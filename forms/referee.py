"""The form that a referee fills in behind the link: the same questions and the same anchors for everyone."""

from typing import Any

from forms.base import RevisionField, WordedForm
from forms.eligibility import SCALE
from forms.fields import Line, OneOf, Paragraphs, YesNo
from forms.texts import N_

#: What each level means, the same for every question.
ANCHORS = {
    "0": N_("Somebody has had to step in, or patients could have come to harm."),
    "1": N_("Needs more support than others who have come as far."),
    "2": N_("What can be asked of a doctor who has come as far."),
    "3": N_("Clearly better than most who have come as far."),
    "4": N_("Among the best I have worked with."),
}
RELATIONS = (
    ("manager", N_("As head of the unit, or employer")),
    ("supervisor", N_("As supervisor or senior doctor in the daily work")),
    ("colleague", N_("As a colleague")),
    ("teacher", N_("As a teacher or examiner")),
    ("friend", N_("We are friends")),
    ("relative", N_("We are related, or live together")),
    ("other", N_("In another way")),
)
DECLINES = (
    ("does_not_know", N_("I do not know the person, or not well enough")),
    ("too_long_ago", N_("It is too long ago")),
    ("too_close", N_("We stand too close")),
    ("no_time", N_("I do not have the time")),
    ("not_agreed", N_("I have not agreed to be a referee")),
    ("other", N_("Another reason, or I would rather not say")),
)
LONGEST_COMMENT = 4000


class RefereesForm(WordedForm):
    """Four questions on one scale, how they know each other, and free text. A draft may lack anything."""

    revision = RevisionField()
    relation = OneOf(
        N_("How do you mainly know the person?"),
        choices=RELATIONS,
        needed=N_("Choose how you know the person"),
    )
    known_from = Line(
        N_("You worked together from"),
        limit=60,
        needed=N_("Write from when, the year will do"),
        description=N_("Such as 2023, or March 2023."),
        render_kw={"autocomplete": "off"},
    )
    known_until = Line(
        N_("Until"),
        limit=60,
        needed=N_("Write until when, or that it goes on"),
        description=N_("The year will do. Write “now” if it goes on."),
        render_kw={"autocomplete": "off"},
    )
    safety = OneOf(
        N_("Works safely with patients"), choices=SCALE, needed=N_("Choose how safely the person works")
    )
    asks_for_help = OneOf(
        N_("Knows own limits and asks for help in time"),
        choices=SCALE,
        needed=N_("Choose how the person knows limits and asks for help"),
    )
    responsibility = OneOf(
        N_("Takes responsibility and follows things up"),
        choices=SCALE,
        needed=N_("Choose how the person takes responsibility"),
    )
    collaboration = OneOf(
        N_("Works well with colleagues and patients"),
        choices=SCALE,
        needed=N_("Choose how the person works with others"),
    )
    would_employ = YesNo(
        N_("Would you employ or work with this person again?"),
        needed=N_("Answer whether you would work with the person again"),
    )
    comment = Paragraphs(
        N_("Is there something you want to add?"),
        limit=LONGEST_COMMENT,
        description=N_(
            "Write what you have seen the person do. Leave out health, family, faith, origin and other private matters."
        ),
        render_kw={"dir": "auto"},
    )

    def typed(self) -> dict[str, Any]:
        """What was typed so far, as a draft keeps it: only what there is."""
        return {name: value for name, value in self.answers().items() if value not in (None, "")}


class DeclineForm(WordedForm):
    """Why no reference is given."""

    reason = OneOf(
        N_("Why can you not give a reference?"), choices=DECLINES, needed=N_("Choose what is closest")
    )
