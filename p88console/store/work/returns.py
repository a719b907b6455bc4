"""Bibs that were given here, on their way back to where people registered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, or_, select

from p88console.domain.inbox import Kind
from p88console.domain.model import ParticipantStatus, PushState
from p88console.store import core
from p88console.store.database.db import Tx
from p88console.store.database.upsert import chunked, upsert
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.questions import INBOX, Question
from p88console.store.mirror.participants import PARTICIPANTS
from p88console.store.mirror.versions import VERSIONS
from p88console.store.tenancy.events import RACES

RETURNS = core.BIB_RETURNS


@dataclass(frozen=True, slots=True)
class Due:
    """A bib that was given here and that the registration provider does not hold."""

    participant_id: int
    provider_id: str
    provider_race_id: str
    name: str
    bib: str
    theirs: str | None


def due(connection: Connection, event_id: int) -> list[Due]:
    """The bibs to send back, each until its provider has answered for it.

    Left out are people without the provider's id, fields in conflict, bibs worn twice, and bibs
    that the provider refused or ignored: those wait for a person.
    """
    people = PARTICIPANTS.c
    query = (
        select(
            people.id,
            people.provider_id,
            RACES.c.provider_race_id,
            people.first_name,
            people.last_name,
            people.bib,
            VERSIONS.c.theirs,
        )
        .join(VERSIONS, and_(VERSIONS.c.participant_id == people.id, VERSIONS.c.field == "bib"))
        .join(RACES, RACES.c.id == people.race_id)
        .outerjoin(
            RETURNS, and_(RETURNS.c.participant_id == people.id, RETURNS.c.bib == people.bib)
        )
        .where(
            people.event_id == event_id,
            people.status == ParticipantStatus.ACTIVE.value,
            people.provider_id.is_not(None),
            ~people.added_here,
            people.bib.is_not(None),
            VERSIONS.c.set_here,
            ~VERSIONS.c.conflict,
            or_(VERSIONS.c.theirs.is_(None), VERSIONS.c.theirs != people.bib),
            or_(RETURNS.c.state.is_(None), RETURNS.c.state == PushState.SENT.value),
        )
        .order_by(people.id)
    )
    found = connection.execute(query).all()
    twice = _worn_twice(connection, event_id) if found else set()
    return [
        Due(
            row.id,
            row.provider_id,
            row.provider_race_id,
            " ".join(name for name in (row.first_name, row.last_name) if name),
            row.bib,
            row.theirs,
        )
        for row in found
        if row.id not in twice
    ]


def _worn_twice(connection: Connection, event_id: int) -> set[int]:
    query = select(INBOX.c.detail).where(
        INBOX.c.kind == Kind.DUPLICATE_BIB.value,
        INBOX.c.event_id == event_id,
        INBOX.c.decided_at.is_(None),
    )
    return {
        its_id
        for detail in connection.execute(query).scalars()
        for its_id in detail.get("participants", ())
    }


def note(
    tx: Tx,
    people: Iterable[Due],
    state: PushState,
    now: datetime,
    reasons: dict[int, str] | None = None,
) -> None:
    """Write down what became of these bibs; `reasons` by participant."""
    rows = [
        {
            "participant_id": one.participant_id,
            "bib": one.bib,
            "state": state.value,
            "reason": (reasons or {}).get(one.participant_id),
            "at": now,
        }
        for one in people
    ]
    upsert(tx.connection, RETURNS, rows, key=("participant_id",))


def arrived(tx: Tx, people: Sequence[Due], now: datetime) -> None:
    """These bibs were read back as they were sent; what was asked about them is answered."""
    note(tx, people, PushState.VERIFIED, now)
    inbox.settle(tx, [return_key(one.participant_id) for one in people], "arrived", now)


def ask(
    tx: Tx, event_id: int, people: Sequence[Due], reasons: dict[int, str], now: datetime
) -> None:
    """Ask a person about bibs that did not arrive."""
    questions = [
        Question(
            key=return_key(one.participant_id),
            kind=Kind.REFUSED,
            reason=reasons[one.participant_id],
            event_id=event_id,
            participant_id=one.participant_id,
            field="bib",
            ours=one.bib,
            theirs=one.theirs,
        )
        for one in people
    ]
    inbox.ask(tx, questions, now)


def return_key(participant_id: int) -> str:
    """The inbox key of a bib that did not arrive where its wearer registered."""
    return f"bib_return:{participant_id}"


def settle(tx: Tx, event_id: int, now: datetime) -> None:
    """Close what was asked about bibs that the provider holds by now, or that changed again."""
    people = PARTICIPANTS.c
    query = (
        select(
            people.id,
            people.bib,
            RETURNS.c.bib.label("sent"),
            VERSIONS.c.theirs,
            VERSIONS.c.participant_id.label("differs"),
        )
        .join(RETURNS, RETURNS.c.participant_id == people.id)
        .outerjoin(
            VERSIONS, and_(VERSIONS.c.participant_id == people.id, VERSIONS.c.field == "bib")
        )
        .where(people.event_id == event_id, RETURNS.c.state != PushState.VERIFIED.value)
    )
    over = [
        row.id
        for row in tx.connection.execute(query)
        if row.bib != row.sent or row.differs is None or row.theirs == row.bib
    ]
    forget(tx, over)
    inbox.settle(tx, [return_key(its_id) for its_id in over], "no longer so", now)


def forget(tx: Tx, participant_ids: Sequence[int]) -> None:
    """Let verdicts about these people's bibs hold no longer: they are sent again."""
    for ids in chunked(participant_ids):
        tx.connection.execute(delete(RETURNS).where(RETURNS.c.participant_id.in_(ids)))
