"""Registrations without the provider's stable id: kept, asked about, sent to nobody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from p88console.domain.inbox import Kind
from p88console.domain.model import ParticipantStatus, Provider
from p88console.store.database.db import Tx
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.questions import INBOX, Question
from p88console.store.mirror.participants import PARTICIPANTS
from p88console.store.people.edits import name_of
from p88console.store.tenancy.events import EVENTS
from p88console.store.tenancy.tenants import ACCOUNTS

MANY = 200
"""Questions asked at most for one event; the rest shows in the roster by its flag."""


def mind(tx: Tx, event_id: int, now: datetime) -> None:
    """Ask about everybody who stands here without an id, and about nobody else."""
    people = PARTICIPANTS.c
    query = (
        select(PARTICIPANTS, ACCOUNTS.c.provider)
        .join(EVENTS, EVENTS.c.id == people.event_id)
        .join(ACCOUNTS, ACCOUNTS.c.id == EVENTS.c.account_id)
        .where(
            people.event_id == event_id,
            people.provider_id.is_(None),
            people.status == ParticipantStatus.ACTIVE.value,
            ~people.added_here,
        )
        .order_by(people.id)
        .limit(MANY)
    )
    questions = [
        Question(
            key=f"no_id:{row['id']}",
            kind=Kind.NO_ID,
            reason=f"{Provider(row['provider']).title} lists {name_of(row)} without a registration "
            "id: they are sent once they have one",
            event_id=event_id,
            participant_id=row["id"],
        )
        for row in tx.connection.execute(query).mappings()
    ]
    inbox.ask(tx, questions, now)
    open_keys = select(INBOX.c.key).where(
        INBOX.c.event_id == event_id,
        INBOX.c.kind == Kind.NO_ID.value,
        INBOX.c.decided_at.is_(None),
    )
    keys = {question.key for question in questions}
    gone = set(tx.connection.execute(open_keys).scalars()) - keys
    inbox.settle(tx, gone, "has an id or is gone", now)
