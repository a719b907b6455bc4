"""ChronoTrack Live: takes people for scoring entry by entry, is read back, and gives results.

What is confirmed and what is assumed stands in `chronotrack_wire.FORMS`, name by name, each to be
replaced by settings: all of reading is confirmed except the keywords for kinds of brackets, all of
writing is assumed. With `entry_push=csv` nothing is written and people go there as a file.
"""

from __future__ import annotations

from p88console.providers.base import AccountAccess
from p88console.providers.chronotrack.push import ChronoTrackPush
from p88console.providers.chronotrack.reading import LIMITS, ChronoTrack
from p88console.providers.chronotrack.wire import check

__all__ = ["LIMITS", "ChronoTrack", "ChronoTrackPush", "check", "open_adapter"]


def open_adapter(access: AccountAccess) -> ChronoTrack:
    """The adapter for one account; without a push where people go there as a file."""
    by_file = access.options.get("entry_push") == "csv"
    return ChronoTrack(access) if by_file else ChronoTrackPush(access)
