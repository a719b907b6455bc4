"""What the Board asks beyond its panes: plans before a push, lanes held, jobs put off, runs due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from p88console.store.windows.board import QueueRow
from p88console.store.windows.day_rows import DayStory
from p88console.store.windows.work_rows import PlanTold, ScheduledRun


class WorkDesk(Protocol):
    """Work to come, and what a person decides about it."""

    async def plans(self) -> Sequence[PlanTold]:
        """What a push of the day's events would do at this moment, far side by far side."""
        ...

    async def needing_count(self, text: str) -> int:
        """How many jobs wait for a person and nothing else."""
        ...

    async def needing_page(self, offset: int, limit: int, text: str) -> Sequence[QueueRow]:
        """Jobs that wait for a person and nothing else."""
        ...

    async def day(self, since: datetime) -> DayStory:
        """What happened since an instant, and the guns of the day after it."""
        ...

    async def snooze(self, job_ids: Sequence[int], span: timedelta) -> str:
        """Let these jobs wait that long from now; says how many could be."""
        ...

    async def hold(self, account_id: int) -> str:
        """Hold an account's lane; says what it did."""
        ...

    async def resume(self, account_id: int) -> str:
        """Let an account's lane go on; says what it did."""
        ...

    async def runs(self) -> Sequence[ScheduledRun]:
        """The schedule, what is due first at the top."""
        ...

    async def run_now(self, run: ScheduledRun) -> str:
        """Queue a run of the schedule at once; says what it did."""
        ...

    async def skip(self, run: ScheduledRun) -> str:
        """Leave out a run of the schedule once; says when it is due instead."""
        ...
