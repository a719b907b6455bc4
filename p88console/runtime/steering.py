"""What operators do to work: the same for commands, screens and the API, kept in their trail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from p88console.domain.jobs import Operator
from p88console.runtime import operators
from p88console.runtime.runtime import Runtime
from p88console.store.windows.work_rows import ScheduledRun
from p88console.store.work import steering


async def retry(runtime: Runtime, operator: Operator, job_ids: Sequence[int]) -> list[int]:
    """Make jobs due now, failed and held ones included; returns those that could be."""
    hand = operators.hand(runtime, operator, None)
    done = await runtime.db.write(steering.retry, hand, list(job_ids))
    runtime.shop.lines.nudge(by_hand=True)
    runtime.engine.nudge()
    return done


async def cancel(runtime: Runtime, operator: Operator, job_ids: Sequence[int]) -> list[int]:
    """Cancel jobs that wait; a running one is left to finish. Returns those that could be."""
    hand = operators.hand(runtime, operator, None)
    return await runtime.db.write(steering.cancel, hand, list(job_ids))


async def snooze(
    runtime: Runtime, operator: Operator, job_ids: Sequence[int], span: timedelta
) -> list[int]:
    """Let jobs wait that long from now; returns those that could be."""
    hand = operators.hand(runtime, operator, None)
    return await runtime.db.write(steering.snooze, hand, list(job_ids), span)


async def hold(runtime: Runtime, operator: Operator, account_id: int) -> int:
    """Hold an account's line: nothing of it runs until it is resumed."""
    return await runtime.db.write(
        steering.hold, operators.hand(runtime, operator, None), account_id
    )


async def resume(runtime: Runtime, operator: Operator, account_id: int) -> int:
    """Let an account work again, with its settings and secrets read anew."""
    hand = operators.hand(runtime, operator, None)
    resumed = await runtime.db.write(steering.resume, hand, account_id)
    runtime.engine.nudge()
    return resumed


async def skip(runtime: Runtime, operator: Operator, run: ScheduledRun) -> None:
    """Leave out a run of the schedule once."""
    await runtime.db.write(steering.skip, operators.hand(runtime, operator, None), run)
    runtime.engine.nudge()
