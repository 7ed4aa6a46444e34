"""The plain topics of an application: about you, education, own words; and withdrawing it."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from forms.base import RevisionField, WordedForm
from forms.fields import FromList, Line, OneOf, Paragraphs, Upload, WholeNumber, is_phone
from forms.texts import N_

EARLIEST_GRADUATION = 1950


class AboutYouForm(WordedForm):
    """Who applies. Nothing of it reaches the assessors."""

    revision = RevisionField()
    given_name = Line(
        N_("Given name"),
        limit=120,
        needed=N_("Write your given name"),
        render_kw={"autocomplete": "given-name", "dir": "auto", "spellcheck": "false"},
    )
    family_name = Line(
        N_("Family name"),
        description=N_("If you have only one name, write it in both places."),
        limit=120,
        needed=N_("Write your family name"),
        render_kw={"autocomplete": "family-name", "dir": "auto", "spellcheck": "false"},
    )
    native_name = Line(
        N_("Your name in its own script"),
        description=N_("If your name is written with other letters than Latin ones."),
        limit=200,
        render_kw={"dir": "auto", "spellcheck": "false"},
    )
    phone = Line(
        N_("Telephone number"),
        description=N_("With the country code, such as +46 70 123 45 67."),
        limit=40,
        needed=N_("Write a telephone number"),
        checks=[is_phone],
        render_kw={"autocomplete": "tel", "inputmode": "tel", "type": "tel"},
    )
    city = Line(
        N_("Where you live"),
        description=N_("Town and country."),
        limit=120,
        render_kw={"dir": "auto"},
    )

    def suggest(self, name: str) -> None:
        """Fill in the name of the account where none is written, so that nobody writes it twice: to be read and saved.

        Which part is the family's differs between peoples, and nobody but its owner knows; the page says whence it is.
        """
        words = name.split()
        if not words or self.given_name.data or self.family_name.data or self.native_name.data:
            return
        field = self.given_name
        if not all("LATIN" in unicodedata.name(each, "") for each in name if each.isalpha()):
            field = self.native_name
            field.data = " ".join(words)
        elif len(words) == 1:
            field.data = words[0]
        else:
            field.data, self.family_name.data = " ".join(words[:-1]), words[-1]
        field.description = self.words(N_("Taken from your account. Change it if it is not right."))


class EducationForm(WordedForm):
    """Where and when the degree was taken."""

    revision = RevisionField()
    education_country = FromList(
        N_("In which country did you take your medical degree?"),
        description=N_(
            "It is used to check that you can apply and to monitor that the selection is fair. It is never scored."
        ),
        needed=N_("Choose the country of your medical degree"),
        translates_choices=False,
    )
    institution = Line(
        N_("University or other institution"),
        description=N_(
            "Some are suggested as you type. Any other name is just as good, in the script you prefer."
        ),
        limit=200,
        needed=N_("Write the name of the university or institution"),
        render_kw={"dir": "auto"},
    )
    graduation_year = WholeNumber(
        N_("Year of the degree"),
        description=N_("If you have not graduated yet, write the year when you expect to."),
        low=EARLIEST_GRADUATION,
        high=2099,
        needed=N_("Write the year of the degree"),
        wrong=N_("Write the year of the degree with four digits, from %(low)s to %(high)s"),
        render_kw={"inputmode": "numeric"},
    )
    document = Upload(N_("Diploma or degree certificate"))

    def __init__(
        self, formdata: Any = None, *, countries: Sequence[tuple[str, str]], latest_year: int, **kw: Any
    ):
        super().__init__(formdata, **kw)
        self.education_country.choices = {"": "", **dict(countries)}
        self.graduation_year.high = latest_year


class OwnWordsForm(WordedForm):
    """Free text, read by the assessors."""

    revision = RevisionField()
    motivation = Paragraphs(
        N_("Why do you apply?"),
        description=N_("What you want from this post, and what you bring to it."),
        limit=2000,
        needed=N_("Write why you apply"),
    )
    learning_needs = Paragraphs(
        N_("What do you need to learn?"),
        description=N_(
            "Set against the 18 goals of the basic service. Everyone has gaps; knowing them is what counts."
        ),
        limit=2000,
        needed=N_("Write what you need to learn"),
    )
    scientific_work = Paragraphs(
        N_("Scientific work or quality work"),
        description=N_("Courses, projects, publications. What you did yourself, and whether it is finished."),
        limit=2000,
    )
    other_work = Paragraphs(
        N_("Other work and teaching"),
        description=N_("What, for how long, and what you answered for."),
        limit=2000,
    )


WITHDRAWALS = (
    ("other_post", N_("I have got another post")),
    ("place_or_family", N_("Place or family")),
    ("terms", N_("Pay or terms")),
    ("no_licence", N_("My licence is not ready in time")),
    ("too_long", N_("It takes too long")),
    ("other", N_("Something else")),
    ("not_said", N_("I would rather not say")),
)


class WithdrawForm(WordedForm):
    """Withdrawing an application; the reason is voluntary."""

    code = OneOf(
        N_("Main reason"),
        choices=WITHDRAWALS,
        description=N_("You do not have to say. Write nothing about health or other private matters."),
    )

    reason = Paragraphs(
        N_("Anything you want to add?"),
        description=N_("It helps us to plan the next intake."),
        limit=500,
    )
