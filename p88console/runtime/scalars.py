"""Ids, instants and days as the JSON of every door has them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

Document = dict[str, Any]


def identity(value: int | None) -> str | None:
    """Our own id, opaque."""
    return None if value is None else str(value)


def instant(value: datetime | None) -> str | None:
    """ISO 8601 with an offset."""
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def day(value: date | None) -> str | None:
    """YYYY-MM-DD."""
    return None if value is None else value.isoformat()
