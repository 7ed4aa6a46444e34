"""Kinds of trace, and why something was taken for one, in words."""

from recruit.i18n import gettext as _


def kind_words() -> dict[str, str]:
    """What each kind is called."""
    return {
        "name": _("Names"),
        "place": _("Countries, nationalities, languages, towns"),
        "school": _("Schools and universities"),
        "number": _("Personal numbers"),
        "age": _("Age, dates of birth, years of studies"),
        "sex": _("Words that tell the sex"),
        "contact": _("Addresses, telephone, links"),
        "photo": _("Pictures"),
    }


def why_words() -> dict[str, str]:
    """Why it was found."""
    return {
        "name": _("the applicant's name"),
        "spelling": _("like the applicant's name in another spelling or script"),
        "initials": _("the applicant's initials"),
        "referee": _("a referee's name"),
        "country": _("a country"),
        "nationality": _("a nationality or language"),
        "language": _("a language"),
        "city": _("a city"),
        "own_place": _("the applicant's town or workplace"),
        "own_school": _("the applicant's school"),
        "school": _("looks like a school"),
        "personal_number": _("a personal number, the check digit fits"),
        "coordination_number": _("a coordination number, the check digit fits"),
        "interim_number": _("looks like an interim personal number"),
        "number_unchecked": _("looks like a personal number, the check digit does not fit"),
        "born": _("a date of birth"),
        "age": _("an age"),
        "studies": _("a year beside words about studies"),
        "graduation_year": _("the applicant's year of graduation"),
        "sex": _("tells the sex"),
        "email": _("an e-mail address"),
        "link": _("a link or profile"),
        "phone": _("a telephone number"),
        "address": _("an address"),
        "labelled": _("stands after a label that asks for it"),
        "image": _("could be a photograph"),
    }
