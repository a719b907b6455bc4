"""Pulls: provider pages into the mirror, to an empty page, never trusting a short one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from p88console.domain.errors import NotOffered, RowFault
from p88console.domain.jobs import Counts, Direction, JobKey, Operation, Trigger
from p88console.domain.model import RawRow, RemovalRecord
from p88console.engine.shop import Ticket
from p88console.providers.base import (
    Page,
    PageRequest,
    ReadsEvents,
    ReadsParticipants,
    ReadsRemovals,
    ReadsResults,
    Scope,
    ScoringTarget,
)
from p88console.store import events, ledger, participants, queue, removals, results, schedule
from p88console.store.db import Tx
from p88console.store.events import EventRow, LinkRow
from p88console.store.participants import Source

T = TypeVar("T")

log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=2)
"""How far before the watermark a pull begins, for clocks and slow commits at the provider."""

RECONCILE_EVERY = timedelta(days=1)
"""A since-filter is trusted no longer than this; then everything is read again."""

LOOK_BACK = timedelta(days=400)
"""How old an event may be to be discovered."""


async def pull_events(ticket: Ticket) -> None:
    """Discovery: every event the account can see; new ones get a full first pull at once."""
    shop, job = ticket.shop, ticket.job
    adapter = await shop.adapters.of(job.account_id)
    if not isinstance(adapter, ReadsEvents):
        raise NotOffered(job.provider, "listing events")
    async for page in adapter.events(shop.clock.now() - LOOK_BACK):
        records = await understood(ticket, page.rows, adapter.event)
        ticket.counts += await shop.db.write(
            _mirror_events, ticket, records, shop.clock.now(), registers=job.provider.registers
        )
        await ticket.progress(ticket.counts.received, page.total)


def _mirror_events(
    tx: Tx, ticket: Ticket, records: Sequence[Any], now: datetime, *, registers: bool
) -> Counts:
    counts, discovered = events.upsert_events(tx, ticket.job.account_id, records, now)
    for event_id in discovered if registers else ():
        key = JobKey(ticket.job.account_id, event_id, Operation.PARTICIPANTS, Direction.PULL)
        queue.enqueue(tx, key, Trigger.SCHEDULE, now, full=True)
    return counts


async def pull_participants(ticket: Ticket) -> None:
    """All registrations of an event, or those changed since the last watermark; then removals."""
    shop, job = ticket.shop, ticket.job
    event = await shop.db.read(events.event, _event_id(ticket))
    adapter = await shop.adapters.of(job.account_id)
    if not isinstance(adapter, ReadsParticipants):
        raise NotOffered(job.provider, "listing participants")
    mark = await shop.db.read(schedule.mark, job.account_id, event.id, Operation.PARTICIPANTS)
    now = shop.clock.now()
    progress = _Progress.resume(job.checkpoint, mark, now, whole=job.full)
    since = mark.watermark - OVERLAP if mark.watermark and not progress.full else None
    if not adapter.has_since_filter:
        since = None
    source = Source(job.provider.title, "pull")
    request = PageRequest(progress.page, since)
    async for page in adapter.participants(_scope(event), request):
        progress = progress.after(page)
        records = await understood(ticket, page.rows, adapter.participant)
        ticket.counts += await shop.db.write(
            participants.upsert_page, event.id, records, source, shop.clock.now()
        )
        ticket.counts += Counts(received=len(page.rows) - len(records))
        await ticket.progress(progress.rows, page.total, progress.as_checkpoint())
    if progress.full and not progress.rows and await _brake_on_emptiness(ticket, event):
        return
    gone = await _removals(ticket, adapter, event, since)
    await shop.db.write(_finish_pull, ticket, event, progress, gone)


class _Progress:
    """How far a listing has been read, in a form that outlives the process."""

    def __init__(
        self, *, full: bool, watermark: datetime | None, page: dict[str, Any], rows: int
    ) -> None:
        self.full = full
        self.watermark = watermark
        self.page = page
        self.rows = rows

    @classmethod
    def resume(
        cls, checkpoint: dict[str, Any], mark: schedule.Mark, now: datetime, *, whole: bool
    ) -> _Progress:
        if checkpoint.get("page"):
            began = checkpoint["watermark"]
            return cls(
                full=checkpoint["full"],
                watermark=datetime.fromisoformat(began) if began else None,
                page=checkpoint["page"],
                rows=checkpoint["rows"],
            )
        due = mark.reconciled_at is None or now - mark.reconciled_at >= RECONCILE_EVERY
        return cls(full=whole or due, watermark=None, page={}, rows=0)

    def after(self, page: Page) -> _Progress:
        return _Progress(
            full=self.full,
            watermark=self.watermark or page.server_time,
            page=dict(page.checkpoint),
            rows=self.rows + len(page.rows),
        )

    def as_checkpoint(self) -> dict[str, Any]:
        began = self.watermark.isoformat() if self.watermark else None
        return {"full": self.full, "watermark": began, "page": self.page, "rows": self.rows}


async def _brake_on_emptiness(ticket: Ticket, event: EventRow) -> bool:
    """An empty answer for an event that has people changes nobody and is told to a person."""
    known = await ticket.shop.db.read(removals.active_count, event.id)
    if not known:
        return False
    title = ticket.job.provider.title
    ticket.counts += Counts(quarantined=known)
    ticket.remarks.append(
        f"{title} lists nobody for {event.name}, where {known} people are registered; "
        "nobody was removed"
    )
    return True


async def _removals(
    ticket: Ticket, adapter: object, event: EventRow, since: datetime | None
) -> list[RemovalRecord]:
    if not isinstance(adapter, ReadsRemovals):
        return []
    waiting = await ticket.shop.db.read(removals.quarantined_count, event.id)
    # whoever waits in quarantine is looked for again, however long ago they were removed
    request = PageRequest(modified_since=None if waiting else since)
    found: list[RemovalRecord] = []
    async for page in adapter.removals(_scope(event), request):
        found += await understood(ticket, page.rows, adapter.removal)
    return found


def _finish_pull(
    tx: Tx,
    ticket: Ticket,
    event: EventRow,
    progress: _Progress,
    gone: Sequence[RemovalRecord],
) -> None:
    """Removals, the watermark, and the push that follows, together or not at all."""
    now, source = ticket.shop.clock.now(), Source(ticket.job.provider.title, "pull")
    noted = removals.note_removals(tx, event.id, gone, source, now)
    waiting = removals.quarantined_count(tx.connection, event.id)
    ticket.counts += Counts(removed=noted.removed, quarantined=waiting)
    changes: dict[str, datetime | None] = {"succeeded_at": now}
    if progress.watermark is not None:
        changes["watermark"] = progress.watermark
    if progress.full:
        changes["reconciled_at"] = now
    schedule.advance(tx, ticket.job.account_id, event.id, Operation.PARTICIPANTS, **changes)
    enqueue_pushes(tx, event, ticket.job.trigger, now)


def enqueue_pushes(tx: Tx, event: EventRow, trigger: Trigger, now: datetime) -> None:
    """Queue a push to every linked scoring event that does not hold the mirror's people."""
    waiting, _oldest = ledger.unsent(tx.connection, event.id)
    if not waiting:
        return
    for account_id in {link.account_id for link in event.links}:
        key = JobKey(account_id, event.id, Operation.PARTICIPANTS, Direction.PUSH)
        queue.enqueue(tx, key, trigger, now, more=True)


async def pull_results(ticket: Ticket) -> None:
    """The standings of every race that is linked to this scoring account."""
    shop, job = ticket.shop, ticket.job
    event = await shop.db.read(events.event, _event_id(ticket))
    adapter = await shop.adapters.of(job.account_id)
    if not isinstance(adapter, ReadsResults):
        raise NotOffered(job.provider, "reading results")
    for link in event.links:
        if link.account_id != job.account_id:
            continue
        async for page in adapter.results(target_of(link)):
            records = await understood(ticket, page.rows, adapter.result)
            ticket.counts += await shop.db.write(
                results.upsert_results, link, records, shop.clock.now()
            )
            await ticket.progress(ticket.counts.received, None)


def target_of(link: LinkRow) -> ScoringTarget:
    """A link as adapters understand it."""
    races = {str(race_id): remote for race_id, remote in link.races.items()}
    return ScoringTarget(link.remote_event_id, link.options, races)


async def understood(
    ticket: Ticket, rows: Sequence[RawRow], read: Callable[[RawRow], T]
) -> list[T]:
    """Translate rows, off the event loop; one that cannot be understood is set aside."""
    return await asyncio.to_thread(_translate, ticket, rows, read)


def _translate(ticket: Ticket, rows: Sequence[RawRow], read: Callable[[RawRow], T]) -> list[T]:
    records: list[T] = []
    for row in rows:
        try:
            records.append(read(row))
        except RowFault as fault:
            ticket.refuse_row(fault, row)
        except (TypeError, ValueError, KeyError, AttributeError) as fault:
            log.info("row not understood: %r", fault)
            ticket.refuse_row(RowFault("row", "it has another shape than the provider's rows"), row)
    return records


def _scope(event: EventRow) -> Scope:
    races = tuple(race.provider_race_id for race in event.races)
    return Scope(event.provider_event_id, races, event.timezone)


def _event_id(ticket: Ticket) -> int:
    if ticket.job.event_id is None:
        raise AssertionError(f"job #{ticket.job.id} names no event")
    return ticket.job.event_id
