"""What the console shows, as documents: the same as the command line's `--json`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from p88console.api.parts import At, Document, OurId
from p88console.domain.inbox import Kind
from p88console.domain.jobs import JobState
from p88console.runtime import doctor, present, standing
from p88console.runtime.runtime import Runtime
from p88console.runtime.syncs import event_of
from p88console.store.inbox import questions as inbox
from p88console.store.people import lists as people
from p88console.store.people.lists import Filter
from p88console.store.tenancy import events, tenants
from p88console.store.work import history, queue

routes = APIRouter(tags=["reading"])

Limit = Annotated[int, Query(ge=1, le=100_000)]


@routes.get("/status")
async def status(runtime: At, event_id: OurId | None = None) -> Document:
    """One screen's truth: engine, network, unsent, lanes, what is next."""
    await _known(runtime, event_id)
    now = runtime.clock.now()
    return await standing.status(runtime.db, runtime.engine.rhythm, now, event_id)


async def _known(runtime: Runtime, event_id: int | None) -> None:
    """See that there is such an event where one is named. Raises `NotThere`."""
    if event_id is not None:
        await event_of(runtime, event_id)


@routes.get("/doctor")
async def go_or_no_go(runtime: At, event_id: OurId | None = None) -> Document:
    """The night-before check; every account is called once."""
    return present.doctor(await doctor.examine(runtime, event_id))


@routes.get("/partners")
async def partners(runtime: At) -> list[Document]:
    """Timing partners."""
    return [present.partner(row) for row in await runtime.db.read(tenants.partners)]


@routes.get("/accounts")
async def accounts(runtime: At) -> list[Document]:
    """Accounts, without anything secret."""
    return [present.account(row) for row in await runtime.db.read(tenants.accounts)]


@routes.get("/events")
async def event_list(runtime: At, partner_id: OurId | None = None) -> list[Document]:
    """Events by start."""
    if partner_id is not None:
        await runtime.db.read(tenants.partner, partner_id)
    found = await runtime.db.read(events.events, partner_id=partner_id)
    return [present.event(row) for row in found]


@routes.get("/events/{event_id}")
async def event(runtime: At, event_id: OurId) -> Document:
    """One event with races and links."""
    return present.event(await event_of(runtime, event_id))


@routes.get("/events/{event_id}/participants")
async def participants(
    runtime: At,
    event_id: OurId,
    search: Annotated[str, Query(max_length=200)] = "",
    only: Annotated[Filter | None, Query(alias="filter")] = None,
    limit: Limit | None = None,
) -> list[Document]:
    """Everyone of an event, the removed too, by last name."""
    await event_of(runtime, event_id)
    found = await runtime.db.read(
        people.participants, event_id, search=search, only=only, limit=limit
    )
    return [present.participant(person) for person in found]


@routes.get("/participants/{participant_id}")
async def participant(runtime: At, participant_id: OurId) -> Document:
    """One person whole: raw row, every change, each far side."""
    found = await runtime.db.read(people.participant, participant_id)
    return present.participant_story(*found)


@routes.get("/events/{event_id}/results")
async def results(runtime: At, event_id: OurId, race_id: OurId | None = None) -> list[Document]:
    """The latest standings by race and place."""
    await event_of(runtime, event_id)
    return [present.result(row) for row in await runtime.db.read(people.results, event_id, race_id)]


@routes.get("/inbox")
async def questions(
    runtime: At, event_id: OurId | None = None, kind: Kind | None = None, limit: Limit = 1000
) -> list[Document]:
    """Everything that needs a person, oldest first."""
    await _known(runtime, event_id)
    found = await runtime.db.read(inbox.items, event_id=event_id, kind=kind, limit=limit)
    return [present.inbox_item(item) for item in found]


@routes.get("/queue")
async def jobs(runtime: At, state: JobState | None = None, limit: Limit = 1000) -> list[Document]:
    """Jobs in the order in which they will be served, then the finished ones, newest first."""
    found = await runtime.db.read(queue.find, state=state, limit=limit)
    return [present.job(row) for row in found]


@routes.get("/history")
async def attempts(
    runtime: At, event_id: OurId | None = None, limit: Limit = 100
) -> list[Document]:
    """Attempts, newest first."""
    await _known(runtime, event_id)
    found = await runtime.db.read(history.attempts, event_id=event_id, limit=limit)
    return [present.attempt(row) for row in found]


@routes.get("/history/{attempt_id}")
async def attempt(runtime: At, attempt_id: OurId) -> Document:
    """One attempt whole."""
    return present.attempt(await runtime.db.read(history.attempt, attempt_id))
