"""The words of the analysis page: what is being computed, and why an analysis failed."""

from typing import Any

from recruit.i18n import lazy_gettext as _
from recruit.services.analysis import INTERRUPTED, UNFORESEEN, UNUSABLE

#: Sections of `recruit.analysis.STEPS`.
_SECTIONS: dict[str, Any] = {
    "funnel": _("the stages, group by group"),
    "stratified_by": _("comparisons within strata"),
    "sources": _("where a gap comes from"),
    "order": _("how groups lie in the order"),
    "over_time": _("the evidence over intakes"),
    "proxies": _("whether criteria tell groups apart"),
    "alternatives": _("other weights for the next profile"),
    "bar": _("the bar"),
}
_ERRORS: dict[str, Any] = {
    INTERRUPTED: _("The process that computed it ended before it was done. Compute anew."),
    UNUSABLE: _(
        "What it rests on cannot be read: a criteria profile or a ranking run has been changed outside the program."
        " Whoever runs the program finds the reason in the log of the server."
    ),
    UNFORESEEN: _(
        "Something went wrong that the program does not know of. Whoever runs it finds the reason in the log of the"
        " server. Compute anew when it has been mended."
    ),
}


def step(key: str) -> Any:
    """What a step computes; empty before the first and after the last."""
    return _SECTIONS.get(key.split(".")[0], "")


def error(code: str | None) -> Any:
    """Why an analysis failed."""
    return _ERRORS.get(code or "", _ERRORS[UNFORESEEN])
