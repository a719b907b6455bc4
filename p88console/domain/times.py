"""Result times: every spelling of the providers to whole milliseconds, and back to text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from p88console.domain.model import ResultStatus

WORDS = {
    "dnf": ResultStatus.DNF.value,
    "dns": ResultStatus.DNS.value,
    "dq": ResultStatus.DQ.value,
    "dsq": ResultStatus.DQ.value,
    "dnq": "dnq",
}
"""What may stand in the place of a time; "did not qualify" has no word of our own."""

_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d\d)(?:[.,](\d{1,9}))?")
_THOUSAND = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Reading:
    """What stood in the place of a time: milliseconds, or a status in our word.

    `unit_ms` is what the last digit shown is worth, 1,000 for whole seconds: `21:53.15` has 10.
    """

    ms: int | None = None
    status: str | None = None
    unit_ms: int = 1


ABSENT = Reading()


def from_clock(value: object) -> Reading:
    """Read `1:13:12`, `21:53.15`, `0:21:53.150`, `00:50:11.0`, or `DNF`; `ABSENT` when empty.

    Minutes above 59 are good where no hours stand before them. Raises `ValueError` for anything
    else, a bare number included: whether that is seconds or milliseconds only its field can say.
    """
    text = "" if value is None else str(value).strip()
    if not text:
        return ABSENT
    if text.casefold() in WORDS:
        return Reading(status=WORDS[text.casefold()])
    found = _CLOCK.fullmatch(text)
    if found is None or int(found[3]) > 59 or (found[1] and int(found[2]) > 59):
        raise ValueError(f"{text!r} is no time")
    seconds = (int(found[1] or 0) * 60 + int(found[2])) * 60 + int(found[3])
    fraction = found[4] or ""
    ms = _rounded(Decimal(f"0.{fraction}") * _THOUSAND) if fraction else 0
    return Reading(ms=seconds * 1000 + ms, unit_ms=10 ** (3 - min(3, len(fraction))))


def from_milliseconds(value: object) -> int | None:
    """Read `1313150`, as a number or as text. Raises `ValueError`; None when empty or below 0."""
    return _scaled(value, Decimal(1))


def from_seconds(value: object) -> int | None:
    """Read seconds, whole (`8567`) or with a fraction (`"1761469241.9"`).

    Raises `ValueError`; None when empty or below 0, which providers use for "unset".
    """
    return _scaled(value, _THOUSAND)


def between(start: object, end: object) -> int | None:
    """Milliseconds from one Unix time in seconds to another; None when either is unset.

    Raises `ValueError` for text that is no number, and for an end before its start.
    """
    first, last = from_seconds(start), from_seconds(end)
    if first is None or last is None:
        return None
    if last < first:
        raise ValueError(f"{end!r} lies before {start!r}")
    return last - first


def clock_text(ms: int, digits: int = 3) -> str:
    """`H:MM:SS` with up to three decimals; what is beyond them is cut off, never rounded up."""
    seconds, rest = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    clock = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return f"{clock}.{rest:03}"[: len(clock) + 1 + digits] if digits else clock


def same_time(here: int | None, there: int | None, unit_ms: int = 1) -> bool:
    """Whether two times agree as far as the coarser of them tells, rounded or cut off."""
    if here is None or there is None:
        return here is there
    return abs(here - there) < unit_ms


def _scaled(value: object, factor: Decimal) -> int | None:
    text = "" if value is None or isinstance(value, bool) else str(value).strip()
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is no number") from None
    if not number.is_finite():
        raise ValueError(f"{text!r} is no number")
    return None if number < 0 else _rounded(number * factor)


def _rounded(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_HALF_UP))
