"""The auditor's analysis: what state it is in, what it was computed from, and asking for a new one."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from recruit import analysis_words, clock
from recruit.database import transaction
from recruit.i18n import gettext as _
from recruit.models import AnalysisState
from recruit.queries import analysis as queries
from recruit.request import actor, db
from recruit.routes.monitoring_shared import PREFIX, auditor_only, blueprint, intake_here
from recruit.services import analysis as services

_UNDER_WAY = (AnalysisState.QUEUED, AnalysisState.RUNNING)


@blueprint.get(f"{PREFIX}/analysis")
def analysis(region: str, intake: str) -> Any:
    """The newest analysis: under way, finished or failed; and the one that the pages show."""
    auditor_only()
    found = intake_here()
    rows = queries.overview(db(), intake=found)
    newest = rows[0] if rows else None
    done = queries.newest_done(db(), intake=found)
    return render_template(
        "monitoring/analysis.html",
        intake=found,
        rows=rows,
        newest=newest,
        under_way=newest is not None and newest.state in _UNDER_WAY,
        step=analysis_words.step(newest.step) if newest else "",
        error=analysis_words.error(newest.error) if newest and newest.state is AnalysisState.FAILED else None,
        done=done,
        head=queries.figures_of(done) if done else None,
        stale=done is not None and queries.is_stale(db(), intake=found, analysis=done),
        old_code=done is not None and done.code_version != services.code_version(),
    )


@blueprint.post(f"{PREFIX}/analysis")
def analyse(region: str, intake: str) -> Any:
    """Ask for an analysis of things as they are now."""
    auditor_only()
    found = intake_here()
    before = queries.newest(db(), intake=found)
    last = before.number if before else 0
    with transaction(db()):
        made = services.request(db(), intake=found, actor=actor(), now=clock.now())
        number, state = made.number, made.state
    if number == last:
        flash(
            _("Analysis %(number)s is being computed already.", number=number)
            if state in _UNDER_WAY
            else _(
                "Nothing has changed since analysis %(number)s, so a new one would say the same.",
                number=number,
            )
        )
    return redirect(url_for("monitoring.analysis", region=region, intake=intake), 303)
