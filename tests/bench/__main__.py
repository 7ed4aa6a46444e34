"""All measurements in one run. Seconds depend on the machine and on what else it does."""

import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime

from tests.bench import (
    analysis,
    assigning,
    audit_speed,
    certainty,
    false_alarms,
    first_paint,
    masking,
    monitoring_pages,
    pages,
    ranking,
    severity,
    sources,
    spreadsheet,
    submissions,
    workplace,
)

PARTS: tuple[tuple[str, Callable[[], None]], ...] = (
    ("Ranking against NumPy", ranking.main),
    ("The spreadsheet path", spreadsheet.main),
    ("A page of many applications", pages.main),
    ("The workplace over HTTP", workplace.main),
    ("Submissions over HTTP, and a killed server", submissions.main),
    ("First paint on a slow phone", first_paint.main),
    ("Who assesses what", assigning.main),
    ("Monitoring: false alarms and coverage", false_alarms.main),
    ("Monitoring: speed and memory", audit_speed.main),
    ("Monitoring: the auditor's pages", monitoring_pages.main),
    ("Where a gap comes from: false alarms and power", sources.main),
    ("The auditor's analysis as a whole", analysis.main),
    ("How certain a place is: coverage, calibration, speed", certainty.main),
    ("Severity against MixedLM, and intervals of agreement", severity.main),
    ("Masking: traces found in free text", masking.main),
)


def main() -> None:
    """Run every part under its heading."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, {os.cpu_count()} cores{load}"
    )
    for heading, part in PARTS:
        print(f"\n{heading}\n{'=' * len(heading)}", flush=True)
        part()


if __name__ == "__main__":
    main()
