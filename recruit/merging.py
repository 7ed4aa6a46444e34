"""Merge fields: {given_name} in a letter becomes the recipient's name. A fixed list, replaced once, none computed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _
from recruit.mail_html import isolated

#: Every field and what stands in its place.
FIELDS: Mapping[str, object] = {
    "given_name": _("The applicant's given name"),
    "family_name": _("The applicant's family name"),
    "reference": _("The application's reference number"),
    "case_number": _("The application's case number, or the intake's where it has none"),
    "title": _("The intake, as it is advertised"),
    "starts_on": _("The day the posts start"),
    "interviews": _("The days of the interviews"),
    "region": _("The region's name"),
    "contact": _("The region's address for questions"),
    "link": _("The address of the applicant's own pages"),
}
_FIELD = re.compile(r"\{([^{}\n]*)\}")
#: What a house text leaves for a person to write, such as [Write your letter here.]
_GAP = re.compile(r"\[(?:Skriv|Write) [^\]\n]*\]")


@dataclass(frozen=True)
class Texts:
    """A letter in both languages, with merge fields."""

    subject_sv: str
    body_sv: str
    subject_en: str
    body_en: str

    def of(self, language: str) -> tuple[str, str]:
        """Subject and body in a language."""
        return (self.subject_sv, self.body_sv) if language == "sv" else (self.subject_en, self.body_en)

    def parts(self) -> dict[str, str]:
        """Every part by its name, as forms and tables call it."""
        return {name: getattr(self, name) for name in ("subject_sv", "body_sv", "subject_en", "body_en")}


def check(texts: Texts) -> None:
    """Raise Invalid, naming the part and the nearest field, for a text that cannot be merged."""
    for part, text in texts.parts().items():
        for name in _FIELD.findall(text):
            if name not in FIELDS:
                raise Invalid(_unknown(name), field=part)
        rest = _FIELD.sub("", text)
        if "{" in rest or "}" in rest:
            raise Invalid(
                _("A brace, { or }, stands alone. Braces are for merge fields, such as {given_name}."),
                field=part,
            )


def _unknown(name: str) -> object:
    near = get_close_matches(name.strip().lower().replace(" ", "_"), FIELDS, n=1, cutoff=0.5)
    if near:
        return _(
            "There is no merge field %(name)s. Did you mean %(near)s?",
            name="{" + name[:40] + "}",
            near="{" + near[0] + "}",
        )
    return _(
        "There is no merge field %(name)s. The list of fields is beside the text.", name="{" + name[:40] + "}"
    )


def gaps(texts: Texts) -> list[str]:
    """What of a house text nobody has written yet, such as "[Write your letter here.]"."""
    return [found for text in texts.parts().values() for found in _GAP.findall(text)]


def merge(text: str, values: Mapping[str, str]) -> tuple[str, str]:
    """The text with its fields replaced once, and the first field that has no value, or ""."""
    lacking = next((name for name in _FIELD.findall(text) if not values[name]), "")
    return _FIELD.sub(lambda found: str(isolated(values[found.group(1)])), text), lacking
