"""Race Roster's times: text with tenths beside whole seconds, and paces."""

from __future__ import annotations

import re

_WRITTEN = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:\.(\d{1,3}))?")


def time_text(time_ms: int | None) -> str | None:
    """`mm:ss.d` or `h:mm:ss.d`, without tenths where there are none (captured both ways)."""
    if time_ms is None:
        return None
    tenths = time_ms // 100
    minutes, seconds = divmod(tenths // 10, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"
    return f"{text}.{tenths % 10}" if tenths % 10 else text


def whole_seconds(time_ms: int | None) -> int | None:
    """The `*Sec` twin of a time."""
    return None if time_ms is None else time_ms // 1000


def read_time(text: str) -> int | None:
    """Milliseconds of a time as it is posted; None if it cannot be read."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds = int(found[1] or 0), int(found[2]), int(found[3])
    part = int((found[4] or "0").ljust(3, "0"))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + part


def seconds_per_kilometre(time_ms: int, distance_m: int) -> int:
    """A pace; the site shows whole seconds."""
    return time_ms // distance_m


def pace_text(seconds: int, *, padded: bool) -> str:
    """`06:47` in a result, `6:47 ` with its trailing space in a listing (captured)."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:02d}:{rest:02d}" if padded else f"{minutes}:{rest:02d} "
