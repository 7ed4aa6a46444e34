"""Where a gap comes from, in one sentence per source by fixed rules, in Swedish and English.

The language is passed in, so that a file or a report may use the sentences without a request. They say where a gap
lies, never why it is there.
"""

from __future__ import annotations

from collections.abc import Mapping

from recruit.figure_words import Pair, between, decimal, in_language, p_value, percent, points, signed
from recruit.sources_figures import FREE_CHOICES, Cell
from recruit.sources_names import WENT, Names, assessor_name, ending, item_name, reason, step_name


def sentence(cell: Cell, names: Names, language: str) -> str:
    """What a lay reader should know of one cell, with its counts; the group is “the group”."""
    return _SENTENCES[cell.source](cell, names, language)


def figures(cell: Cell, language: str) -> str:
    """The size with its interval and the p-values, for beside the sentence."""
    parts = [_sized(cell, language)]
    if cell.p is not None:
        words = (
            "p\N{NO-BREAK SPACE}{p}, korrigerat {adjusted}.",
            "p\N{NO-BREAK SPACE}{p}, adjusted {adjusted}.",
        )
        parts.append(
            in_language(words, language).format(
                p=p_value(cell.p, language), adjusted=p_value(cell.adjusted_p, language)
            )
        )
    return " ".join(part for part in parts if part)


def _sized(cell: Cell, language: str) -> str:
    """The difference that was tested, with its 95 per cent interval."""
    row = cell.row
    if cell.source in ("stage", "requirement"):
        ends = row["interval"] if cell.source == "stage" else row["difference_interval"]
        size = _rate_gap(row) if cell.source == "stage" else cell.size
        unit, shown = ("procentenheter", "percentage points"), points(size, language)
        ends = None if ends is None else [100 * end for end in ends]
        decimals = 1
    elif cell.source in FREE_CHOICES:
        unit, shown, ends, decimals = (
            ("procentenheter", "percentage points"),
            points(cell.size, language),
            None,
            1,
        )
    elif cell.source == "criterion":
        unit, shown, ends, decimals = ("poäng", "points"), signed(cell.size, language, 1), row["interval"], 1
    else:
        unit, shown, decimals = ("nivåer", "levels"), signed(cell.size, language), 2
        ends = row["interval"] if cell.source == "assessor" else spread(row)
    if cell.size is None:
        return ""
    text = f"{shown} {in_language(unit, language)}"
    if cell.source in FREE_CHOICES:
        text = f"{item_name(cell, Names({}, {}), language)}: {text}"
    return f"{text} ({between(ends, language, decimals)})." if ends else f"{text}."


def spread(row: Mapping[str, float | None]) -> list[float] | None:
    """The 95 per cent interval of item bias: the difference with its standard error under no difference."""
    middle, se = row["smd"], row["smd_se"]
    return None if middle is None or se is None else [middle - 1.96 * se, middle + 1.96 * se]


def _rate_gap(row: Mapping[str, int]) -> float | None:
    if not row["n"] or not row["others_n"]:
        return None
    return row["reached"] / row["n"] - row["others_reached"] / row["others_n"]


def _share(count: int, n: int) -> float | None:
    return count / n if n else None


def _said(pair: Pair, language: str, **values: str | int) -> str:
    return in_language(pair, language).format(**values)


def _ways(cell: Cell, language: str) -> str:
    return in_language(("lägre", "lower") if (cell.size or 0) < 0 else ("högre", "higher"), language)


def _stage(cell: Cell, names: Names, language: str) -> str:
    stages = list(cell.whole["stages"].items())
    first, (last, end) = stages[0][1], stages[-1]
    gap = cell.whole["gap"]
    if gap is None or cell.size is None:
        return _nothing(language)
    said = _said(
        (
            "Av gruppens {n} {went} {s} ({rate}), av alla andra {os} av {on} ({other}). ",
            "Of the group's {n}, {s} ({rate}) {went}; of all others, {os} of {on} ({other}). ",
        ),
        language,
        n=first["n"],
        s=end["reached"],
        rate=percent(_share(end["reached"], first["n"]), language),
        went=in_language(WENT.get(last, ("kom fram", "came through")), language),
        os=end["others_reached"],
        on=first["others_n"],
        other=percent(_share(end["others_reached"], first["others_n"]), language),
    )
    if not gap and not any(row["contribution"] for _name, row in stages):
        return said + _said(("Det är ingen skillnad att dela upp.", "There is no gap to split."), language)
    return said + _said(
        (
            "Av skillnaden på {gap} procentenheter kommer {part} av steget {step}: {ending}.",
            "Of the gap of {gap} percentage points, {part} arise at the stage {step}: {ending}.",
        ),
        language,
        gap=points(gap, language),
        part=points(cell.size, language),
        step=_quoted(_lower(step_name(cell.item, language)), language),
        ending=ending(cell.verdict, language),
    )


def _requirement(cell: Cell, names: Names, language: str) -> str:
    row = cell.row
    if not row["answered"] or not row["others_answered"]:
        return _nothing(language)
    said = _said(
        (
            "{name}: {no} av {answered} i gruppen fick nej ({rate}), mot {ono} av {oanswered} ({other}) bland alla "
            "andra: {ending}. ",
            "{name}: {no} of {answered} in the group got a no ({rate}), against {ono} of {oanswered} ({other}) of all "
            "others: {ending}. ",
        ),
        language,
        name=item_name(cell, names, language),
        no=row["no"],
        answered=row["answered"],
        rate=percent(row["rate"], language),
        ono=row["others_no"],
        oanswered=row["others_answered"],
        other=percent(_share(row["others_no"], row["others_answered"]), language),
        ending=ending(cell.verdict, language),
    )
    if not row["mandatory"]:
        return said + _said(("Kravet stoppar ingen.", "The requirement stops nobody."), language)
    if not row["only_this"]:
        return said + _said(
            (
                "För ingen i gruppen var det enda hindret.",
                "For nobody in the group was it the only obstacle.",
            ),
            language,
        )
    return said + _said(
        (
            "För {only} var det enda hindret: utan det hade {then} av {n} i gruppen varit behöriga i stället för "
            "{now}.",
            "For {only} it was the only obstacle: without it {then} of {n} in the group would have been eligible "
            "instead of {now}.",
        ),
        language,
        only=row["only_this"],
        then=row["eligible_without"],
        n=cell.whole["n"],
        now=cell.whole["eligible"],
    )


_DECIDED: dict[str, Pair] = {
    "override": (
        "Reglerna föreslog {proposed} av {n} i gruppen; {down} av dem fick ändå nej, och {up} fick ja utan att ha "
        "föreslagits.",
        "The rules proposed {proposed} of {n} in the group; {down} of them got a no all the same, and {up} got a yes "
        "without having been proposed.",
    ),
    "zone": (
        "Av gruppens {n} i gränszonen stod {proposed} över linjen efter poängen; {down} av dem flyttades under den, "
        "och {up} andra över den.",
        "Of the group's {n} in the borderline zone, points had {proposed} above the line; {down} of them were moved "
        "below it, and {up} others above it.",
    ),
}


def _override(cell: Cell, names: Names, language: str) -> str:
    whole = cell.whole
    said = _said(
        _DECIDED[cell.source],
        language,
        proposed=whole["proposed"],
        n=whole["n"],
        down=whole["down"]["count"],
        up=whole["up"]["count"],
    )
    if whole["moved"] is None:
        return f"{said} {_nothing(language)}"
    return f"{said} " + _said(
        (
            "Det flyttade skillnaden mot alla andra med {moved} procentenheter, från {before} till {after}: {ending}.",
            "That moved the gap from all others by {moved} percentage points, from {before} to {after}: {ending}.",
        ),
        language,
        moved=points(whole["moved"], language),
        before=points(whole["proposed_gap"], language),
        after=points(whole["proposed_gap"] + whole["moved"], language),
        ending=ending(cell.verdict, language),
    )


def _criterion(cell: Cell, names: Names, language: str) -> str:
    whole = cell.whole
    if whole["gap"] is None or cell.size is None:
        return _nothing(language)
    return _said(
        (
            "Gruppens {n} har i medeltal {gap} poäng jämfört med de {others} andra. Av det kommer {part} av {name}, "
            "medelnivå {mean} mot {other}: {ending}.",
            "The group's {n} have on average {gap} points compared with the {others} others. Of that, {part} come from "
            "{name}, mean level {mean} against {other}: {ending}.",
        ),
        language,
        n=whole["n"],
        others=whole["others"],
        gap=signed(whole["gap"], language, 1),
        part=signed(cell.size, language, 1),
        name=_lower(item_name(cell, names, language)),
        mean=decimal(cell.row["mean"], language),
        other=decimal(cell.row["others_mean"], language),
        ending=ending(cell.verdict, language),
    )


def _item_bias(cell: Cell, names: Names, language: str) -> str:
    if cell.size is None or cell.p is None:
        return _said(
            (
                "Ingen i gruppen har samma förmåga som någon annan, så inget kan jämföras.",
                "Nobody in the group has the same ability as anybody else, so nothing can be compared.",
            ),
            language,
        )
    return _said(
        (
            "Bland dem som är lika på bedömningsgrunderna som helhet får gruppen {size} nivåer {way} på {name}"
            "{klass}: {ending}. {used} av {all} kunde jämföras.",
            "Among people alike on the criteria as a whole, the group gets {size} levels {way} on {name}{klass}: "
            "{ending}. {used} of {all} could be compared.",
        ),
        language,
        size=decimal(abs(cell.size), language),
        way=_ways(cell, language),
        name=_lower(item_name(cell, names, language)),
        klass=_class(cell, language),
        ending=ending(cell.verdict, language),
        used=cell.row["used"],
        all=cell.row["n"] + cell.row["others"],
    )


def _class(cell: Cell, language: str) -> str:
    if cell.row["delta"] is None:
        return ""
    words = (" (Δ {delta}, klass {letter})", " (Δ {delta}, class {letter})")
    return _said(words, language, delta=signed(cell.row["delta"], language), letter=cell.row["ets_class"])


def _assessor(cell: Cell, names: Names, language: str) -> str:
    name = assessor_name(cell.item, language)
    if cell.row["reason"]:
        return f"{name}: {reason(cell.row['reason'], language)}."
    return _said(
        (
            "{name} ger gruppen {size} nivåer {way} än de andra bedömarna gör, när man räknat bort hur sträng var och "
            "en är mot alla ({n} i gruppen, {others} andra): {ending}.",
            "{name} gives the group {size} levels {way} than the other assessors do, after how strict each is towards "
            "everybody ({n} of the group, {others} others): {ending}.",
        ),
        language,
        name=name,
        size=decimal(abs(cell.size or 0.0), language),
        way=_ways(cell, language),
        n=cell.row["n"],
        others=cell.row["others_n"],
        ending=ending(cell.verdict, language),
    )


_SENTENCES = {
    "stage": _stage,
    "requirement": _requirement,
    "override": _override,
    "zone": _override,
    "criterion": _criterion,
    "item_bias": _item_bias,
    "assessor": _assessor,
}


def _nothing(language: str) -> str:
    return in_language(("Det finns inget att jämföra.", "There is nothing to compare."), language)


def _lower(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _quoted(text: str, language: str) -> str:
    return f"”{text}”" if language == "sv" else f"“{text}”"
