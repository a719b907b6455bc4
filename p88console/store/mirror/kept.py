"""People who stay because somebody said so, although their provider lets them go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, select, update

from p88console.domain.inbox import Decision, Kind
from p88console.domain.model import ParticipantStatus
from p88console.domain.removal import LEFT, brake_limit
from p88console.store.database.db import Tx
from p88console.store.database.upsert import chunked
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.questions import INBOX, Answer
from p88console.store.mirror.participants import PARTICIPANTS, removal_key
from p88console.store.mirror.removals import (
    Gone,
    active_count,
    brake_key,
    quarantined_count,
    question,
)


def keep(tx: Tx, event_id: int, people: Sequence[Gone], answer: Answer, now: datetime) -> None:
    """Let these people stay until their provider says something else about them.

    They leave the quarantine; no pull that brings the same word asks again.
    """
    if not people:
        return
    _quarantine(tx, [one.row["id"] for one in people], None)
    questions = [question(event_id, one) for one in people]
    inbox.ask(tx, questions, now)
    asked = inbox.open_ids(tx.connection, [one.key for one in questions])
    inbox.decide(tx, asked, answer, now)
    if quarantined_count(tx.connection, event_id) <= brake_limit(
        active_count(tx.connection, event_id)
    ):
        inbox.settle(tx, [brake_key(event_id)], "no longer so many", now)


def follow(
    tx: Tx,
    event_id: int,
    before: Mapping[int, RowMapping],
    standings: Mapping[int, str | None],
    answer: Answer,
    now: datetime,
) -> None:
    """Stand by what somebody set registrations to, by their rows `before` it.

    Whoever the provider had let go and is here again stays; nobody else's removal is a question.
    """
    again = [
        Gone(row, row["status"], row["moved_to"], row["status_reason"] or "")
        for its_id, status in standings.items()
        if status == ParticipantStatus.ACTIVE
        and (row := before[its_id])["status"] in LEFT
        and not row["added_here"]
    ]
    keep(tx, event_id, again, answer, now)
    others = [its_id for its_id, status in standings.items() if status != ParticipantStatus.ACTIVE]
    inbox.settle_about(tx, others, (Kind.REMOVAL,), "gone", now)


def take_back(tx: Tx, action_id: int, now: datetime) -> None:
    """Put whom this action kept back into quarantine; what was asked about them is open again."""
    query = select(INBOX.c.participant_id, INBOX.c.key, INBOX.c.detail).where(
        INBOX.c.action_id == action_id,
        INBOX.c.kind == Kind.REMOVAL.value,
        INBOX.c.decision == Decision.KEEP.value,
    )
    items = tx.connection.execute(query).all()
    inbox.reopen(tx, action_id, now)
    kept = [item.participant_id for item in items if item.participant_id is not None]
    _quarantine(tx, kept, now)
    if len(kept) < len(items):  # the brake asks about all of them at once
        inbox.settle(tx, [removal_key(its_id) for its_id in kept], "too many", now)


def _quarantine(tx: Tx, participant_ids: Sequence[int], since: datetime | None) -> None:
    for ids in chunked(participant_ids):
        tx.connection.execute(
            update(PARTICIPANTS)
            .where(
                PARTICIPANTS.c.id.in_(ids), PARTICIPANTS.c.status == ParticipantStatus.ACTIVE.value
            )
            .values(quarantined_since=since)
        )
    tx.touch("participants")
