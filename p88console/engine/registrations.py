"""The participants pull: a listing into the mirror, to its end, never trusting a short page."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from p88console.domain.errors import NotOffered
from p88console.domain.fingerprint import fingerprint
from p88console.domain.jobs import Counts, Operation
from p88console.domain.model import ParticipantRecord, ParticipantStatus, RemovalRecord
from p88console.engine.details import list_newest_first, read_details
from p88console.engine.pull import ahead, each_understood, event_id_of, scope_of, understood
from p88console.engine.shop import Ticket
from p88console.providers.base import (
    Page,
    PageRequest,
    ReadsDetails,
    ReadsParticipants,
    ReadsRemovals,
)
from p88console.store.database.db import Tx, alongside
from p88console.store.inbox import questions as inbox
from p88console.store.mirror import (
    handovers,
    nameless,
    participants,
    removals,
    set_aside,
    transfers,
)
from p88console.store.mirror.participants import Source
from p88console.store.people import bibs
from p88console.store.people.edits import Hand
from p88console.store.tenancy import events
from p88console.store.tenancy.events import EventRow
from p88console.store.tenancy.guns import set_guns
from p88console.store.work import leases, outbox, returns, schedule

OVERLAP = timedelta(minutes=2)
"""How far before the watermark a pull begins, for clocks and slow commits at the provider."""

RECONCILE_EVERY = timedelta(days=1)
"""A since-filter is trusted no longer than this; then everything is read again."""


async def pull_participants(ticket: Ticket) -> None:
    """All registrations of an event, or those changed since the last watermark; then removals."""
    shop, job = ticket.shop, ticket.job
    event = await shop.db.read(events.event, event_id_of(ticket))
    adapter = await _reader(ticket)
    mark = await shop.db.read(schedule.mark, job.account_id, event.id, Operation.PARTICIPANTS)
    listed = job.checkpoint.get("listed", False)
    # whoever moved is known only from the top, so a listing with details begins there again
    begun = {} if isinstance(adapter, ReadsDetails) and not listed else job.checkpoint
    # while a brake holds, only a whole listing tells who is there after all
    whole = job.full or await shop.db.read(removals.brake_holds, event.id)
    listing = _Listing.resume(begun, mark, shop.clock.now(), whole=whole)
    since = mark.watermark - OVERLAP if mark.watermark and not listing.full else None
    if not adapter.has_since_filter:
        since = None
        # without a filter every listing from the top is of everybody, unless its order ends it
        listing.full = listing.full or not isinstance(adapter, ReadsDetails)
    if not listed:
        await _list(ticket, adapter, event, listing, since)
    if listing.full and not listing.rows and await _brake_on_emptiness(ticket, event):
        return
    await ticket.write(
        inbox.settle, [removals.empty_key(event.id)], "listed again", shop.clock.now()
    )
    if listing.short:
        _tell_short(ticket, event, listing)
        return
    gone = listing.left + await _removals(ticket, adapter, event, since)
    if listing.complete and not isinstance(adapter, ReadsDetails):
        removes = adapter.absence_removes
        gone += await shop.db.read(removals.absent, event.id, listing.ids, removes=removes)
    if isinstance(adapter, ReadsDetails):
        await ticket.write(_note_gone, ticket, event, gone)
        await read_details(ticket, adapter, event, _source(ticket))
        gone = []
    await ticket.write(_finish_pull, ticket, event, listing, gone)


async def _reader(ticket: Ticket) -> ReadsParticipants:
    adapter = await ticket.shop.adapters.of(ticket.job.account_id)
    if not isinstance(adapter, ReadsParticipants):
        raise NotOffered(ticket.job.provider, "listing participants")
    return adapter


async def _list(
    ticket: Ticket,
    adapter: ReadsParticipants,
    event: EventRow,
    listing: _Listing,
    since: datetime | None,
) -> None:
    """Read the pages and mirror each as it comes."""
    listed = adapter.participants(scope_of(event), PageRequest(listing.page, since))
    read, id_field = adapter.participant, adapter.id_field
    # while one page is written, the next one is read and the one after it is on its way
    pages = (
        each_understood(
            list_newest_first(ticket, adapter, event, listed, whole=listing.full), read, id_field
        )
        if isinstance(adapter, ReadsDetails)
        else ahead(each_understood(ahead(listed), read, id_field))
    )
    async with aclosing(pages):
        async for page, found in pages:
            records = found.told(ticket)
            listing.take(page, records)
            ticket.counts += await ticket.write(
                _mirror_page, ticket, event, records, listing, page.total
            )
            ticket.counts += Counts(received=len(page.rows) - len(records))


@alongside
def _mirror_page(
    tx: Tx,
    ticket: Ticket,
    event: EventRow,
    records: Sequence[ParticipantRecord],
    listing: _Listing,
    total: int | None,
) -> Counts:
    """Mirror a page and note how far the listing has been read, together or not at all."""
    shop, job = ticket.shop, ticket.job
    counts = participants.upsert_page(
        tx,
        event.id,
        records,
        _source(ticket),
        shop.clock.now(),
        policy=shop.settings.policy_of(event.id),
        touched=ticket.touched,
    )
    checkpoint = listing.as_checkpoint()
    leases.report_progress(tx, job.id, ticket.owner, listing.rows, total, checkpoint)
    return counts


def _source(ticket: Ticket) -> Source:
    return Source(ticket.job.provider.title, "pull")


@dataclass(slots=True)
class _Listing:
    """How far a listing has been read, in a form that outlives the process."""

    full: bool
    watermark: datetime | None = None
    page: dict[str, Any] = field(default_factory=dict)
    rows: int = 0
    from_the_top: bool = True
    """Whether this very attempt has seen all of it; what an earlier one saw is not kept by name."""
    ids: set[str] = field(default_factory=set)
    left: list[RemovalRecord] = field(default_factory=list)
    """Who stands in the listing as no longer taking part."""
    odd: int = 0
    """Rows that could not be understood."""
    total: int | None = None
    """How many rows the provider says that there are."""

    @classmethod
    def resume(
        cls, checkpoint: dict[str, Any], mark: schedule.Mark, now: datetime, *, whole: bool
    ) -> Self:
        if checkpoint.get("page"):
            began = checkpoint["watermark"]
            return cls(
                full=checkpoint["full"],
                watermark=datetime.fromisoformat(began) if began else None,
                page=checkpoint["page"],
                rows=checkpoint["rows"],
                from_the_top=False,
            )
        due = mark.reconciled_at is None or now - mark.reconciled_at >= RECONCILE_EVERY
        return cls(full=whole or due)

    def take(self, page: Page, records: Sequence[ParticipantRecord]) -> None:
        """Note one page and what could be understood of it."""
        self.watermark = self.watermark or page.server_time
        self.page = dict(page.checkpoint)
        self.rows += len(page.rows)
        self.total = page.total if page.total is not None else self.total
        self.odd += len(page.rows) - len(records)
        for record in records:
            self.ids.add(record.provider_id or f"?{fingerprint(record.raw)}")
            if record.status is not ParticipantStatus.ACTIVE and record.provider_id:
                self.left.append(RemovalRecord(record.provider_id, record.status))

    @property
    def short(self) -> bool:
        """Whether fewer different rows came than the provider says there are."""
        return self.from_the_top and self.total is not None and self.seen < self.total

    @property
    def seen(self) -> int:
        """How many different rows came."""
        return len(self.ids) + self.odd

    @property
    def complete(self) -> bool:
        """Whether everybody who is listed has been seen by this very attempt."""
        return self.full and self.from_the_top and not self.short

    def as_checkpoint(self) -> dict[str, Any]:
        began = self.watermark.isoformat() if self.watermark else None
        return {"full": self.full, "watermark": began, "page": self.page, "rows": self.rows}


def _tell_short(ticket: Ticket, event: EventRow, listing: _Listing) -> None:
    """A listing that is shorter than its own total: what came is kept, nothing is concluded."""
    ticket.partial = True
    ticket.remarks.append(
        f"{ticket.job.provider.title} listed {listing.seen} of {listing.total} people for "
        f"{event.name}: what came is kept and nobody was removed"
    )


async def _brake_on_emptiness(ticket: Ticket, event: EventRow) -> bool:
    """An empty answer for an event that has people changes nobody and is told to a person."""
    known = await ticket.shop.db.read(removals.active_count, event.id)
    if not known:
        return False
    title = ticket.job.provider.title
    ticket.counts += Counts(quarantined=known)
    ticket.touched.note("quarantined", await ticket.shop.db.read(removals.active_ids, event.id))
    reason = (
        f"{title} lists nobody for {event.name}, where {known} people are registered; "
        "nobody was removed"
    )
    ticket.remarks.append(reason)
    now = ticket.shop.clock.now()
    await ticket.write(removals.ask_about_emptiness, event.id, reason, known, now)
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
    async for page in adapter.removals(scope_of(event), request):
        found += await understood(ticket, page.rows, adapter.removal)
    return found


def _note_gone(tx: Tx, ticket: Ticket, event: EventRow, gone: Sequence[RemovalRecord]) -> None:
    shop = ticket.shop
    noted = removals.note_removals(
        tx,
        event.id,
        gone,
        _source(ticket),
        shop.clock.now(),
        policy=shop.settings.policy_of(event.id),
        touched=ticket.touched,
    )
    ticket.counts += Counts(removed=noted.removed)


def _finish_pull(
    tx: Tx,
    ticket: Ticket,
    event: EventRow,
    listing: _Listing,
    gone: Sequence[RemovalRecord],
) -> None:
    """Removals, what follows from them, the watermark, and the push, together or not at all."""
    now = ticket.shop.clock.now()
    _note_gone(tx, ticket, event, gone)
    source = _source(ticket)
    set_guns(tx, {event.id: ticket.shop.settings.guns.get(event.id, {})})
    hand = Hand(source.who, source.door, now, ticket.shop.settings.policy_of(event.id))
    ticket.touched.note("transferred", transfers.follow(tx, hand, event.id))
    transfers.settle_given(tx, event.id, now)
    doubled = bibs.duplicates(tx.connection, event.id, hand.policy.bibs)
    if handovers.follow(tx, hand, event.id, doubled):
        doubled = bibs.duplicates(tx.connection, event.id, hand.policy.bibs)
    bibs.tell(tx, event.id, doubled, now)
    nameless.mind(tx, event.id, now)
    set_aside.mind(
        tx,
        set_aside.Listing(event.id, ticket.job.account_id, Operation.PARTICIPANTS),
        ticket.set_aside,
        listing.ids,
        now,
        complete=listing.complete,
    )
    returns.settle(tx, event.id, now)
    waiting = [row["id"] for row in removals.quarantined(tx.connection, event.id)]
    ticket.touched.note("quarantined", waiting)
    ticket.counts += Counts(quarantined=len(waiting))
    changes: dict[str, datetime | None] = {"succeeded_at": now}
    if listing.watermark is not None:
        changes["watermark"] = listing.watermark
    if listing.full:
        changes["reconciled_at"] = now
    schedule.advance(tx, ticket.job.account_id, event.id, Operation.PARTICIPANTS, **changes)
    outbox.enqueue_pushes(tx, event.id, ticket.job.trigger, now, ticket.job.asked_by)
