"""One screen's truth: engine, network, what is unsent, what needs a person, what is next."""

from __future__ import annotations

from p88console.engine import timetable
from p88console.runtime import present
from p88console.runtime.present import Document
from p88console.runtime.runtime import Runtime
from p88console.store.inbox import notices
from p88console.store.windows import overview
from p88console.store.windows.board import Lane
from p88console.store.work import ledger, lines

NOTICES = 20
"""How many of the newest notices are shown."""


async def status(runtime: Runtime, event_id: int | None = None) -> Document:
    """How things stand; `unsent` and `next` of one event only, where one is named."""
    now = runtime.clock.now()
    unsent, oldest = await runtime.db.read(ledger.unsent, event_id)
    lanes = await runtime.db.read(overview.lanes, now)
    due = await runtime.db.read(timetable.ahead, runtime.engine.rhythm, now)
    network = await runtime.db.read(lines.network, now)
    told = await runtime.db.read(notices.newest, NOTICES)
    return {
        "engine": "running" if await runtime.served() else "stopped",
        "network": network.kind.value,
        "network_advice": network.advice or None,
        "unsent": unsent,
        "oldest_unsent_s": round((now - oldest).total_seconds()) if oldest else None,
        "needs_you": await runtime.db.read(overview.needs_you),
        "providers": [_lane(lane) for lane in lanes],
        "notices": [present.notice(one) for one in told],
        "next": [
            {
                "operation": row.operation.value,
                "account_id": present.identity(row.account_id),
                "event_id": present.identity(row.event_id),
                "due_at": present.instant(row.due_at),
                "interval_s": row.interval.total_seconds(),
                "reason": row.reason,
            }
            for row in due
            if event_id is None or row.event_id == event_id
        ],
    }


def _lane(lane: Lane) -> Document:
    good = [moment for moment in (lane.last_pull_at, lane.last_push_at) if moment]
    return {
        "account_id": present.identity(lane.account_id),
        "provider": lane.provider,
        "label": lane.label,
        "state": lane.state,
        "last_success_at": present.instant(max(good, default=None)),
        "network": lane.network,
        "calls_left": lane.calls_left,
        "clock_offset_s": lane.clock_offset_s,
        "error": lane.error,
        "warnings": list(lane.warnings),
    }
