"""What is asked of a table, as the options of `recruit audit` say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from recruit.tables.cells import number
from recruit.tables.errors import FileError
from recruit.tables.text import shown

# What cannot be told of rows that stand for several persons each.
_ONE_BY_ONE = ("place", "criteria", "assessor")


@dataclass(frozen=True)
class Question:
    """The options, read. Columns are named as the options name them; `criteria` are names with their weights."""

    by: tuple[str, ...]
    selected: str | None = None
    selected_count: str | None = None
    stages: tuple[str, ...] = ()
    score: str | None = None
    count: str | None = None
    strata: tuple[str, ...] = ()
    pool: tuple[tuple[str, str], ...] = ()
    intersections: tuple[tuple[str, ...], ...] = ()
    smallest: int = 20
    boschloo: bool | None = None
    intake: str | None = None
    intakes: tuple[str, ...] = ()
    assessor: str | None = None
    application: str = "application"
    criterion: str | None = None
    criteria: tuple[tuple[str, Fraction], ...] = ()
    scale: tuple[Fraction, Fraction] | None = None
    place: str | None = None
    proposed: str | None = None
    requirements: tuple[str, ...] = ()
    seed: int = 0

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> "Question":
        """Raises FileError naming the option that says too little, contradicts another or says the same twice."""
        by = _names("--by", options["by"], "sex,country")
        intake, intakes = _intake(options["intake"])
        question = cls(
            by=by,
            selected=options["selected"],
            selected_count=options["selected_count"],
            stages=_optional("--stages", options["stages"], "applied,eligible,called"),
            score=options["score"],
            count=options["count"],
            strata=_optional("--strata", options["strata"], "site,intake"),
            pool=_pool(options["pool"], by),
            intersections=_crossed(options["intersections"]),
            smallest=options["smallest"],
            boschloo=options["boschloo"],
            intake=intake,
            intakes=intakes,
            assessor=options["assessor"],
            application=options["application"],
            criterion=options["criterion"],
            criteria=_weighted(options["criteria"]),
            scale=_scale(options["scale"]),
            place=options["place"],
            proposed=options["proposed"],
            requirements=_optional("--requirements", options["requirements"], "licence,language"),
            seed=options["seed"],
        )
        question._check()
        return question

    @property
    def outcome(self) -> bool:
        """Whether it is said who was selected, at the end or in stages."""
        return bool(self.selected or self.selected_count or self.stages)

    @property
    def of_persons(self) -> bool:
        """Whether something is asked that needs a row for each person, and can be told of rows with a count too."""
        return len(self.stages) > 1 or bool(self.requirements) or self.proposed is not None

    def _check(self) -> None:
        if not (self.outcome or self.score or self.criteria):
            raise FileError(
                "Say what is audited: --selected COLUMN, --stages COLUMN,COLUMN, --score COLUMN or --criteria "
                "COLUMN,COLUMN."
            )
        if self.selected_count and (self.selected or self.stages or self.count is None):
            raise FileError(
                "--selected-count says how many of the persons of a row were selected: it stands with --count, and "
                "without --selected and --stages."
            )
        if self.assessor and self.score is None:
            raise FileError(
                "--assessor: name the column with the assessors' levels too, such as --score level."
            )
        if self.criterion and not self.assessor:
            raise FileError("--criterion names a column of a table with --assessor. Where each criterion has a column, "
                            "use --criteria.")  # fmt: skip
        for name, value in (("--intake", self.intake), ("--proposed", self.proposed)):
            if value and not self.outcome:
                raise FileError(f"{name}: say who was selected too, with --selected or --stages.")
        for name in _ONE_BY_ONE:
            if self.count and getattr(self, name):
                raise FileError(
                    f"--{name} needs a row for each person, and with --count a row stands for several. Leave one out."
                )


def _intake(option: str | None) -> tuple[str | None, tuple[str, ...]]:
    """`"intake=2026,2027"` -> the column and the intakes in their order of time, none where it is left open."""
    if option is None:
        return None, ()
    column, equals, order = (part.strip() for part in option.partition("="))
    if not column:
        raise FileError("--intake: name a column, such as --intake intake or --intake intake=spring,autumn.")
    return column, _names("--intake", order, "intake=spring,autumn") if equals else ()


def _pool(options: Sequence[str], by: Sequence[str]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for option in options:
        attribute, equals, parent = (part.strip() for part in option.partition("="))
        if not equals or not parent or attribute not in by:
            raise FileError(f"--pool {option}: write it as country=route, with 'country' named by --by.")
        pairs.append((attribute, parent))
    return tuple(pairs)


def _crossed(options: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    crossed = [tuple(name.strip() for name in option.split("+") if name.strip()) for option in options]
    for option, names in zip(options, crossed, strict=True):
        if len(set(names)) < 2 or len(set(names)) < len(names):
            raise FileError(
                f"--intersections {option}: name at least two different columns, such as sex+age."
            )
    return tuple(crossed)


def _weighted(option: str | None) -> tuple[tuple[str, Fraction], ...]:
    """`"language=40,practice=60"` -> names and weights; all 1 where none is given."""
    if option is None:
        return ()
    found: dict[str, str] = {}
    for part in _names("--criteria", option, "language=40,practice=60"):
        name, _, weight = (text.strip() for text in part.partition("="))
        if name in found:
            raise FileError(f"--criteria: '{name}' is named twice. Name it once.")
        found[name] = weight
    if any(found.values()) and not all(found.values()):
        lacking = next(name for name, weight in found.items() if not weight)
        raise FileError(
            f"--criteria: '{lacking}' has no weight and others have one. Give all of them one, or none."
        )
    return tuple((name, _weight(name, weight)) for name, weight in found.items())


def _weight(name: str, text: str) -> Fraction:
    if not text:
        return Fraction(1)
    try:
        weight = Fraction(number(text))
    except ValueError:
        weight = Fraction(0)
    if weight <= 0:
        raise FileError(f"--criteria {name}={shown(text)}: a weight is a number over 0, such as {name}=40.")
    return weight


def _scale(option: str | None) -> tuple[Fraction, Fraction] | None:
    from recruit.tables.agreement import parse_scale

    if option is None:
        return None
    low, high = parse_scale(option)
    return Fraction(str(low)), Fraction(str(high))


def _optional(option: str, text: str | None, example: str) -> tuple[str, ...]:
    return () if text is None else _names(option, text, example)


def _names(option: str, text: str, example: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise FileError(f"{option}: name at least one column, such as {option} {example}.")
    for name in names:
        if names.count(name) > 1:
            raise FileError(f"{option}: '{name}' is named twice. Name it once.")
    return names
