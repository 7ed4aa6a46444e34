"""How much of what gives a person away is found in invented Swedish and English texts, and how much else is marked.

Run with ``python -m tests.bench.masking`` (or ``make bench``). Recall: marked traces that are covered whole. Precision:
what was found that touches a marked trace; by kind, that of the finding. Nothing is asserted. The templates of both
parts are by one author and tidy: expect less of what real people write and of what PDF files make of it.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Sequence

from recruit.traces import KINDS, Finder, Person, Trace
from tests.bench.masking_corpus import DEVELOPMENT, DEVELOPMENT_PEOPLE, HELD_OUT, HELD_OUT_PEOPLE, Someone

SEED = 20264
REPEATS = 4
_MARK = re.compile(r"\[\[(\w+)\|(.*?)\]\]", re.DOTALL)

Marked = tuple[str, list[tuple[int, int, str]]]


def filled(template: str, someone: Someone, chance: random.Random) -> Marked:
    """A template's text for one person, and where its traces are."""
    woman = someone.woman
    handle = (
        re.sub(r"\W", "", f"{someone.given}{someone.family}").lower().encode("ascii", "ignore").decode()
        or "dr"
    )
    birth = someone.year - chance.randint(24, 28)
    domain = chance.choice(("stmaryclinic", "nordkliniken", "citymed"))
    words = {
        **{key: str(value) for key, value in vars(someone).items()},
        "native": someone.native or someone.other_spelling,
        "year_before": str(someone.year - 6),
        "birth_year": str(birth),
        "born": chance.choice((f"{birth}-03-14", f"14 March {birth}", f"14.03.{birth}", f"14/03/{birth}")),
        "email": chance.choice((f"{handle}@example.org", f"dr.{handle[:5]}{birth}@mail.example.com")),
        "phone": chance.choice(
            ("+46 70 123 45 67", "070-123 45 67", "+371 2612 3456", "0046701234567", "0702-12 34 56")
        ),
        "domain": domain,
        "handle": handle,
        "initial": someone.given[0],
        "given_initial": someone.given[0],
        "family_initial": someone.family[0],
        "Pronoun_sv": "Hon" if woman else "Han",
        "object_sv": "henne" if woman else "honom",
        "possessive_sv": "hennes" if woman else "hans",
        "noun_sv": "kvinna" if woman else "man",
        "Pronoun_en": "She" if woman else "He",
        "possessive_en": "her" if woman else "his",
        "noun_en": "woman" if woman else "man",
        "title_en": chance.choice(("Mrs", "Ms")) if woman else "Mr",
        "gender_en": "female" if woman else "male",
        "spouse_en": "husband" if woman else "wife",
    }
    text, marks, end = "", [], 0
    # Marks first, fillings after: what is filled in holds no marks.
    for found in _MARK.finditer(template):
        text += template[end : found.start()].format(**words)
        inside = found.group(2).format(**words)
        marks.append((len(text), len(text) + len(inside), found.group(1)))
        text += inside
        end = found.end()
    return text + template[end:].format(**words), marks


def person(someone: Someone) -> Person:
    """What the forms would tell of somebody."""
    return Person(
        names=(someone.given, someone.family, *([someone.native] if someone.native else [])),
        school=someone.school,
        places=(someone.city,) if town_is_told(someone) else (),
        graduation_year=someone.year,
    )


def town_is_told(someone: Someone) -> bool:
    """Whether the home town stands in the form: for every second person, by the length of the name."""
    return len(someone.family) % 2 == 0


def score(
    templates: Sequence[str], people: Sequence[Someone], seed: int
) -> tuple[Counter[str], Counter[str], Counter[str], Counter[str], list[str]]:
    """Marked, covered, found and right by kind; and what was missed."""
    chance = random.Random(seed)
    marked: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    examples = []
    for someone in people:
        finder = Finder(person(someone))
        for template in templates:
            for _repeat in range(REPEATS):
                text, marks = filled(template, someone, chance)
                traces = finder(text)
                for start, end, kind in marks:
                    marked[kind] += 1
                    if _covers(text, traces, start, end):
                        covered[kind] += 1
                    else:
                        examples.append(f"missed {kind}: {text[start:end]!r}")
                for trace in traces:
                    found[trace.kind] += 1
                    if any(trace.start < end and start < trace.end for start, end, _kind in marks):
                        right[trace.kind] += 1
                    else:
                        examples.append(f"wrong {trace.kind}: {text[trace.start : trace.end]!r}")
    return marked, covered, found, right, examples


def _covers(text: str, traces: Sequence[Trace], start: int, end: int) -> bool:
    """Whether every letter and digit of a marked trace is within something that was found."""
    hidden = {at for trace in traces for at in range(trace.start, trace.end)}
    return all(at in hidden or not text[at].isalnum() for at in range(start, end))


def report(heading: str, templates: Sequence[str], people: Sequence[Someone], verbose: bool = False) -> None:
    """Print one table."""
    marked, covered, found, right, examples = score(templates, people, SEED)
    texts = len(templates) * len(people) * REPEATS
    print(f"{heading}: {texts} texts of {len(people)} people, {len(templates)} templates, seed {SEED}")
    print("  kind        marked  recall    found  precision")
    for kind in (*(each for each in KINDS if marked[each] or found[each]), None):
        n, hit = (marked.total(), covered.total()) if kind is None else (marked[kind], covered[kind])
        m, good = (found.total(), right.total()) if kind is None else (found[kind], right[kind])
        recall, precision = hit / n if n else float("nan"), good / m if m else float("nan")
        print(f"  {kind or 'all':<10} {n:7} {recall:7.3f} {m:8} {precision:10.3f}")
    if verbose:
        for example, times in Counter(examples).most_common(40):
            print(f"    {times:3} × {example}")


def speed() -> None:
    """A CV of five pages, about 2,500 words."""
    someone = HELD_OUT_PEOPLE[0]
    finder = Finder(person(someone))
    chance = random.Random(SEED)
    text = ""
    while len(text) < 15_000:
        text += filled(chance.choice(HELD_OUT), someone, chance)[0]
    finder(text)
    times = []
    for _ in range(7):
        start = time.process_time()
        finder(text)
        times.append(time.process_time() - start)
    print(f"five pages ({len(text):,} letters), best of 7: {min(times) * 1000:.0f} ms; at most 50: ", end="")
    print("yes" if min(times) <= 0.05 else "no")


def main(verbose: bool = False) -> None:
    report("Development templates", DEVELOPMENT, DEVELOPMENT_PEOPLE, verbose)
    report("Held-out templates and names", HELD_OUT, HELD_OUT_PEOPLE)
    speed()


if __name__ == "__main__":
    main()
