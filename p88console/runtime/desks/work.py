"""Work to come for the console: plans, lanes held and resumed, jobs put off, the schedule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from p88console.domain.jobs import Direction, JobKey, Operation, Operator, Trigger
from p88console.domain.model import Provider
from p88console.runtime import steering, syncs
from p88console.runtime.runtime import Runtime
from p88console.store.windows import agenda, day, overview
from p88console.store.windows.board import QueueRow
from p88console.store.windows.day_rows import DayStory
from p88console.store.windows.work_rows import PlanTold, ScheduledRun


class RuntimeWork:
    """Work to come, and what a person decides about it."""

    def __init__(self, runtime: Runtime, operator: Operator) -> None:
        self._runtime = runtime
        self._operator = operator

    async def plans(self) -> Sequence[PlanTold]:
        """What a push of the day's events would do at this moment, far side by far side."""
        runtime, told = self._runtime, []
        for event in await syncs.the_day(runtime):
            for link, plan in await syncs.plans(runtime, event):
                told.append(PlanTold(link.provider.value, event.name, plan))
        return told

    async def needing_count(self, text: str) -> int:
        """How many jobs wait for a person and nothing else."""
        return await self._runtime.db.read(overview.needing_count, text)

    async def needing_page(self, offset: int, limit: int, text: str) -> Sequence[QueueRow]:
        """Jobs that wait for a person and nothing else."""
        return await self._runtime.db.read(overview.needing_page, offset, limit, text)

    async def day(self, since: datetime) -> DayStory:
        """What happened since an instant, and the guns of the day after it."""
        return await self._runtime.db.read(day.day, since)

    async def snooze(self, job_ids: Sequence[int], span: timedelta) -> str:
        """Let these jobs wait that long from now; says how many could be."""
        done = await steering.snooze(self._runtime, self._operator, job_ids, span)
        left = len(job_ids) - len(done)
        return f"{len(done)} put off" + (f"; {left} could not be" if left else "")

    async def hold(self, account_id: int) -> str:
        """Hold an account's lane; says what it did."""
        held = await steering.hold(self._runtime, self._operator, account_id)
        return f"the lane is held; {_jobs(held)} wait{'s' if held == 1 else ''} with it"

    async def resume(self, account_id: int) -> str:
        """Let an account's lane go on; says what it did."""
        resumed = await steering.resume(self._runtime, self._operator, account_id)
        return f"the lane goes on; {_jobs(resumed)} due now"

    async def runs(self) -> Sequence[ScheduledRun]:
        """The schedule, what is due first at the top."""
        return await self._runtime.db.read(agenda.runs)

    async def run_now(self, run: ScheduledRun) -> str:
        """Queue a run of the schedule at once; says what it did."""
        key = JobKey(run.account_id, run.event_id, Operation(run.operation), Direction.PULL)
        (queued,) = await syncs.enqueue(self._runtime, [key], Trigger.OPERATOR, by=self._operator)
        title = Provider(run.provider).title
        if not queued.created:
            return f"already queued as #{queued.job_id}"
        return f"{run.operation} from {title} queued as #{queued.job_id}"

    async def skip(self, run: ScheduledRun) -> str:
        """Leave out a run of the schedule once; says when it is due instead."""
        await steering.skip(self._runtime, self._operator, run)
        return f"left out once: {run.operation} from {Provider(run.provider).title}"


def _jobs(count: int) -> str:
    return f"{count} job" if count == 1 else f"{count} jobs"
