"""Instants, spans, numbers and names in the words of the people who time races."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from math import ceil
from zoneinfo import ZoneInfo

from p88console.domain.model import Provider
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, join, say

MINUTE, HOUR, DAY = 60, 3600, 86400
LONG_SPAN = 2 * DAY
"""From here on a span is told in days: nobody counts 49 hours."""

NONE = "–"


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where the screen is read: the race clock's instant and the event's zone."""

    now: datetime
    zone: tzinfo = UTC


@lru_cache(maxsize=32)
def zone_of(name: str) -> tzinfo:
    """The zone of an IANA name; UTC for a name that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def duration(seconds: float) -> str:
    """A span as an operator reads it: `0:42`, `12:05`, `2:14:00`, `3 d 4 h`."""
    whole = max(0, int(seconds))
    if whole >= LONG_SPAN:
        return f"{whole // DAY} d {whole % DAY // HOUR} h"
    hours, rest = divmod(whole, HOUR)
    minutes, left = divmod(rest, MINUTE)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def short_duration(seconds: float) -> str:
    """A span in at most five cells: `0:42`, `12:05`, `2h14`, `3 d`."""
    whole = max(0, int(seconds))
    if whole >= LONG_SPAN:
        return f"{whole // DAY} d"
    if whole >= HOUR:
        return f"{whole // HOUR}h{whole % HOUR // MINUTE:02}"
    return duration(whole)


def interval_words(seconds: float) -> str:
    """An interval in its own unit: `1 min`, `4 h`, `day`, else as a span."""
    whole = int(seconds)
    if whole == DAY:
        return "day"
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if whole >= unit and whole % unit == 0:
            return f"{whole // unit} {name}"
    return duration(whole)


def race_clock(seconds: float) -> str:
    """A span as a race clock shows it, hours always there: `0:17:50`."""
    whole = max(0, int(seconds))
    if whole >= LONG_SPAN:
        return duration(whole)
    hours, rest = divmod(whole, HOUR)
    return f"{hours}:{rest // MINUTE:02}:{rest % MINUTE:02}"


def until(instant: datetime, now: datetime) -> int:
    """Whole seconds until an instant, rounded up so that 0 means that it is here."""
    return max(0, ceil((instant - now).total_seconds()))


def countdown(instant: datetime, now: datetime) -> str:
    """How long until an instant; `now` once it is here."""
    left = until(instant, now)
    return duration(left) if left else "now"


def since(instant: datetime, now: datetime) -> str:
    """How long ago an instant was."""
    return duration((now - instant).total_seconds())


def clock_time(instant: datetime, moment: Moment) -> str:
    """Local time without its label; another day is named: `06:42:10`, `Fri 21:40`."""
    local = instant.astimezone(moment.zone)
    same_day = local.date() == moment.now.astimezone(moment.zone).date()
    return f"{local:%H:%M:%S}" if same_day else f"{local:%a %H:%M}"


def dated_time(instant: datetime, moment: Moment) -> str:
    """Local time with its day where it is another one: `06:42:10`, `14 Aug 09:12`, `3 Mar 2025`."""
    local, today = instant.astimezone(moment.zone), moment.now.astimezone(moment.zone)
    if local.date() == today.date():
        return f"{local:%H:%M:%S}"
    if local.year == today.year:
        return f"{local.day} {local:%b %H:%M}"
    return f"{local.day} {local:%b %Y}"


def labelled_day(instant: datetime, zone_name: str) -> str:
    """The day of an instant in its event's zone: `Sat 17 Oct 2026`."""
    local = instant.astimezone(zone_of(zone_name))
    return f"{local:%a} {local.day} {local:%b %Y}"


def zone_label(instant: datetime, zone: tzinfo) -> str:
    """The zone's own letters at an instant, or its offset where it has none."""
    label = instant.astimezone(zone).tzname() or "UTC"
    return f"UTC{label}" if label[:1] in "+-" else label


def labelled_time(instant: datetime, moment: Moment) -> str:
    """Local time with its zone's label: `06:42:10 CDT`."""
    return f"{clock_time(instant, moment)} {zone_label(instant, moment.zone)}"


def gun_phrase(gun_at: datetime | None, moment: Moment) -> Phrase:
    """How long until the gun, or how long since."""
    if gun_at is None:
        return say("no gun time", Tone.DIM)
    left = (gun_at - moment.now).total_seconds()
    if left > 0:
        return (Piece("gun in ", Tone.DIM), Piece(race_clock(ceil(left)), Tone.ACCENT))
    return (Piece("since gun ", Tone.DIM), Piece(race_clock(-left), Tone.ACCENT))


def number(value: int) -> str:
    """A count with its thousands apart: `1,204`."""
    return f"{value:,}"


def short_number(value: int) -> str:
    """A count in at most four cells: `812`, `1.2k`, `50k`."""
    if value < 1_000:
        return str(value)
    return f"{value / 1_000:.1f}k" if value < 10_000 else f"{value // 1_000}k"


def rate_words(per_second: float) -> str:
    """How fast something goes, in the unit that gives a number to remember: `38/s`, `12/min`."""
    if per_second >= 1:
        return f"{number(round(per_second))}/s"
    return f"{number(max(1, round(per_second * MINUTE)))}/min"


def of_total(done: int, total: int | None) -> str:
    """How far something is: `1,137/2,000`, or what is known of it."""
    return number(done) if total is None else f"{number(done)}/{number(total)}"


def percent(done: int, total: int | None) -> str:
    """How far something is as a share; empty without a total."""
    return f"{min(100, 100 * done // total)} %" if total else ""


def provider_title(name: str) -> str:
    """A provider's name as it writes it itself."""
    try:
        return Provider(name).title
    except ValueError:
        return name


_SHORT = {
    Provider.RUNSIGNUP: "RSU",
    Provider.RACEROSTER: "RR",
    Provider.HAKU: "Haku",
    Provider.COPERNICO: "Cop",
    Provider.CHRONOTRACK: "CT",
}


def provider_short(name: str) -> str:
    """A provider's name where there is little room."""
    try:
        return _SHORT[Provider(name)]
    except ValueError:
        return name[:4]


def operation_words(operation: str, direction: str, provider: str, *, short: bool = False) -> str:
    """What moves which way: `participants ← RunSignUp`."""
    arrow = "→" if direction == "push" else "←"
    name = provider_short(provider) if short else provider_title(provider)
    return f"{operation} {arrow} {name}"


_COUNT_WORDS = (
    ("conflicts", "in conflict", Tone.HELD),
    ("quarantined", "quarantined", Tone.HELD),
    ("refused", "refused", Tone.HELD),
    ("verified", "verified", Tone.OK),
    ("created", "new", Tone.PLAIN),
    ("updated", "changed", Tone.PLAIN),
    ("removed", "removed", Tone.PLAIN),
    ("sent", "sent", Tone.PLAIN),
    ("received", "received", Tone.DIM),
    ("unchanged", "unchanged", Tone.DIM),
)
"""What needs a person comes first, so that a narrow pane cuts the rest."""

_NO_EFFECT = ("received", "unchanged")


def counts_phrase(counts: Mapping[str, object]) -> Phrase:
    """Every count of an attempt that is not nought, in words."""
    named = {name: value for name, value in counts.items() if isinstance(value, int) and value}
    told = [
        say(f"{number(named[name])} {word}", tone)
        for name, word, tone in _COUNT_WORDS
        if name in named
    ]
    return join(told, " · ")


def outcome_phrase(counts: Mapping[str, object]) -> Phrase:
    """What an attempt changed, in a few words: `4 new · 1 changed`, or `1,204 seen · 0 changed`."""
    named = {name: value for name, value in counts.items() if isinstance(value, int)}
    effects = {name: value for name, value in named.items() if name not in _NO_EFFECT}
    if any(effects.values()):
        return counts_phrase(effects)
    if not named:
        return NOTHING
    seen = max(named.get(name, 0) for name in _NO_EFFECT)
    return say(f"{number(seen)} seen · 0 changed" if seen else "nothing to do", Tone.DIM)


def offset_words(seconds: float) -> str:
    """How far a provider's clock is from ours: `+0.3 s`."""
    if abs(seconds) >= 10 * MINUTE:
        return f"{'+' if seconds > 0 else '-'}{duration(abs(seconds))}"
    return f"{seconds:+.1f} s"


def age(instant: datetime | None, now: datetime) -> str:
    """How long ago something last went well, for a lane: `0:42 ago`, or a dash."""
    return f"{since(instant, now)} ago" if instant is not None else NONE


def as_instant(value: object) -> datetime | None:
    """An instant from a story, given as one or as ISO text."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def took(start: datetime | None, end: datetime | None) -> str:
    """How long something took, where both ends are known."""
    return short_duration((end - start).total_seconds()) if start and end else ""
