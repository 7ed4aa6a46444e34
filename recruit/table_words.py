"""The words of the table of applications: its choices, and what is chosen."""

from collections.abc import Callable, Sequence

from recruit import applicant_view
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import Answer, AttachmentKind, Eligibility
from recruit.queries.intake import PostsAtSite
from recruit.queries.table_filter import PROOFS, Filter
from recruit.services.proposals import document_name
from scoring.profile import Profile

Options = list[tuple[str, str]]


def choices(profile: Profile, sites: Sequence[PostsAtSite]) -> dict[str, Options]:
    """The choices of every filter: name -> (value, words), the first meaning whatever."""
    return {
        "stage": _stages(),
        "requirement": [("", _("Any requirement")), *requirements(profile)],
        "answer": answers(),
        "site": [("", _("Any site")), *((str(each.site_id), each.site) for each in sites)],
        "country": _countries(),
        "missing": _missing(profile),
        "asked": [
            ("", _("Whatever")),
            ("open", _("Asked, not yet due")),
            ("overdue", _("Asked, overdue")),
            ("came_in", _("Came in, to be looked at")),
        ],
        "assessed": [
            ("", _("Whatever")),
            ("none", _("Not assigned")),
            ("some", _("Assigned")),
            ("waiting", _("Assigned, none in")),
            ("part", _("Some in, some left")),
            ("done", _("All in")),
        ],
        "per": [("50", "50"), ("100", "100"), ("250", "250")],
    }


def _stages() -> Options:
    return [
        ("submitted", _("All submitted")),
        ("pending", _("Eligibility not decided")),
        ("goes_on", _("Eligible, also on condition")),
        ("eligible", _("Eligible")),
        ("conditional", _("Eligible on condition")),
        ("ineligible", _("Not eligible")),
        ("ranked", _("Ranked for the confirmed list")),
        ("called", _("Called to interview")),
        ("reserve", _("In reserve")),
        ("not_listed", _("Ranked, not on the list")),
        ("withdrawn", _("Withdrawn")),
        ("all", _("All, also withdrawn")),
    ]


def requirements(profile: Profile) -> Options:
    """The requirements of a profile: key -> key and name."""
    return [(each.key, f"{each.key} {each.name.in_language(language())}") for each in profile.requirements]


def answers() -> Options:
    """What a requirement can be filtered by."""
    return [
        ("", _("Whatever")),
        *((each.value, applicant_view.answer_word(each)) for each in Answer),
        ("undecided", _("Not decided")),
    ]


def _countries() -> Options:
    return [
        ("", _("Any country")),
        ("nordic", _("The Nordic countries")),
        ("baltic", _("The Baltic countries")),
        ("other_eu_eea", _("Rest of the EU, EEA and Switzerland")),
        ("outside_eu_eea", _("Outside the EU and EEA")),
        ("unknown", _("Not given")),
    ]


def _missing(profile: Profile) -> Options:
    mandatory = {
        kind for each in profile.requirements if each.rule == "documents" for kind in each.attachments
    }
    kinds = [each for each in AttachmentKind if each.value in mandatory or each in PROOFS]
    return [
        ("", _("Whatever")),
        ("decision", _("A decision")),
        ("unclear", _("Something is unclear")),
        ("document", _("Any document")),
        *((f"document-{each.value}", _("Document: %(name)s", name=document_name(each))) for each in kinds),
        ("reference", _("A referee's answer")),
        ("copy", _("A redacted CV")),
        ("correction", _("An answer to a request for correction")),
    ]


def active(chosen: Filter, profile: Profile, sites: Sequence[PostsAtSite]) -> list[tuple[str, str]]:
    """What is chosen beyond the usual: (name of the filter, words), so that nobody forgets a filter that is on."""
    options = choices(profile, sites)
    lacks = f"document-{chosen.lacks.value}" if chosen.lacks else ""
    values = {
        "stage": "" if chosen.stage == "submitted" else chosen.stage,
        "site": str(chosen.site_id or ""),
        "country": chosen.country,
        "missing": chosen.missing or lacks,
        "asked": chosen.asked,
        "assessed": chosen.assessed,
    }
    found = [(name, dict(options[name]).get(value, value)) for name, value in values.items() if value]
    if chosen.requirement:
        answer = dict(options["answer"])[chosen.answer]
        found.append(("requirement", f"{chosen.requirement}: {answer}"))
    if chosen.search:
        found.append(("q", chosen.search))
    return found


def lacking() -> Callable[[Sequence[AttachmentKind], bool], str]:
    """What puts the documents that are not there into words, in a cell. Each word is looked up once for a page."""
    words = {each: str(document_name(each)) for each in AttachmentKind}
    copy = _("redacted CV")

    def put(kinds: Sequence[AttachmentKind], copies: bool) -> str:
        return ", ".join([*(words[each] for each in kinds), *([copy] if copies else [])])

    return put


def outcomes() -> dict[Eligibility, tuple[str, str]]:
    """The badge's colour and the words of each outcome, looked up once for a page."""
    return {
        each: (applicant_view.eligibility_badge(each), str(applicant_view.eligibility_word(each)))
        for each in Eligibility
    }
