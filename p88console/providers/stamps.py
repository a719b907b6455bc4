"""The instants that an answer's headers tell: the provider's clock, and when to come back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """The provider's clock when it answered, to the second."""
    return _instant(headers.get("date", ""))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by the provider's word; it may also name a date."""
    value = headers.get("retry-after", "")
    if value.strip().isdecimal():
        return float(value)
    until, base = _instant(value), server_time(headers)
    return max(0.0, (until - base).total_seconds()) if until and base else None


def _instant(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (TypeError, ValueError):
        return None
