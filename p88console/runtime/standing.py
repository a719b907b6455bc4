"""One screen's truth: engine, network, what is unsent, what needs a person, what is next."""

from __future__ import annotations

from datetime import datetime

from p88console.domain.notices import Notice
from p88console.engine import timetable
from p88console.engine.owners import served
from p88console.engine.timetable import Rhythm
from p88console.runtime import scalars
from p88console.runtime.scalars import Document
from p88console.store.database.db import Database
from p88console.store.inbox import notices
from p88console.store.windows import overview
from p88console.store.windows.board import Lane
from p88console.store.work import ledger, lines

NOTICES = 20
"""How many of the newest notices are shown."""


async def status(
    db: Database, rhythm: Rhythm, now: datetime, event_id: int | None = None
) -> Document:
    """How things stand; `unsent` and `next` of one event only, where one is named."""
    unsent, oldest = await db.read(ledger.unsent, event_id)
    lanes = await db.read(overview.lanes, now)
    due = await db.read(timetable.ahead, rhythm, now)
    network = await db.read(lines.network, now)
    told = await db.read(notices.newest, NOTICES)
    return {
        "engine": "running" if await db.read(served) else "stopped",
        "network": network.kind.value,
        "network_advice": network.advice or None,
        "unsent": unsent,
        "oldest_unsent_s": round((now - oldest).total_seconds()) if oldest else None,
        "needs_you": await db.read(overview.needs_you),
        "providers": [_lane(lane) for lane in lanes],
        "notices": [_notice(one) for one in told],
        "next": [
            {
                "operation": row.operation.value,
                "account_id": scalars.identity(row.account_id),
                "event_id": scalars.identity(row.event_id),
                "due_at": scalars.instant(row.due_at),
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
        "account_id": scalars.identity(lane.account_id),
        "provider": lane.provider,
        "label": lane.label,
        "state": lane.state,
        "last_success_at": scalars.instant(max(good, default=None)),
        "network": lane.network,
        "calls_left": lane.calls_left,
        "clock_offset_s": lane.clock_offset_s,
        "error": lane.error,
        "warnings": list(lane.warnings),
    }


def _notice(found: Notice) -> Document:
    """Something that the engine noticed; `ended_at` is null while it stands."""
    return {
        "id": scalars.identity(found.id),
        "kind": found.kind.value,
        "title": found.title,
        "detail": found.detail,
        "event_id": scalars.identity(found.event_id),
        "account_id": scalars.identity(found.account_id),
        "job_id": scalars.identity(found.job_id),
        "began_at": scalars.instant(found.began_at),
        "ended_at": scalars.instant(found.ended_at),
    }
