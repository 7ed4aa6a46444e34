"""Where a gap comes from: by criterion, stage, assessor, requirement and override.

Splits describe where a gap arose; none of them proves why. Item bias, which matches people on the other criteria, is
in `scoring.dif`.
"""

from scoring.assessor_gaps import AssessorGap, AssessorGaps, by_assessor
from scoring.criterion_gaps import CriterionGaps, GroupGap, Part, by_criterion
from scoring.override_gaps import OverrideGap, OverrideGaps, by_override
from scoring.requirement_gaps import RequirementGap, RequirementGaps, by_requirement
from scoring.stage_gaps import StageGap, StageGaps, StagePart, by_stage, split_stages

__all__ = [
    "AssessorGap",
    "AssessorGaps",
    "CriterionGaps",
    "GroupGap",
    "OverrideGap",
    "OverrideGaps",
    "Part",
    "RequirementGap",
    "RequirementGaps",
    "StageGap",
    "StageGaps",
    "StagePart",
    "by_assessor",
    "by_criterion",
    "by_override",
    "by_requirement",
    "by_stage",
    "split_stages",
]
