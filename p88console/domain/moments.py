"""Moments as operators type them: 07:30 by the venue's clock, a date and time, an instant."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo

from p88console.domain.errors import UsageFault


def typed_moment(text: str, zone: tzinfo, now: datetime) -> datetime:
    """The moment that somebody means, in UTC; a time alone is when the clock last showed it.

    What names no offset is read in `zone`. Raises `UsageFault`.
    """
    utc = now.tzinfo
    try:
        clock = time.fromisoformat(text)
    except ValueError:
        pass
    else:
        today = now.astimezone(zone).date()
        moment = datetime.combine(today, clock, zone).astimezone(utc)
        if moment > now:
            moment = datetime.combine(today - timedelta(days=1), clock, zone).astimezone(utc)
        return moment
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageFault(f"{text!r} is no moment", "write HH:MM, or a date and time") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(utc)
