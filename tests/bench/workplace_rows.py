"""Many rows at once, with ids that the filling chooses."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

FIRST_ASSESSOR, FIRST_APPLICATION = 500_000, 1_000_000
CHUNK = 5_000
Rows = list[dict[str, Any]]


def insert_rows(session: Session, model: type[SQLModel], rows: Rows) -> None:
    """Insert many rows, some thousands at a time."""
    for start in range(0, len(rows), CHUNK):
        session.execute(insert(model), rows[start : start + CHUNK])
