"""Publishing on demand: drafts behind the guard, then versions with the job that carries them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from p88console.domain.case import Finding
from p88console.domain.errors import NothingToPublish, NotOffered, UsageFault
from p88console.domain.guard import barred
from p88console.domain.jobs import Direction, JobKey, Operation, Operator, Trigger
from p88console.domain.publication import Medium
from p88console.providers.publishing import PublishesResults
from p88console.runtime.runtime import Runtime
from p88console.store.database.db import Reading, Tx
from p88console.store.results import drafts, publications
from p88console.store.results.drafts import Draft, Wish
from p88console.store.results.publications import Request
from p88console.store.tenancy.events import EventRow, RaceRow
from p88console.store.work import queue
from p88console.store.work.queue import Enqueued


async def prepare(
    runtime: Runtime, event: EventRow, wish: Wish, race_id: int | None = None
) -> list[Draft]:
    """What publishing these races would mean at this moment; nothing is sent.

    Raises `NotOffered` where the registration provider shows no results, or cannot do what is
    wished; `UsageFault` for a race that the event has not; `NothingToPublish`.
    """
    medium = await _offered(runtime, event, wish)
    races = [race for race in event.races if race_id in (None, race.id)]
    if not races:
        raise UsageFault(f"{event.name} has no race {race_id}", _races(event.races))
    now = runtime.clock.now()

    def read(connection: Reading) -> list[Draft]:
        found = (drafts.draft(connection, event, race, wish, now, medium) for race in races)
        return [made for made in found if made is not None]

    made = await runtime.db.read(read)
    if not made:
        raise NothingToPublish(*_nothing(event, wish))
    return made


async def _offered(runtime: Runtime, event: EventRow, wish: Wish) -> Medium:
    """What the provider's results page takes. Raises `NotOffered`."""
    adapter = await runtime.shop.adapters.of(event.account_id)
    if not isinstance(adapter, PublishesResults):
        raise NotOffered(event.provider, "publishing results")
    traits = adapter.publish_traits
    if wish.unpublish and not traits.hides:
        raise NotOffered(event.provider, "taking results from the public")
    if wish.notify and not traits.notifies:
        raise NotOffered(event.provider, "notifying runners")
    if wish.official and not traits.medium.unofficial:
        raise NotOffered(event.provider, "telling official from unofficial results")
    return traits.medium


def _nothing(event: EventRow, wish: Wish) -> tuple[str, str, str]:
    if wish.unpublish:
        return f"nothing of {event.name} is public", "so there is nothing to take back", ""
    if wish.previous:
        return f"{event.name} has no earlier version", "", "see: p88console results versions"
    return (
        f"{event.name} has no results to publish",
        "",
        f"get them first: p88console sync results --event {event.id}",
    )


def _races(races: Sequence[RaceRow]) -> str:
    return "there are: " + ", ".join(f"{race.name} ({race.id})" for race in races)


def stops(made: Sequence[Draft], accepted: Collection[str]) -> list[Finding]:
    """The stops of all drafts that nobody has accepted by their key."""
    return [stop for draft in made for stop in barred(draft.findings, accepted)]


async def publish(
    runtime: Runtime,
    event: EventRow,
    made: Sequence[Draft],
    trigger: Trigger,
    by: Operator,
    *,
    fuse_s: float = 0.0,
) -> Enqueued | None:
    """Take these drafts in as versions and queue the job that carries them, in one transaction.

    For `fuse_s` machine seconds it can still be cancelled. Returns None when no draft differs from
    what is shown.
    """
    going = [draft for draft in made if not draft.idle]
    if not going:
        return None
    key = JobKey(event.account_id, event.id, Operation.RESULTS, Direction.PUSH)

    def write(tx: Tx) -> Enqueued:
        now = runtime.clock.now()
        queued = queue.enqueue(tx, key, trigger, now, more=True, by=by)
        for draft in going:
            publications.ask(tx, _request(event, draft, by.who), queued.job_id, now)
        if fuse_s:
            burnt = now + timedelta(seconds=fuse_s * runtime.clock.speed)
            queue.snooze(tx, [queued.job_id], burnt)
        return queued

    queued = await runtime.db.write(write)
    runtime.engine.nudge()
    return queued


def _request(event: EventRow, draft: Draft, by: str) -> Request:
    return Request(
        event_id=event.id,
        race_id=draft.race.id,
        mode=draft.mode,
        official=draft.official,
        notify=draft.notify,
        lines=draft.lines,
        findings=[_finding(finding) for finding in draft.findings],
        created_by=by,
        origin=draft.origin,
    )


def _finding(finding: Finding) -> dict[str, Any]:
    return {**asdict(finding), "people": list(finding.people), "key": finding.key}
