"""How fast long work goes and when it will be over, from what has been seen of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from p88console.store.board import Lane


@dataclass(slots=True)
class _Run:
    what: str
    total: int | None
    began_at: datetime
    began_with: int
    done: int
    seen_at: datetime


class Pace:
    """Watches every lane's running work; a new piece of work starts a new count."""

    def __init__(self) -> None:
        self._runs: dict[int, _Run] = {}

    def see(self, lane: Lane, now: datetime) -> None:
        """Take note of how far a lane's work is."""
        if lane.running is None:
            self._runs.pop(lane.account_id, None)
            return
        run = self._runs.get(lane.account_id)
        same = (
            run is not None
            and (run.what, run.total) == (lane.running, lane.progress_total)
            and run.done <= lane.progress_done
        )
        if run is None or not same:
            done = lane.progress_done
            self._runs[lane.account_id] = _Run(
                lane.running, lane.progress_total, now, done, done, now
            )
        elif lane.progress_done > run.done:
            run.done, run.seen_at = lane.progress_done, now

    def left_s(self, lane: Lane, now: datetime) -> float | None:
        """Race seconds until a lane's work is over, if its speed is known yet."""
        run = self._runs.get(lane.account_id)
        if run is None or run.total is None or run.done <= run.began_with:
            return None
        took = (run.seen_at - run.began_at).total_seconds()
        if took <= 0:
            return None
        rate = (run.done - run.began_with) / took
        due = (run.total - run.done) / rate - (now - run.seen_at).total_seconds()
        return max(0.0, due)
