"""Result times as RunSignUp takes and shows them."""

from __future__ import annotations

import re
from typing import Any

from p88console.sandbox.runsignup.fields import RowError

CODES = ("DQ", "DNS", "DNF", "DNQ")
"""Words that may stand in place of a time (confirmed)."""

Time = int | str
"""Milliseconds, or one of the codes."""

_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})(?:\.(\d{1,3}))?")


def read_time(value: Any) -> Time:
    """A time as it is written: `H:MM:SS.mmm`, `HH:MM:SS.cc`, or a code (confirmed).

    Raises:
        RowError: It is neither (code assumed).
    """
    text = str(value).strip()
    if text.upper() in CODES:
        return text.upper()
    found = _CLOCK.fullmatch(text)
    if found is None or int(found[2]) > 59 or int(found[3]) > 59:
        raise RowError(11, f"Invalid time: {text}")
    seconds = (int(found[1] or 0) * 60 + int(found[2])) * 60 + int(found[3])
    return seconds * 1000 + int((found[4] or "0").ljust(3, "0"))


def show_time(time: Time | None, digits: int) -> str:
    """A time as it is read: `1:13:12`, `21:53.15`, empty when absent (confirmed).

    Args:
        time: The time.
        digits: How many decimals are kept at most; that they are cut off and closing zeros are left
            out is assumed from the examples.
    """
    if time is None or isinstance(time, str):
        return time or ""
    seconds, rest = divmod(time, 1000)
    fraction = f"{rest:03}"[:digits].rstrip("0")
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{clock}.{fraction}" if fraction else clock


def pace(time: Time | None, distance_m: float) -> str:
    """Minutes a mile, whole seconds."""
    if not isinstance(time, int) or not distance_m:
        return ""
    seconds = round(time / 1000 / distance_m * 1609.344)
    return f"{seconds // 60}:{seconds % 60:02}"
