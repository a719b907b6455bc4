"""Reads the facts that the console's header shows above every room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from p88console.store.mirror import removals
from p88console.store.people import lists as people
from p88console.store.tenancy.events import events
from p88console.store.windows import overview
from p88console.store.windows.board import HeaderFacts
from p88console.store.work import lines, schedule
from p88console.store.work.ledger import unsent, verified_count


def facts(connection: Connection, now: datetime) -> HeaderFacts:
    """The header's facts about the nearest event and about what waits."""
    event = overview.nearest(events(connection), now)
    waiting, oldest = unsent(connection)
    ahead = [gun for gun in event.guns if gun > now] if event else []
    guns = event.guns if event else []
    due = [row.due_at for row in schedule.rows(connection) if row.operation == "participants"]
    network = lines.network(connection, now)
    return HeaderFacts(
        event_id=event.id if event else None,
        event_name=event.name if event else None,
        timezone=event.timezone if event else "UTC",
        gun_at=min(ahead) if ahead else max(guns, default=None),
        unsent=waiting,
        oldest_unsent_at=oldest,
        needs_you=overview.needs_you(connection),
        next_pull_at=min(due, default=None),
        network=network.kind.value,
        network_advice=network.advice,
        network_since=lines.network_since(connection),
        participants=removals.active_count(connection, event.id) if event else 0,
        verified=verified_count(connection, event.id) if event else 0,
        finished=people.finished_count(connection, event.id) if event else 0,
    )
