"""Where one would like to work, and the voluntary questions."""

from collections.abc import Sequence
from typing import Any

from wtforms import Form

from forms.base import RevisionField, WordedForm
from forms.choices import AGE_BAND, SEX
from forms.fields import FromList, OneOf, Tick
from forms.texts import N_, Message


class MonitoringForm(WordedForm):
    """Voluntary answers that only the monitoring uses."""

    revision = RevisionField()
    sex = OneOf(N_("Sex"), choices=SEX)
    age_band = OneOf(N_("Age"), choices=AGE_BAND)

    def answers(self) -> dict[str, Any]:
        """The answers; not answering is None."""
        return {name: value or None for name, value in super().answers().items()}


class SitesForm(WordedForm):
    """Sites in order of preference: choice1, choice2, … Made by `sites_form`."""

    revision = RevisionField()
    no_preference = Tick(N_("I have no preference: any of the sites"))

    @property
    def ranked(self) -> list[Any]:
        """The fields of the choices, in order."""
        return [field for field in self if field.short_name.startswith("choice")]

    def validate(self, extra_validators: Any = None) -> bool:
        """No site twice; at least one, or none at all by choice."""
        valid = super().validate(extra_validators)
        seen: set[str] = set()
        for field in self.ranked:
            if field.data and field.data in seen:
                name = field.choices[field.data]
                field.errors = [
                    self.words(
                        Message(
                            N_("%(site)s is chosen already. Choose another one, or leave this empty."),
                            site=name,
                        )
                    )
                ]
                valid = False
            seen.add(field.data or "")
        chosen = seen - {""}
        if chosen and self.no_preference.data:
            self.no_preference.errors = [
                self.words(N_("Take away this tick, or the sites you have chosen: it cannot be both"))
            ]
            return False
        if self.complete and not chosen and not self.no_preference.data and not self.ranked[0].errors:
            self.ranked[0].errors = [self.words(N_("Choose a site, or tick that you have no preference"))]
            return False
        return valid

    def answers(self) -> dict[str, Any]:
        """Site ids in order, without gaps."""
        return {"site_ids": [int(field.data) for field in self.ranked if field.data]}


def sites_form(
    formdata: Any = None,
    *,
    sites: Sequence[tuple[int, str]],
    ranked: Sequence[int] = (),
    no_preference: bool = False,
    **kw: Any,
) -> SitesForm:
    """A form with as many choices as there are sites; `ranked` are the ids chosen before."""
    fields: dict[str, Any] = {}
    for number in range(1, len(sites) + 1):
        fields[f"choice{number}"] = FromList(
            Message(N_("Choice %(number)s"), number=number),
            choices=[(str(site_id), name) for site_id, name in sites],
            translates_choices=False,
        )
    made: type[Form] = type("SitesForm", (SitesForm,), fields)
    data = {f"choice{number}": str(site_id) for number, site_id in enumerate(ranked, start=1)}
    revision = kw.pop("revision", None)
    return made(formdata, data={**data, "no_preference": no_preference, "revision": revision}, **kw)
