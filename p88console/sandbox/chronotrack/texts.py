"""How ChronoTrack spells values: every scalar is a string (confirmed)."""

from __future__ import annotations

from datetime import datetime

METRES_PER_MILE = 1609.344


def epoch(moment: datetime) -> str:
    """An announced instant: whole Unix seconds."""
    return str(int(moment.timestamp()))


def epoch_fraction(unix_ms: int) -> str:
    """A measured instant, from Unix milliseconds: seconds with as many decimals as it takes."""
    seconds, ms = divmod(unix_ms, 1000)
    return f"{seconds}.{ms:03}".rstrip("0").rstrip(".")


def duration(ms: int) -> str:
    """A time of a result: `H:MM:SS.mmm`."""
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def pace(ms: int, metres: int) -> str:
    """Whole seconds for a mile: `HH:MM:SS`, as in the notes' sample."""
    seconds = round(ms / 1000 * METRES_PER_MILE / metres)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def flag(*, yes: bool) -> str:
    """`1` or `0`."""
    return "1" if yes else "0"
