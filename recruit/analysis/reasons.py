"""Why something could not be computed, in both languages, and the one way in which that becomes a section."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scoring.errors import ScoringError

Reason = dict[str, str]


class NotComputed(Exception):
    """There is nothing to compute this from; `reason` is {"sv": …, "en": …}."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason["en"])
        self.reason = reason


NOBODY: Reason = {"sv": "Ingen har sökt.", "en": "Nobody has applied."}
NO_RUN: Reason = {
    "sv": "Ingen rangordning har gjorts, så det finns varken nivåer eller platser att jämföra.",
    "en": "No ranking has been made, so there are neither levels nor places to compare.",
}
NOBODY_PLACED: Reason = {
    "sv": "Ingen har fått en plats i rangordningen.",
    "en": "Nobody has a place in the ranking.",
}
NO_LINE: Reason = {
    "sv": "Ingen linje har dragits i någon omgång ännu, så ingen räknas som kallad.",
    "en": "No line has been drawn in any intake yet, so nobody counts as called.",
}
ITSELF: Reason = {
    "sv": "En grupp kan inte delas upp efter sig själv.",
    "en": "A group cannot be parted by itself.",
}
ONE_INTAKE: Reason = {
    "sv": "Det finns bara en omgång med en dragen linje, så det finns inget att jämföra mellan omgångar.",
    "en": "Only one intake has a line that is drawn, so there is nothing to compare between intakes.",
}
NO_INTAKES_ALIKE: Reason = {
    "sv": (
        "Det behövs minst två omgångar som har rangordnats efter samma bedömningsgrunder: en att söka i och en annan"
        " att pröva mot."
    ),
    "en": (
        "At least two intakes that were ranked by the same criteria are needed: one to search in and another to test"
        " against."
    ),
}
NOBODY_BELOW: Reason = {
    "sv": "Ingen tillräckligt stor grupp har kallats mer sällan än övriga, så det finns inget att söka efter.",
    "en": "No group that is large enough was called less often than the others, so there is nothing to look for.",
}
NO_ZONE: Reason = {
    "sv": "Ingen gränszon har avgjorts av gruppen.",
    "en": "The group has not decided any borderline zone.",
}
NO_OFFERS: Reason = {
    "sv": "Inga erbjudanden har förts in ännu.",
    "en": "No offers have been entered yet.",
}
NO_REQUIREMENTS: Reason = {
    "sv": "Inga beslut om behörighet har fattats.",
    "en": "No decisions on eligibility have been taken.",
}
NO_PROPOSALS: Reason = {
    "sv": "Det finns inget att jämföra: för ingen ansökan följer behörigheten av reglernas förslag.",
    "en": "There is nothing to compare: for no application does eligibility follow from the rules' proposals.",
}


def more_accepted(accepted: int, posts: int) -> Reason:
    """More people than posts: what was entered contradicts itself."""
    return {
        "sv": f"{accepted} har tackat ja men det finns {posts} platser. Rätta det som har förts in.",
        "en": f"{accepted} have accepted, but there are {posts} posts. Correct what has been entered.",
    }


def attempt(compute: Callable[[], Any]) -> Any:
    """What is computed, or {"reason": …} where it cannot be."""
    try:
        return compute()
    except NotComputed as error:
        return {"reason": error.reason}
    except ScoringError as error:
        return {
            "reason": {
                "sv": f"Det gick inte att räkna ut. Programmet säger: {error}",
                "en": f"It could not be computed. The program says: {error}",
            }
        }
