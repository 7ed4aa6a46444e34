"""HTML pages that stand on their own: the printed interview list and the monitoring report."""

from pathlib import Path
from typing import Any

import jinja2

TEMPLATES = Path(__file__).parents[2] / "templates"
FONTS = Path(__file__).parents[1] / "static" / "fonts"


def render(template: str, **values: Any) -> str:
    """A template of `templates/spreadsheet/` with values; everything is escaped, and a misspelt name is an
    error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(f"spreadsheet/{template}").render(**values)
