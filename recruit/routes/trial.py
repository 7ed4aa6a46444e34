"""A version of a profile tried on earlier intakes, or on invented applicants, before anything is opened with it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from forms.trial import INVENTED, TrialForm, trial_form
from recruit import profile_view, trial_view
from recruit.frames import levels_frame, profile_of_inputs
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.invented import APPLICANTS, invented_levels
from recruit.models import Intake, Role
from recruit.queries import intake as intakes
from recruit.queries import profile as profiles
from recruit.queries import trial as queries
from recruit.queries.trial import Earlier
from recruit.request import actor, db, roles
from recruit.run_analysis import DRAWN_WITH
from recruit.services.assessment import refuse_before_own
from scoring.errors import ScoringError
from scoring.profile import Profile

blueprint = Blueprint("trial", __name__, url_prefix="/g/<region>/profiles")
#: Tried by default: the latest. And posts for the invented applicants, unless told.
FIRST_CHOSEN = 3
INVENTED_POSTS = 25


@dataclass(frozen=True)
class Source:
    """Levels to try a profile on. ``changed``: criteria that are asked or counted in another way in it."""

    name: str
    levels: Any
    posts: int
    changed: Sequence[str]


@blueprint.get("/<key>/<int:version>/trial")
def show(region: str, key: str, version: int) -> Any:
    """What the profile would have made of those who have applied before."""
    row = profiles.by_version(db(), key, version)
    values: dict[str, Any] = {"region": region, "key": key, "version": version}
    name = _("%(key)s, version %(version)s", key=row.key, version=row.version)
    return page(
        intakes.parsed(row),
        here=url_for("trial.show", **values),
        back=(url_for("profile.show", **values), name),
        name=name,
        locked_at=profiles.locked_at(db(), row),
    )


def page(
    profile: Profile, *, here: str, back: tuple[str, str], name: str, locked_at: datetime | None = None
) -> Any:
    """The trial of a profile, a version or a draft. `here`: the page's own address; `back`: address and words."""
    stages = [stage for stage in profile.stages if profile.required_at(stage)]
    stage = request.args.get("stage", "")
    stage = stage if stage in stages else stages[0]
    assessor = actor().account_id if Role.ASSESSOR in roles() else None
    earlier = queries.earlier(db(), stage=stage, assessor_id=assessor)
    open_to_me = [each for each in earlier if not each.own_waiting]
    form = _form(earlier, open_to_me, stages, stage)
    valid = form.validate()
    sources = _sources(form, open_to_me, profile, stage) if valid else []
    view, problem = _tried(sources, profile, stage, form.posts.data) if sources else (None, "")
    return render_template(
        "profile/trial.html",
        here=here,
        back=back,
        name=name,
        heading=profile.name.in_language(language()),
        form=form,
        view=view,
        problem=problem,
        sources=sources,
        invented=INVENTED in (form.intakes.data or []),
        seed=DRAWN_WITH,
        applicants=APPLICANTS,
        waiting=profile_view.joined([_title(each.intake) for each in earlier if each.own_waiting]),
        none_yet=not earlier,
        locked_at=locked_at,
    ), 200 if valid else 422


def _form(
    earlier: Sequence[Earlier], open_to_me: Sequence[Earlier], stages: Sequence[str], stage: str
) -> TrialForm:
    """The form as the address has it. Raises Conflict for an intake where the reader's own assessments are not in."""
    args: MultiDict[str, str] = request.args.copy()
    asked = args.getlist("intakes")
    for each in earlier:
        if each.own_waiting and each.intake.slug in asked:
            refuse_before_own(db(), intake=each.intake, stage=stage, actor=actor())
    args["stage"] = stage
    if not asked:
        args.setlist("intakes", [each.intake.slug for each in open_to_me[:FIRST_CHOSEN]] or [INVENTED])
    choices = [(each.intake.slug, _title(each.intake)) for each in open_to_me]
    return trial_form(args, intakes=choices, stages=stages, say=_)


def _sources(form: TrialForm, earlier: Sequence[Earlier], profile: Profile, stage: str) -> list[Source]:
    chosen = set(form.intakes.data or [])
    wanted = [each for each in earlier if each.intake.slug in chosen]
    texts = queries.inputs_of(db(), stage=stage, intakes=wanted)
    found = []
    for each in wanted:
        inputs = json.loads(texts[each.intake.id or 0])
        if inputs["levels"]:
            before = profile_of_inputs(inputs)
            changed = trial_view.changed_since(profile, before, stage)
            found.append(Source(_title(each.intake), levels_frame(inputs), each.posts, changed))
    if INVENTED in chosen:
        rows = invented_levels(profile, stage, seed=DRAWN_WITH)
        found.append(Source(_("Invented applicants"), levels_frame({"levels": rows}), INVENTED_POSTS, ()))
    return found


def _tried(
    sources: Sequence[Source], profile: Profile, stage: str, posts: int | None
) -> tuple[trial_view.TrialView | None, str]:
    from scoring.trial import try_profile

    try:
        trial = try_profile(
            [each.levels for each in sources],
            profile,
            stage,
            posts=[each.posts if posts is None else posts for each in sources],
        )
    except ScoringError as error:
        return None, str(error)
    changed = [(key, each.name) for each in sources for key in each.changed]
    return trial_view.view_of(trial, profile, [each.name for each in sources], changed), ""


def _title(intake: Intake) -> str:
    return intake.title_sv if language() == "sv" else intake.title_en
