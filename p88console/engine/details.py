"""Details that a listing leaves out: read for whoever is listed for the first time or changed.

What is still to read stands in the mirror, row by row, so that a spent budget, a crash or a night
in between costs nothing that was read before.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from p88console.domain.errors import BudgetSpent, Rejected, RowFault, Throttled, Transient
from p88console.domain.fingerprint import fingerprint
from p88console.domain.jobs import Counts
from p88console.domain.model import ParticipantRecord, ParticipantStatus, RawRow
from p88console.engine.pull import scope_of, understood
from p88console.engine.shop import Ticket
from p88console.providers.base import CallLimits, Page, ReadsDetails, Scope
from p88console.store.database.db import Tx
from p88console.store.mirror import listings, participants, removals
from p88console.store.mirror.listings import Short
from p88console.store.mirror.participants import Source
from p88console.store.tenancy.events import EventRow

AT_ONCE = 10
"""Details asked for together and written down together."""

READ_AGAIN_AFTER = timedelta(hours=6)
READ_AGAIN = 25
"""How old a detail may grow, and how many of the oldest are read again by one pull: the backstop
for a change that neither the short row nor the order of the listing shows."""


async def list_newest_first(
    ticket: Ticket,
    adapter: ReadsDetails,
    event: EventRow,
    pages: AsyncIterator[Page],
    *,
    whole: bool,
) -> AsyncGenerator[Page, None]:
    """Pass pages on, and note who moved up or reads differently.

    Unless everything is asked for, a page on which everybody stands as they stood ends the listing:
    whoever changes floats to the top. That is believed only as far as the stamps of the details
    that were read bear it out.
    """
    db = ticket.shop.db
    last = await db.read(listings.last_listing, event.id)
    whole = whole or not await db.read(listings.stands_newest_first, event.id)
    moved: list[Short] = []
    async for page in pages:
        shorts = [one for one in (_short(adapter, row) for row in page.rows) if one is not None]
        fresh = [one for one in shorts if not last.settled(one.row_key, one.list_hash)]
        moved += fresh
        yield page
        if shorts and not fresh and not whole:
            break
    await ticket.write(listings.note_moved, event.id, moved)


def _short(adapter: ReadsDetails, row: RawRow) -> Short | None:
    its_id = adapter.listed_id(row)
    return None if its_id is None else Short(its_id, fingerprint(row), row)


async def read_details(
    ticket: Ticket, adapter: ReadsDetails, event: EventRow, source: Source
) -> None:
    """Read the details that are missing, newest change first, as far as the budget goes.

    Whose answer breaks off keeps nobody else waiting: the others are read, then the fault is told.
    """
    db, scope = ticket.shop.db, scope_of(event)
    await _let_old_ones_be_read_again(ticket, event)
    left = total = await db.read(listings.left_to_read, event.id)
    missed: dict[str, BaseException] = {}
    while True:
        next_ones = await db.read(listings.to_read, event.id, AT_ONCE + len(missed))
        batch = [short for short in next_ones if short.row_key not in missed][:AT_ONCE]
        if not batch:
            break
        await ticket.progress(total - left, total, {**ticket.job.checkpoint, "listed": True})
        asked = (_details(adapter, scope, short) for short in batch)
        found = await asyncio.gather(*asked, return_exceptions=True)
        broken = await _keep(ticket, adapter, event, source, list(zip(batch, found, strict=True)))
        left = await db.read(listings.left_to_read, event.id)
        ends = next((fault for fault in broken.values() if not _passes(fault)), None)
        if isinstance(ends, BudgetSpent):
            raise _how_long(ends, left, total, adapter.limits)
        if ends is not None:
            raise ends
        missed |= broken
        if len(broken) == len(batch):
            break
    if missed:
        raise next(iter(missed.values()))


def _passes(fault: BaseException) -> bool:
    """Whether the next call may well be answered."""
    return isinstance(fault, Transient) and not isinstance(fault, Throttled)


async def _details(adapter: ReadsDetails, scope: Scope, short: Short) -> Sequence[RawRow]:
    """A person's details; of somebody who left, the short row says all there is to know."""
    if adapter.participant(short.raw).status is not ParticipantStatus.ACTIVE:
        return [short.raw]
    return await adapter.details(scope, short.raw)


async def _let_old_ones_be_read_again(ticket: Ticket, event: EventRow) -> None:
    if ticket.job.checkpoint.get("listed"):
        return  # they were chosen when this job began
    now = ticket.shop.clock.now()
    before, limit = (now, None) if ticket.job.full else (now - READ_AGAIN_AFTER, READ_AGAIN)
    await ticket.write(listings.forget_oldest, event.id, before, limit)


async def _keep(
    ticket: Ticket,
    adapter: ReadsDetails,
    event: EventRow,
    source: Source,
    found: Sequence[tuple[Short, Sequence[RawRow] | BaseException]],
) -> dict[str, BaseException]:
    """Write down the details that came; returns what kept the others, by row, from coming."""
    came = [(short, what) for short, what in found if not isinstance(what, BaseException)]
    read = {short.row_key: short.list_hash for short, _rows in came}
    broken: dict[str, BaseException] = {}
    for short, what in found:
        if isinstance(what, Rejected | RowFault):
            told = RowFault("detail", str(what))
            ticket.refuse_row(told, short.row_key, f"detail:{short.row_key}")
            read[short.row_key] = short.list_hash
        elif isinstance(what, BaseException):
            broken[short.row_key] = what
    rows = [row for _short, its_rows in came for row in its_rows]
    records = await understood(ticket, rows, adapter.participant)
    ticket.counts += await ticket.write(_write, event, records, source, read, ticket)
    return broken


def _write(
    tx: Tx,
    event: EventRow,
    records: Sequence[ParticipantRecord],
    source: Source,
    read: Mapping[str, str],
    ticket: Ticket,
) -> Counts:
    now = ticket.shop.clock.now()
    first = participants.awaiting(tx.connection, event.id, list(read))
    policy = ticket.shop.settings.policy_of(event.id)
    counts = participants.upsert_page(
        tx, event.id, records, source, now, policy=policy, touched=ticket.touched
    )
    listings.note_read(tx, event.id, read, now)
    standing: dict[str, set[str | None]] = {}
    for record in records:
        standing.setdefault(record.registration or "", set()).add(record.provider_id)
    gone = removals.dropped(tx.connection, event.id, standing)
    noted = removals.note_removals(
        tx, event.id, gone, source, now, policy=policy, touched=ticket.touched
    )
    counts += replace(noted, received=0)
    if ticket.job.checkpoint.get("listed"):
        return counts
    # the listing of this attempt has counted them: as created, or as unchanged
    changed = max(0, counts.updated - first)
    return replace(counts, received=0, created=0, updated=changed, unchanged=-changed)


def _how_long(spent: BudgetSpent, left: int, total: int, limits: CallLimits) -> BudgetSpent:
    """The fault of a spent budget, with what it means for the details."""
    told = f"{left} of {total} details are still to be read"
    if limits.per_hour:
        hours = left / limits.per_hour
        span = f"{hours:.1f} h" if hours >= 1 else f"{max(1, round(hours * 60))} min"
        told += f"; at {limits.per_hour} calls an hour that takes about {span}"
    return BudgetSpent(
        spent.call,
        spent.title,
        told,
        "what came is kept; it goes on by itself, nearest gun first",
        retry_after_s=spent.retry_after_s,
    )
