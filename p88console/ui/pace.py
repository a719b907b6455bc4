"""How fast long work goes and when it will be over, from what has been seen of it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class _Run:
    what: str
    total: int | None
    began_at: datetime
    began_with: int
    done: int
    seen_at: datetime


class Pace:
    """Watches running work by a key of its own; another piece of work starts a new count."""

    def __init__(self) -> None:
        self._runs: dict[Hashable, _Run] = {}

    def see(self, key: Hashable, what: str, done: int, total: int | None, now: datetime) -> None:
        """Take note of how far the work under this key is."""
        run = self._runs.get(key)
        if run is None or (run.what, run.total) != (what, total) or run.done > done:
            self._runs[key] = _Run(what, total, now, done, done, now)
        elif done > run.done:
            run.done, run.seen_at = done, now

    def forget(self, key: Hashable) -> None:
        """Nothing is under way here."""
        self._runs.pop(key, None)

    def rate(self, key: Hashable) -> float | None:
        """Rows in a race second, once that is known."""
        run = self._runs.get(key)
        if run is None or run.done <= run.began_with:
            return None
        took = (run.seen_at - run.began_at).total_seconds()
        return (run.done - run.began_with) / took if took > 0 else None

    def left_s(self, key: Hashable, now: datetime) -> float | None:
        """Race seconds until the work is over, if its speed is known yet."""
        run, rate = self._runs.get(key), self.rate(key)
        if run is None or run.total is None or rate is None:
            return None
        return max(0.0, (run.total - run.done) / rate - (now - run.seen_at).total_seconds())
