"""`recruit rank` on a CSV of many applications and assessments: seconds and peak memory.

python -m tests.bench.spreadsheet [--rows 100000]
"""

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COUNTRIES = (
    "LV RO LT PL BG GR DE HU DK CZ SY IQ UA IR NA GE TR EE HR ES IT FR".split()  # noqa: SIM905
)


def write_applications(path: Path, rows: int) -> None:
    """Semicolons and decimal commas, as Swedish Excel writes them."""
    chance = random.Random(1)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write("id;name;sex;country;swedish_months;breadth\r\n")
        for number in range(rows):
            months = f"{chance.randrange(0, 150) / 10:.1f}".replace(".", ",")
            sex = chance.choice(["woman", "man", "woman", "man", ""])
            country = chance.choice(COUNTRIES)
            file.write(f"A{number:07d};Åsa Öberg {number};{sex};{country};{months};{chance.randrange(5)}\r\n")


def write_assessments(path: Path, rows: int) -> None:
    """Two assessors for each application and criterion."""
    chance = random.Random(2)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("application,assessor,criterion,level\n")
        for number in range(rows):
            for assessor in (number % 40, (number + 1 + number // 40 % 39) % 40):
                for criterion in ("references", "science", "other_work"):
                    file.write(f"A{number:07d},Assessor {assessor},{criterion},{chance.randrange(5)}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        applications, assessments = Path(folder, "applications.csv"), Path(folder, "assessments.csv")
        write_applications(applications, rows)
        write_assessments(assessments, rows)
        command = [sys.executable, "-m", "recruit.commands", "rank", str(applications), "--places", "25"]
        command += ["--reserves", "10", "--monitor", "sex,country", "--out", str(Path(folder, "list"))]
        command += ["--assessments", str(assessments)]
        begin = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - begin
        megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"recruit rank, {rows:,} applications, {rows * 6:,} levels: {seconds:.1f} s, {megabytes:,.0f} MB")


if __name__ == "__main__":
    main()
