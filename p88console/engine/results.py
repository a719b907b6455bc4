"""Results pulls: the standings of a scoring event into the mirror, and who is no longer in them."""

from __future__ import annotations

from datetime import datetime

from p88console.domain.errors import NotOffered
from p88console.domain.jobs import Counts, Operation
from p88console.engine.pull import event_id_of, target_of, understood
from p88console.engine.shop import Ticket
from p88console.providers.base import ReadsResults, RecallsResults, RemembersResults
from p88console.store.database.db import Tx
from p88console.store.inbox import orphans
from p88console.store.mirror import set_aside
from p88console.store.mirror.set_aside import Listing
from p88console.store.results import revisions as results
from p88console.store.tenancy import events
from p88console.store.tenancy.events import LinkRow


async def pull_results(ticket: Ticket) -> None:
    """The standings of every race that is linked to this scoring account."""
    adapter = await ticket.shop.adapters.of(ticket.job.account_id)
    if not isinstance(adapter, ReadsResults):
        raise NotOffered(ticket.job.provider, "reading results")
    event = await ticket.shop.db.read(events.event, event_id_of(ticket))
    for link in event.links:
        if link.account_id == ticket.job.account_id:
            await _pull(ticket, adapter, link)


async def _pull(ticket: Ticket, adapter: ReadsResults, link: LinkRow) -> None:
    """All pages of one scoring event; only a complete list can take a standing back."""
    clock = ticket.shop.clock
    seen: set[tuple[str, str]] = set()
    received, aside, total = 0, len(ticket.set_aside), None
    target = target_of(link)
    await _prepare(ticket, adapter, link)
    async for page in adapter.results(target):
        records = await understood(ticket, page.rows, adapter.result)
        ticket.counts += await ticket.write(results.upsert_results, link, records, clock.now())
        seen |= {(record.remote_race_id, results.row_key(record)) for record in records}
        received, total = received + len(page.rows), page.total or total
        await ticket.progress(received, total)
    unread = ticket.set_aside[aside:]
    complete = total is None or received >= total
    # a row that could not be understood may be anybody's
    if seen and complete and not unread:
        await _withdraw(ticket, link, seen)
    listing = Listing(link.event_id, link.account_id, Operation.RESULTS, link.id)
    await ticket.write(set_aside.mind, listing, unread, (), clock.now(), complete=complete)
    await ticket.write(_tell_orphans, link, clock.now())


async def _prepare(ticket: Ticket, adapter: ReadsResults, link: LinkRow) -> None:
    """What was read before spares calls, unless a person wants everything read."""
    target, job = target_of(link), ticket.job
    if isinstance(adapter, RemembersResults) and (job.full or job.asked):
        adapter.forget_results(target)
    if isinstance(adapter, RecallsResults) and not job.full and adapter.lacks_results(target):
        adapter.recall_results(target, await ticket.shop.db.read(results.raw_rows, link))


def _tell_orphans(tx: Tx, link: LinkRow, now: datetime) -> None:
    """Over every event tied to the same scoring event: a row may have gone to any of them."""
    event_ids = dict.fromkeys(one.event_id for one in events.links_to(tx.connection, link))
    orphans.tell(tx, list(event_ids), now)


async def _withdraw(ticket: Ticket, link: LinkRow, seen: set[tuple[str, str]]) -> None:
    now, believe = ticket.shop.clock.now(), ticket.job.full
    missing = await ticket.write(results.withdraw_missing, link, seen, now, believe=believe)
    ticket.counts += Counts(removed=missing.withdrawn, quarantined=missing.doubted)
    if missing.doubted:
        ticket.remarks.append(
            f"{link.provider.title} no longer lists {missing.doubted} results at once: none was "
            "taken back; when the list is right, pull it with --full"
        )
