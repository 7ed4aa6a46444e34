"""What stands beside the rates of an attribute, as parts of a report: for the page and the terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from recruit.tables.audit.part import MOST_NAMED, Part, Row, Writer, gravest
from recruit.tables.audit.source_parts import SOURCES
from recruit.tables.words import signed_points


def of_stage(figures: Mapping[str, Any], w: Writer) -> Iterator[Part]:
    """What stands beside the groups of one stage: strata and small groups."""
    if "stratified" in figures:
        yield _strata(figures["stratified"], w)
    if any("shrunk_rate" in row for row in figures["groups"].values()):
        yield _small(figures["groups"], w)


def of_attribute(figures: Mapping[str, Any], w: Writer) -> Iterator[Part]:
    """What stands beside the stages of an attribute; a key that is not there was not asked for."""
    if "stages" in figures and "groups" not in figures and "stratified" in figures:
        yield _strata(figures["stratified"], w, "strata_whole")
    if "scoring_rate" in figures:
        yield _scoring_rate(figures["scoring_rate"], w)
    if "sequential" in figures:
        yield _sequential(figures["sequential"], w)
    if "order" in figures:
        yield _order(figures["order"], w)
    if "proxies" in figures:
        yield _proxies(figures["proxies"], w)
    for key, make in SOURCES.items():
        found = figures.get("sources", {}).get(key)
        if found is not None:
            yield Part(w.t[key], found["reason"][w.language], (), ()) if "reason" in found else make(found, w)
    if figures.get("too_small"):
        names = ", ".join(w.group(name) for name in figures["too_small"])
        yield Part("", w.t["too_small"].format(names=names), (), ())


def _strata(figures: Mapping[str, Any], w: Writer, title: str = "strata") -> Part:
    if "groups" in figures:
        compared = {w.group(name): row for name, row in figures["groups"].items()}
    elif figures["group"] is None:
        compared = {}
    else:
        compared = {f"{w.group(figures['group'])} – {w.group(figures['against'])}": figures}
    rows = [
        Row(
            name,
            (
                name,
                w.number(row["odds_ratio_pooled"]),
                f"{w.number(row['odds_ratio_mh'])} ({w.pair(row['odds_ratio_interval'], w.number)})",
                w.p(row["cmh_p"] if row["exact_p"] is None else row["exact_p"]),
                signed_points(row["kitagawa"]["composition"]),
                signed_points(row["kitagawa"]["rate"]),
                w.t[row["pattern"]],
            ),
        )
        for name, row in compared.items()
    ]
    told = [f"{row.name}: {row.cells[-1]}" for row in rows if row.cells[-1] != w.t["absent"]]
    said = "; ".join(told[:MOST_NAMED]) + "." if told else w.t["no_gap"]
    columns = w.columns("group", "pooled", "odds_ratio", "exact_p", "composition", "rate_part", "finding")
    said += w.without({"n": figures["without_stratum"]["n"]}, n="stratum")
    return Part(w.t[title].format(by=", ".join(figures["by"])), said, columns, tuple(rows))


def _small(groups: Mapping[str, Any], w: Writer) -> Part:
    def limit(count: int | None) -> str:
        return w.t["never"] if count is None else str(count)

    rows = tuple(
        Row(
            w.group(name),
            (
                w.group(name),
                str(row["n"]),
                w.percent(row["shrunk_rate"]),
                w.pair(row["shrunk_interval"], w.percent),
                w.percent(row["shrunk_below"]),
                limit((row["detectable"] or {}).get("low")),
                limit((row["detectable"] or {}).get("high")),
            ),
        )
        for name, row in groups.items()
        if "shrunk_rate" in row
    )
    columns = w.columns("group", "n", "shrunk", "interval", "below", "low", "high")
    return Part(w.t["small"], "", columns, rows)


def _scoring_rate(figures: Mapping[str, Any], w: Writer) -> Part:
    rows = tuple(
        Row(
            w.group(name),
            (w.group(name), f"{row['selected']}/{row['n']}", w.percent(row["rate"]), w.number(row["impact_ratio"]),
             w.p(row["adjusted_p"])),
            row["verdict"],
        )
        for name, row in figures["groups"].items()
    )  # fmt: skip
    said = figures["summary"][w.language] + w.without(figures, without_score="score")
    columns = w.columns("group", "of_all", "rate", "ratio", "adjusted_p", "verdict")
    return Part(w.t["scoring_rate"].format(median=w.number(figures["median"])), said, columns, rows)


def _sequential(figures: Mapping[str, Any], w: Writer) -> Part:
    values = figures["e_values"]
    line = w.number(figures["alarm_line"], 0)
    largest = _evidence(values[-1]["maximum"], w) if values else ""
    if figures["verdict"] == "no_conclusion":
        said = w.t["evidence_no_conclusion"]
    elif figures["alarm"]:
        said = w.t["evidence_alarm"].format(line=line, intake=figures["alarm_at"], largest=largest)
    else:
        last, alpha = values[-1], w.percent(figures["alpha"])
        e = _evidence(last["e"], w)
        said = w.t["evidence_none"].format(e=e, intake=last["intake"], line=line, alpha=alpha)
    if figures["flagged"]:
        said += w.t["flagged"].format(names=", ".join(w.group(name) for name in figures["flagged"]))
    said += w.without(figures, without_stratum="stratum")
    rows = tuple(
        Row(row["intake"], (row["intake"], _evidence(row["e"], w), _evidence(row["maximum"], w)))
        for row in values
    )
    return Part(w.t["sequential"], said, w.columns("intake", "evidence", "largest"), rows, figures["alarm"])


def _evidence(value: float | None, w: Writer) -> str:
    """An e-value; those too large for a number are told as such."""
    return "> 10³⁰⁰" if value is None else f"{value:.1e}" if value >= 1e6 else w.number(value)


def _order(figures: Mapping[str, Any], w: Writer) -> Part:
    ndkl = figures["ndkl"]
    rows = []
    for name, row in figures["groups"].items():
        exposure, top = row["exposure"], row["top"]
        short = w.t["none"]
        if top["first_below"] is not None:
            short = w.t["top_of"].format(held=top["held"], k=top["first_below"], needed=top["needed"])
        worst = gravest(exposure["verdict"], top["verdict"])
        cells = (w.group(name), str(row["n"]), w.number(exposure["ratio"]), w.p(exposure["adjusted_p"]), short,
                 w.p(top["adjusted_p"]))  # fmt: skip
        rows.append(Row(w.group(name), cells, worst))
    said = w.found(rows)
    if ndkl["value"] is not None:
        values = {"value": w.number(ndkl["value"]), "null": w.number(ndkl["null_mean"]), "p": w.p(ndkl["p"])}
        said += " " + w.t["ndkl"].format(**values)
    said += w.without(figures, without_place="place", missing="group")
    columns = w.columns("group", "n", "exposure", "adjusted_p", "top", "adjusted_p", "verdict")
    return Part(w.t["order"], said, columns, tuple(rows))


def _proxies(figures: Mapping[str, Any], w: Writer) -> Part:
    rows = []
    for name, row in figures["groups"].items():
        carried = {key: value for key, value in row["importance"].items() if value is not None}
        most = max(carried, key=lambda key: carried[key]) if carried else "–"
        shown = (w.number(row["auc"]), w.pair(row["null_interval"], w.number), w.p(row["adjusted_p"]), most)
        cells = shown if row["reason"] is None else (w.reason(row["reason"]), "–", "–", "–")
        rows.append(Row(w.group(name), (w.group(name), str(row["n"]), *cells), row["verdict"]))
    said = w.found(rows) + w.without(figures, missing="group", incomplete="level")
    columns = w.columns("group", "n", "auc", "auc_null", "adjusted_p", "carries", "verdict")
    return Part(w.t["proxies"], said, columns, tuple(rows))
