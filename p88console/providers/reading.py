"""Reading providers' loosely typed values: text, numbers, dates, genders; never guessing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from p88console.domain.errors import RowFault
from p88console.domain.model import Gender

KILOMETRES_PER_MILE = 1.609344


def rows_of(value: object, field: str) -> list[Mapping[str, Any]]:
    """The rows that lie inside a row; none where nothing lies there.

    Raises `RowFault` for anything else under that name.
    """
    if value in (None, ""):
        return []
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise RowFault(field, "it is no list of rows")
    return value


class Reader:
    """Reads fields of one raw row; whatever cannot be read is named in `flags` and left out."""

    __slots__ = ("flags", "row")

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row
        self.flags: list[str] = []

    def text(self, key: str) -> str | None:
        """Text with outer white space gone; empty means absent; numbers become text."""
        value = self.row.get(key)
        if isinstance(value, str):
            return value.strip() or None
        if value is None:
            return None
        if isinstance(value, bool | dict | list):
            self.flags.append(key)
            return None
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        return text.strip() or None

    def day(self, key: str) -> date | None:
        """An ISO date."""
        text = self.text(key)
        if text is None:
            return None
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            self.flags.append(key)
            return None

    def gender(self, key: str, words: Mapping[str, Gender]) -> str | None:
        """A gender by the provider's words; an unknown word stays raw and is flagged."""
        text = self.text(key)
        if text is None:
            return None
        known = words.get(text.casefold())
        if known is None:
            self.flags.append(key)
            return text
        return known.value

    def instant(self, key: str, zone: ZoneInfo) -> datetime | None:
        """An instant given as ISO 8601 text, read in `zone` where it names none."""
        text = self.text(key)
        moment = instant(text, zone)
        if text is not None and moment is None:
            self.flags.append(key)
        return moment

    def unix(self, key: str) -> datetime | None:
        """An instant given in Unix seconds."""
        value = self.row.get(key)
        if value in (None, "", 0, "0"):
            return None
        try:
            return datetime.fromtimestamp(float(value), UTC)
        except (TypeError, ValueError, OverflowError, OSError):
            self.flags.append(key)
            return None


def mended(text: str | None) -> str | None:
    """Text whose UTF-8 was encoded twice on its way (`ZoÃ«`), made whole again."""
    if text is None or text.isascii():
        return text
    if not any("\u00c2" <= character <= "\u00f4" for character in text):
        return text
    for codec in ("cp1252", "latin-1"):
        try:
            return text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
    return text


def wall_time(text: str | None, zone: ZoneInfo, *formats: str) -> datetime | None:
    """An instant from a wall-clock text in the zone that the provider means; None if unreadable."""
    day, _, clock = (text or "").partition(" ")
    for form in formats:
        day_form, _, clock_form = form.partition(" ")
        on, at = _read(day, day_form), _read(clock.strip(), clock_form)
        if on is not None and at is not None:
            return _in_utc(datetime.combine(on, at.time(), zone))
    return None


@lru_cache(maxsize=4096)
def _read(text: str, form: str) -> datetime | None:
    """A day, or a time of day: a field's rows share few of them, and to read one takes long."""
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007  # the zone is the whole stamp's
    except ValueError:
        return None


def instant(text: str | None, zone: ZoneInfo) -> datetime | None:
    """An instant from ISO 8601 text, read in `zone` where it names none; None if unreadable."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return _in_utc(moment.replace(tzinfo=moment.tzinfo or zone))


def _in_utc(moment: datetime) -> datetime | None:
    """The same instant; None where UTC has no year for it."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def start_or_day(text: str | None, zone: ZoneInfo) -> tuple[datetime | None, date | None]:
    """When something starts by its text, or only the day where that names no time of day.

    Midnight to the second is a day that was written as an instant: no gun goes then.
    """
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None, None
    return (None, moment.date()) if moment.time() == time() else (instant(text, zone), None)


def as_dict(value: object) -> dict[str, Any]:
    """A nested object, empty where there is none."""
    return value if isinstance(value, dict) else {}


def zone_or_utc(name: object) -> ZoneInfo:
    """The IANA zone by its name, UTC when there is no such zone."""
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def whole(value: object) -> int | None:
    """A whole number, from a number or its text; None when it is neither."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value
    try:
        return round(float(str(value)))
    except (ValueError, OverflowError):
        return None
