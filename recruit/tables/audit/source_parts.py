"""Where a gap comes from, as parts of a report."""

from collections.abc import Callable, Mapping
from typing import Any

from recruit.tables.audit.part import Part, Row, Writer, gravest
from recruit.tables.words import signed_points


def _split(
    key: str, figures: Mapping[str, Any], w: Writer, inner: str, heads: tuple[str, ...],
    cells: Callable[[Mapping[str, Any]], tuple[str, ...]],
) -> Part:  # fmt: skip
    """A row for each group and each of the things that its gap is split by."""
    rows = []
    for name, group in figures["groups"].items():
        for each, row in (group[inner] if inner else group).items():
            line = (w.group(name), each, *cells(row), w.p(row["adjusted_p"]))
            rows.append(Row(f"{each} – {w.group(name)}", line, row["verdict"]))
    said = w.found(rows) + w.without(figures, missing="group", incomplete="level")
    columns = w.columns(
        "group", f"of_{'criterion' if key == 'item_bias' else key}", *heads, "adjusted_p", "verdict"
    )
    return Part(w.t[key], said, columns, tuple(rows))


def _stage(figures: Mapping[str, Any], w: Writer) -> Part:
    return _split(
        "stage", figures, w, "stages", ("of_all", "contribution_rate"),
        lambda row: (f"{row['reached']}/{row['n']}", signed_points(row["contribution"])),
    )  # fmt: skip


def _criterion(figures: Mapping[str, Any], w: Writer) -> Part:
    return _split(
        "criterion", figures, w, "criteria", ("contribution_points", "interval"),
        lambda row: (w.number(row["contribution"], 1), w.pair(row["interval"], lambda end: w.number(end, 1))),
    )  # fmt: skip


def _item_bias(figures: Mapping[str, Any], w: Writer) -> Part:
    def cells(row: Mapping[str, Any]) -> tuple[str, ...]:
        delta = "–" if row["delta"] is None else f"{w.number(row['delta'])} ({row['ets_class']})"
        return w.number(row["smd"]), delta

    return _split("item_bias", figures, w, "", ("smd", "delta"), cells)


def _assessor(figures: Mapping[str, Any], w: Writer) -> Part:
    def cells(row: Mapping[str, Any]) -> tuple[str, ...]:
        if row["reason"] is not None:
            return str(row["n"]), w.reason(row["reason"]), "–"
        return str(row["n"]), w.number(row["effect"]), w.pair(row["interval"], w.number)

    return _split("assessor", figures, w, "", ("n", "effect", "interval"), cells)


def _requirement(figures: Mapping[str, Any], w: Writer) -> Part:
    return _split(
        "requirement", figures, w, "requirements", ("no", "others_no", "only_this"),
        lambda row: (
            f"{row['no']}/{row['answered']}", f"{row['others_no']}/{row['others_answered']}", str(row["only_this"])
        ),
    )  # fmt: skip


def _override(figures: Mapping[str, Any], w: Writer) -> Part:
    rows = []
    for name, row in figures["groups"].items():
        down, up = row["down"], row["up"]
        cells = (w.group(name), f"{down['count']}/{down['n']}", w.p(down["adjusted_p"]), f"{up['count']}/{up['n']}",
                 w.p(up["adjusted_p"]), signed_points(row["moved"]))  # fmt: skip
        verdict = gravest(down["verdict"], up["verdict"])
        rows.append(Row(w.group(name), cells, verdict))
    columns = w.columns("group", "down", "adjusted_p", "up", "adjusted_p", "moved", "verdict")
    return Part(w.t["override"], w.found(rows) + w.without(figures, missing="group"), columns, tuple(rows))


SOURCES: dict[str, Callable[[Mapping[str, Any], Writer], Part]] = {
    "stage": _stage,
    "criterion": _criterion,
    "item_bias": _item_bias,
    "assessor": _assessor,
    "requirement": _requirement,
    "override": _override,
}
