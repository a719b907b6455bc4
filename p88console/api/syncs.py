"""The two endpoints that other programs were built for: sync now, and how syncs stand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, status
from pydantic import BaseModel, Field

from p88console.api.parts import OPERATOR, At, Body, Document, OurId
from p88console.domain.errors import NotThere
from p88console.domain.jobs import Operation
from p88console.domain.model import Provider
from p88console.runtime import manual, present, scalars
from p88console.runtime.runtime import Runtime
from p88console.store.tenancy import tenants
from p88console.store.tenancy.tenants import PartnerRow
from p88console.store.work import history

routes = APIRouter(tags=["sync"])

RECENT = 20
"""How many attempts a status tells."""


class ManualSync(Body):
    """What to sync: everything of a partner at one provider, or one event of it."""

    timing_partner_id: str | int = Field(examples=["1"])
    provider_name: Provider
    operation_type: Operation = Operation.PARTICIPANTS
    event_id: OurId | None = None


class Queued(BaseModel):
    """The jobs that were queued, or had been already."""

    success: bool
    message: str
    job_ids: list[str]


class SyncStatus(BaseModel):
    """How a partner's syncs stand."""

    timing_partner_id: str
    recent_syncs: list[Document]
    last_successful_sync: str | None
    pending_jobs: int


@routes.post("/sync/manual", status_code=status.HTTP_202_ACCEPTED)
async def sync_manual(runtime: At, asked: ManualSync) -> Queued:
    """Queue a sync now, ahead of what is scheduled."""
    partner = await _partner(runtime, str(asked.timing_partner_id))
    queued = await manual.ask(
        runtime, partner.id, asked.provider_name, asked.operation_type, asked.event_id, OPERATOR
    )
    new = sum(entry.created for entry in queued)
    known = len(queued) - new
    told = [f"{new} queued"] * bool(new) + [f"{known} already queued"] * bool(known)
    return Queued(
        success=True,
        message=", ".join(told) or "nothing to do: no event is known for this",
        job_ids=[str(entry.job_id) for entry in queued],
    )


@routes.get("/sync/status/{timing_partner_id}")
async def sync_status(
    runtime: At, timing_partner_id: Annotated[str, Path(examples=["1"])]
) -> SyncStatus:
    """A partner's newest attempts, its last success, and how many jobs wait."""
    partner = await _partner(runtime, timing_partner_id)
    recent = await runtime.db.read(history.attempts, partner_id=partner.id, limit=RECENT)
    last, waiting = await runtime.db.read(history.partner_syncs, partner.id)
    return SyncStatus(
        timing_partner_id=str(partner.id),
        recent_syncs=[present.attempt(row) for row in recent],
        last_successful_sync=scalars.instant(last),
        pending_jobs=waiting,
    )


async def _partner(runtime: Runtime, text: str) -> PartnerRow:
    """A partner by the id that we gave out; any other text belongs to nobody."""
    for partner in await runtime.db.read(tenants.partners):
        if str(partner.id) == text:
            return partner
    raise NotThere("there is no such timing partner", hint="see: GET /api/partners")
