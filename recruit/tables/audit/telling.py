"""The figures for a reader: at a terminal, and as a page."""

from collections.abc import Iterable, Iterator
from typing import Any

from recruit.tables.audit.part import Part, Writer
from recruit.tables.audit.parts import of_attribute, of_stage
from recruit.tables.report import Labels, report_html
from recruit.tables.text import plain
from recruit.tables.words import p_value, percent, words


def page(figures: dict[str, Any], language: str, name: str) -> str:
    """The report as an HTML page that stands on its own."""
    labels = None
    if "stages" in figures:
        # The stages are called what the table calls them.
        labels = Labels(
            attribute=lambda attribute: attribute,
            group=lambda _attribute, group: group,
            stage=lambda key: key,
            reached=lambda key: key,
        )
    return report_html(figures, language=language, title=name, facts=[], labels=labels)


def told(figures: dict[str, Any], language: str) -> str:
    """The verdict of each attribute first, then a line for each group, then what stands beside them."""
    return "".join(f"{plain(line)}\n" for line in _lines(figures, language))


def _lines(figures: dict[str, Any], language: str) -> Iterator[str]:
    t = words(language)
    w = Writer(language, lambda group: group)
    reached = [f"{figures['selected']} {t.reached_selected}"] if "selected" in figures else []
    reached += [f"{stage['key']} {stage['selected']}" for stage in figures.get("stages", ())]
    yield f"n = {figures['n']}, {', '.join(reached)}"
    for name, attribute in (figures["attributes"] | figures.get("intersections", {})).items():
        yield ""
        yield f"{name} – {getattr(t, attribute['verdict'])}. {attribute['summary'][language]}"
        for key, part in attribute.get("stages", {}).items():
            yield f" {key}"
            yield from _groups(part, language)
            yield from _parts(of_stage(part, w), language)
        if "groups" in attribute:
            yield from _groups(attribute, language)
            yield from _parts(of_stage(attribute, w), language)
        yield from _parts(of_attribute(attribute, w), language)


def _groups(part: dict[str, Any], language: str) -> Iterator[str]:
    """A line for each group of one stage, and for those without group data."""
    t = words(language)
    width = max([len(group) for group in part["groups"]] + [len(t.missing)])
    for group, row in part["groups"].items():
        of = f"{row['selected']} {t.of} {row['n']}"
        rate = percent(row["rate"], language).replace("\u00a0", " ")
        p = f"{t.adjusted_p} {p_value(row['adjusted_p'], language):<6}"
        yield f"  {group:<{width}}  {of:>14}  {rate:>5}  {p}  {getattr(t, row['verdict'])}"
    missing = part["missing"]
    if missing["n"]:
        of = f"{missing['selected']} {t.of} {missing['n']}"
        yield f"  {t.missing:<{width}}  {of:>14}  {t.missing_note}"


def _parts(parts: Iterable[Part], language: str) -> Iterator[str]:
    """What was found in each part, with the lines that carry an alarm or a watch; all figures are in the JSON."""
    t = words(language)
    for part in parts:
        if not part.said:
            continue
        yield f"  {part.title}: {part.said}" if part.title else f"  {part.said}"
        for row in part.rows:
            if row.verdict in ("alarm", "watch"):
                heads = part.columns[1 : len(row.cells)]
                shown = ", ".join(f"{head} {cell}" for head, cell in zip(heads, row.cells[1:], strict=True))
                yield f"    {row.cells[0]}: {shown.replace(chr(160), ' ')} – {getattr(t, row.verdict)}"
