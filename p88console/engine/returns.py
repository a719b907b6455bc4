"""Bibs that were given here, back to where people registered: sent, read back, asked about."""

from __future__ import annotations

from p88console.domain.errors import NotOffered
from p88console.domain.jobs import Counts, Operation
from p88console.domain.model import Provider, PushState
from p88console.engine.pull import scope_of, understood
from p88console.engine.shop import Ticket
from p88console.providers.base import Adapter, GivenBib, PageRequest, ReadsParticipants, TakesBibs
from p88console.store.database.db import Tx
from p88console.store.mirror import participants
from p88console.store.mirror.participants import Source
from p88console.store.tenancy.events import EventRow
from p88console.store.work import returns, schedule
from p88console.store.work.returns import Due


def taking_bibs(adapter: Adapter) -> TakesBibs:
    """The adapter as one that takes bibs back. Raises `NotOffered`."""
    if not isinstance(adapter, TakesBibs) or not isinstance(adapter, ReadsParticipants):
        raise NotOffered(adapter.provider, "taking bibs back")
    return adapter


async def send_bibs_back(ticket: Ticket, event: EventRow) -> None:
    """Send every bib that was given here and is not held there; then see what is.

    A bib is sent once. Whatever the provider refuses or passes over waits for a person, so that
    nothing goes back and forth.
    """
    shop = ticket.shop
    adapter = taking_bibs(await shop.adapters.of(ticket.job.account_id))
    if ticket.job.in_doubt:
        await _look(ticket, event)
    due = await shop.db.read(returns.due, event.id)
    await ticket.progress(0, len(due))
    if not due:
        return
    await shop.db.write(returns.note, due, PushState.SENT, shop.clock.now())
    given = [GivenBib(one.provider_id, one.provider_race_id, one.bib) for one in due]
    refused = await adapter.write_bibs(scope_of(event), given)
    ticket.counts += Counts(sent=len(due))
    await _look(ticket, event)
    await shop.db.write(_settle, ticket, event, due, dict(refused))
    await ticket.progress(len(due), len(due))


async def _look(ticket: Ticket, event: EventRow) -> None:
    """Mirror what has changed at the provider since the last pull, the bibs among it."""
    shop, job = ticket.shop, ticket.job
    adapter = await shop.adapters.of(job.account_id)
    if not isinstance(adapter, ReadsParticipants):
        raise NotOffered(job.provider, "listing participants")
    mark = await shop.db.read(schedule.mark, job.account_id, event.id, Operation.PARTICIPANTS)
    source = Source(job.provider.title, "read-back")
    async for page in adapter.participants(
        scope_of(event), PageRequest(modified_since=mark.watermark)
    ):
        records = await understood(ticket, page.rows, adapter.participant)
        await shop.db.write(
            participants.upsert_page,
            event.id,
            records,
            source,
            shop.clock.now(),
            policy=shop.settings.policy_of(event.id),
        )


def _settle(
    tx: Tx, ticket: Ticket, event: EventRow, sent: list[Due], refused: dict[str, str]
) -> None:
    """Sort what was sent by what the provider said and by what it now holds."""
    now, title = ticket.shop.clock.now(), Provider(event.provider).title
    left = {(one.participant_id, one.bib) for one in returns.due(tx.connection, event.id)}
    said_no = [one for one in sent if one.provider_id in refused]
    open_still = [one for one in sent if (one.participant_id, one.bib) in left]
    passed_over = [one for one in open_still if one.provider_id not in refused]
    reasons = {
        one.participant_id: f"{title} refuses bib {one.bib}: {refused[one.provider_id]}"
        for one in said_no
    } | {
        one.participant_id: f"ignored by {title}: the bib there is {one.theirs!r}, not {one.bib!r}"
        for one in passed_over
    }
    wrong = {one.participant_id for one in (*said_no, *passed_over)}
    arrived = [one for one in sent if one.participant_id not in wrong]
    returns.note(tx, said_no, PushState.REFUSED, now, reasons)
    returns.note(tx, passed_over, PushState.IGNORED, now, reasons)
    returns.arrived(tx, arrived, now)
    returns.ask(tx, event.id, [*said_no, *passed_over], reasons, now)
    ticket.counts += Counts(verified=len(arrived), refused=len(wrong))
    ticket.touched.note("verified", [one.participant_id for one in arrived])
    ticket.touched.note("refused", wrong)
