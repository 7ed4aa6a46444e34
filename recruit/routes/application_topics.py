"""The pages of the topics: from what is kept to a form, and from a form to the service that saves it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forms.application import AboutYouForm, EducationForm, OwnWordsForm
from forms.base import WordedForm
from forms.experience import NoExperienceForm
from forms.licence import LanguageForm, LicenceForm, StartForm
from forms.references import ReferencesForm
from forms.wishes import MonitoringForm, sites_form
from recruit.actor import Actor
from recruit.display import countries
from recruit.i18n import gettext, language
from recruit.models import AgeBand, Application, ApplicationStatus, AttachmentKind, Sex
from recruit.queries import application as queries
from recruit.queries.application import Dossier
from recruit.request import db
from recruit.services import application as services

_REFEREE_PARTS = ("name", "title", "workplace", "email", "phone", "language")


@dataclass(frozen=True)
class Saving:
    """What every saving needs."""

    application: Application
    revision: int
    actor: Actor
    now: datetime

    def common(self) -> dict[str, Any]:
        """As keywords of a service."""
        return {
            "application": self.application,
            "revision": self.revision,
            "actor": self.actor,
            "now": self.now,
        }


@dataclass(frozen=True)
class TopicPage:
    """How a topic becomes a form and is saved. `document`: the kind of file that is asked for on the same page."""

    make: Callable[[Dossier, Any, bool], WordedForm]
    save: Callable[[WordedForm, Saving], Any]
    document: AttachmentKind | None = None


def kept(dossier: Dossier, form: type[WordedForm]) -> dict[str, Any]:
    """The answers of the application that the form has fields for, as forms hold them."""
    application = dossier.application
    values = {
        name: getattr(application, name) for name in type(application).model_fields if hasattr(form, name)
    }
    return {name: getattr(value, "value", value) for name, value in values.items()}


def _plain(form: type[WordedForm]) -> Callable[[Dossier, Any, bool], WordedForm]:
    def make(dossier: Dossier, posted: Any, complete: bool) -> WordedForm:
        return form(posted, data=kept(dossier, form), say=gettext, complete=complete)

    return make


def _saves(topic: str) -> Callable[[WordedForm, Saving], Any]:
    def save(form: WordedForm, saving: Saving) -> Any:
        return services.save_topic(db(), topic=topic, answers=form.answers(), **saving.common())

    return save


def _education(dossier: Dossier, posted: Any, complete: bool) -> WordedForm:
    return EducationForm(
        posted,
        data=kept(dossier, EducationForm),
        say=gettext,
        complete=complete,
        countries=countries(language()),
        latest_year=dossier.intake.starts_on.year,
    )


def _references(dossier: Dossier, posted: Any, complete: bool) -> WordedForm:
    sent = dossier.application.status is ApplicationStatus.SUBMITTED
    return ReferencesForm(
        posted,
        data=kept(dossier, ReferencesForm),
        say=gettext,
        complete=complete,
        referees=[{part: getattr(each, part) for part in _REFEREE_PARTS} for each in dossier.referees],
        needed=dossier.referees_wanted if sent else int(complete),
    )


def _save_references(form: WordedForm, saving: Saving) -> Any:
    named = [services.RefereeAnswers(**each) for each in form.answers()["referees"]]
    return services.save_referees(db(), referees=named, **saving.common())


def _sites(dossier: Dossier, posted: Any, complete: bool) -> WordedForm:
    seen = dossier.application.sites_seen
    return sites_form(
        posted,
        sites=[(each.site_id, each.site) for each in dossier.posts],
        ranked=dossier.site_ids,
        no_preference=seen and not dossier.site_ids,
        revision=dossier.application.revision,
        say=gettext,
        complete=complete,
    )


def _save_sites(form: WordedForm, saving: Saving) -> Any:
    return services.save_sites(db(), site_ids=form.answers()["site_ids"], **saving.common())


def _monitoring(dossier: Dossier, posted: Any, complete: bool) -> WordedForm:
    data: dict[str, Any] = {"revision": dossier.application.revision}
    if dossier.application.monitoring_seen:
        answer = queries.own_monitoring_answer(db(), dossier.application)
        data["sex"] = answer.sex.value if answer and answer.sex else ""
        data["age_band"] = answer.age_band.value if answer and answer.age_band else ""
    return MonitoringForm(posted, data=data, say=gettext, complete=complete)


def _save_monitoring(form: WordedForm, saving: Saving) -> Any:
    answers = form.answers()
    return services.save_monitoring(
        db(),
        sex=Sex(answers["sex"]) if answers["sex"] else None,
        age_band=AgeBand(answers["age_band"]) if answers["age_band"] else None,
        **saving.common(),
    )


PAGES: dict[str, TopicPage] = {
    "about_you": TopicPage(_plain(AboutYouForm), _saves("about_you")),
    "licence": TopicPage(_plain(LicenceForm), _saves("licence"), AttachmentKind.LICENCE),
    "start": TopicPage(_plain(StartForm), _saves("start"), AttachmentKind.WORK_PERMIT),
    "education": TopicPage(_education, _saves("education"), AttachmentKind.DIPLOMA),
    "language": TopicPage(_plain(LanguageForm), _saves("language"), AttachmentKind.LANGUAGE),
    "experience": TopicPage(_plain(NoExperienceForm), _saves("experience")),
    "references": TopicPage(_references, _save_references),
    "own_words": TopicPage(_plain(OwnWordsForm), _saves("own_words")),
    "sites": TopicPage(_sites, _save_sites),
    "monitoring": TopicPage(_monitoring, _save_monitoring),
}
