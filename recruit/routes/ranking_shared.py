"""What the pages of a ranking share: which run is meant, and that an assessor's own levels come first."""

from recruit.models import Intake, RankingRun, Role
from recruit.queries import ranking as queries
from recruit.request import actor, db, roles
from recruit.routes.monitoring_shared import intake_here
from recruit.services.assessment import refuse_before_own


def own_levels_first(found: Intake, *stages: str) -> None:
    """Raise Conflict for an assessor who has assessments of a stage to submit: nobody sees others' before that."""
    if Role.ASSESSOR in roles():
        for stage in stages:
            refuse_before_own(db(), intake=found, stage=stage, actor=actor())


def run_here(stage: str, number: int) -> tuple[Intake, RankingRun]:
    """The run that the address names. Raises Conflict as `own_levels_first`, and NotFound."""
    found = intake_here()
    own_levels_first(found, stage)
    return found, queries.run_by_number(db(), intake=found, stage=stage, number=number)
