"""What the console's keys do, for other programs; every change goes down under the door `api`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response, status
from pydantic import BaseModel, Field

from p88console.api.parts import OPERATOR, At, Body, Conflict, Document, OurId
from p88console.domain.inbox import Decision
from p88console.runtime import operators, present, spooling, steering
from p88console.runtime.runtime import Runtime
from p88console.store.inbox.decisions import Verdict
from p88console.store.people.edits import Done
from p88console.store.work import queue

routes = APIRouter(tags=["acting"])


class Jobs(Body):
    """Which jobs."""

    job_ids: Annotated[list[OurId], Field(min_length=1, max_length=1000)]


class Edit(Body):
    """Fields as typed: name → text; an empty text clears a field."""

    fields: Annotated[dict[str, str], Field(min_length=1, examples=[{"bib": "512"}])]


class WalkUp(Body):
    """Somebody who registers here: the race by name or id, and fields as typed."""

    race: Annotated[str, Field(min_length=1, max_length=200, examples=["10K"])]
    fields: Annotated[dict[str, str], Field(examples=[{"first_name": "Ada", "bib": "512"}])]


class TakenBack(BaseModel):
    """What was taken back, whom it was about, and newer changes that had to stay."""

    undone: str
    participants: list[Document]
    passed_over: list[str]


class Swap(Body):
    """The two whose bibs change places."""

    first_id: OurId
    second_id: OurId


class Decided(Body):
    """A decision; `value` goes with the decision of that name only."""

    decision: Decision
    value: Annotated[str, Field(max_length=500)] | None = None


class Line(BaseModel):
    """An account's line, and how many jobs the change touched."""

    account_id: str
    jobs: int


@routes.post("/queue/retry")
async def retry(runtime: At, asked: Jobs) -> list[Document]:
    """Make jobs due now, failed and held ones included."""
    changed = await steering.retry(runtime, OPERATOR, asked.job_ids)
    return await _changed(runtime, changed)


@routes.post("/queue/cancel")
async def cancel(runtime: At, asked: Jobs) -> list[Document]:
    """Cancel jobs that wait; a running one is left to finish."""
    changed = await steering.cancel(runtime, OPERATOR, asked.job_ids)
    return await _changed(runtime, changed)


async def _changed(runtime: Runtime, job_ids: list[int]) -> list[Document]:
    if not job_ids:
        raise Conflict(
            "nothing could be done about job_ids", "they are unknown, running, or have ended"
        )
    return [present.job(row) for row in await runtime.db.read(queue.find, job_ids=job_ids)]


@routes.post("/accounts/{account_id}/hold")
async def hold(runtime: At, account_id: OurId) -> Line:
    """Hold an account's line: nothing of it runs until it is resumed."""
    return Line(account_id=str(account_id), jobs=await steering.hold(runtime, OPERATOR, account_id))


@routes.post("/accounts/{account_id}/resume")
async def resume(runtime: At, account_id: OurId) -> Line:
    """Let an account work again; its held jobs are due now."""
    return Line(
        account_id=str(account_id), jobs=await steering.resume(runtime, OPERATOR, account_id)
    )


@routes.patch("/participants/{participant_id}")
async def edit(runtime: At, answer: Response, participant_id: OurId, asked: Edit) -> list[Document]:
    """Set fields of one person; the change and its push commit together."""
    done = await operators.edit(runtime, OPERATOR, participant_id, asked.fields)
    return await _people(runtime, answer, done, participant_id)


@routes.post("/events/{event_id}/participants", status_code=status.HTTP_201_CREATED)
async def add(runtime: At, answer: Response, event_id: OurId, asked: WalkUp) -> list[Document]:
    """Register a walk-up; the person and the push commit together."""
    texts = {**asked.fields, "race": asked.race}
    done = await operators.add(runtime, OPERATOR, event_id, texts)
    return await _people(runtime, answer, done, *done.participant_ids)


@routes.post("/undo")
async def undo(runtime: At) -> TakenBack:
    """Take back the newest change of this door that can still be taken back."""
    undone = await operators.take_back(runtime, OPERATOR)
    people = await operators.people_of(runtime, undone.participant_ids)
    return TakenBack(
        undone=undone.summary,
        participants=[present.participant(person) for person in people],
        passed_over=list(undone.passed_over),
    )


@routes.post("/participants/swap-bibs")
async def swap_bibs(runtime: At, answer: Response, asked: Swap) -> list[Document]:
    """Let two people wear each other's bib."""
    done = await operators.swap_bibs(runtime, OPERATOR, asked.first_id, asked.second_id)
    return await _people(runtime, answer, done, asked.first_id, asked.second_id)


@routes.post("/inbox/{item_id}/resolve")
async def resolve(runtime: At, item_id: OurId, asked: Decided) -> list[Document]:
    """Decide about one item; what it does is done with it, and can be taken back."""
    found = await operators.asking(runtime, item_id)
    verdict = Verdict(asked.decision, asked.value, False)
    done = await operators.resolve(runtime, OPERATOR, found, verdict)
    return [present.inbox_item(item) for item in done]


async def _people(
    runtime: Runtime, answer: Response, done: Done, *participant_ids: int
) -> list[Document]:
    """The people as they are now; 202 and what was kept while the shared database is away."""
    if done.kept:
        answer.status_code = 202
        return [spooling.document(done)]
    found = await operators.people_of(runtime, participant_ids)
    return [present.participant(person) for person in found]
