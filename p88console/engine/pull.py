"""Pulls of events and results, and what all pulls share: rows understood one by one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from p88console.domain.errors import NotOffered, RowFault
from p88console.domain.jobs import Counts, Direction, JobKey, Operation, Trigger
from p88console.domain.model import RawRow
from p88console.engine.shop import Ticket
from p88console.providers.base import (
    Page,
    ReadsEvents,
    Scope,
    ScoringTarget,
)
from p88console.store.database.db import Tx
from p88console.store.tenancy import events
from p88console.store.tenancy.events import EventRow, LinkRow
from p88console.store.tenancy.guns import set_guns
from p88console.store.work import queue
from p88console.system.attention import give_way

T = TypeVar("T")

log = logging.getLogger(__name__)

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
        ticket.counts += await ticket.write(
            _mirror_events, ticket, records, shop.clock.now(), registers=job.provider.registers
        )
        await ticket.progress(ticket.counts.received, page.total)


def _mirror_events(
    tx: Tx, ticket: Ticket, records: Sequence[Any], now: datetime, *, registers: bool
) -> Counts:
    counts, discovered = events.upsert_events(tx, ticket.job.account_id, records, now)
    set_guns(tx, ticket.shop.settings.guns)
    for event_id in discovered if registers else ():
        key = JobKey(ticket.job.account_id, event_id, Operation.PARTICIPANTS, Direction.PULL)
        queue.enqueue(tx, key, Trigger.SCHEDULE, now, full=True)
    return counts


def target_of(link: LinkRow) -> ScoringTarget:
    """A link as adapters understand it."""
    races = {str(race_id): remote for race_id, remote in link.races.items()}
    return ScoringTarget(link.remote_event_id, link.options, races)


async def ahead(pages: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """The same pages, the next one asked for while one is worked on.

    What keeps the next one from coming is raised after the work on the one before.
    """
    coming: asyncio.Future[T | None] = asyncio.ensure_future(_next(pages))
    try:
        while (page := await coming) is not None:
            coming = asyncio.ensure_future(_next(pages))
            yield page
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        if isinstance(pages, AsyncGenerator):
            await pages.aclose()


async def _next(pages: AsyncIterator[T]) -> T | None:
    return await anext(pages, None)


@dataclass(frozen=True, slots=True)
class Understood(Generic[T]):
    """Rows translated, and those that could not be: what is wrong, the row, and its id."""

    records: list[T] = field(default_factory=list)
    odd: list[tuple[RowFault, RawRow, str | None]] = field(default_factory=list)

    def told(self, ticket: Ticket) -> list[T]:
        """The records; whatever could not be understood is set aside for the job."""
        for fault, row, row_id in self.odd:
            ticket.refuse_row(fault, row, row_id)
        return self.records


async def understood(
    ticket: Ticket, rows: Sequence[RawRow], read: Callable[[RawRow], T], id_field: str = ""
) -> list[T]:
    """Translate rows, off the event loop; one that cannot be understood is set aside.

    `id_field` names the field of a row that tells which one was set aside.
    """
    return (await asyncio.to_thread(_translate, rows, read, id_field)).told(ticket)


async def each_understood(
    pages: AsyncGenerator[Page, None], read: Callable[[RawRow], T], id_field: str
) -> AsyncGenerator[tuple[Page, Understood[T]], None]:
    """Pages with their rows translated, off the event loop, as they come."""
    async with aclosing(pages):
        async for page in pages:
            yield page, await asyncio.to_thread(_translate, page.rows, read, id_field)


def _translate(rows: Sequence[RawRow], read: Callable[[RawRow], T], id_field: str) -> Understood[T]:
    found: Understood[T] = Understood()
    for row in rows:
        give_way()
        try:
            found.records.append(read(row))
        except RowFault as fault:
            found.odd.append((fault, row, _id_of(row, id_field)))
        except (TypeError, ValueError, KeyError, AttributeError) as fault:
            log.info("row not understood: %r", fault)
            told = RowFault("row", "it has another shape than the provider's rows")
            found.odd.append((told, row, _id_of(row, id_field)))
    return found


def _id_of(row: object, id_field: str) -> str | None:
    its_id = row.get(id_field) if isinstance(row, Mapping) else None
    return None if its_id in (None, "") else str(its_id)


def scope_of(event: EventRow) -> Scope:
    """An event as adapters understand it."""
    races = tuple(race.provider_race_id for race in event.races)
    return Scope(event.provider_event_id, races, event.timezone)


def event_id_of(ticket: Ticket) -> int:
    """The event that a job is about."""
    if ticket.job.event_id is None:
        raise AssertionError(f"job #{ticket.job.id} names no event")
    return ticket.job.event_id
