"""Two windows or devices with the same topic: whether one has really changed what the other was based on.

The application's revision grows with every save of any topic. A form also carries a checksum of what its own topic held
when it was shown, so that only a change of the same topic is a conflict.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from flask import request

from recruit.models import Application

FIELD = "seen"


def checksum(answers: Mapping[str, Any]) -> str:
    """A short checksum of what a topic holds; the same answers always give the same."""
    told = repr(sorted((name, repr(value)) for name, value in answers.items()))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def based_on(application: Application, revision: int, held: str) -> int:
    """The revision that a posted form is based on: the present one, when its topic still holds what it showed."""
    return application.revision if request.form.get(FIELD) == held else revision
