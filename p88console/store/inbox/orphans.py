"""Results of nobody in the inbox: asked once, with the likely person, settled when they turn up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from p88console.domain.errors import UsageFault
from p88console.domain.inbox import Decision, Kind
from p88console.domain.model import ResultStatus
from p88console.domain.times import clock_text
from p88console.store.database.db import Tx
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.questions import INBOX, STAMP, Question
from p88console.store.results import revisions as results
from p88console.store.results import standings
from p88console.store.results.standings import Orphan, full_name
from p88console.store.windows.inbox_rows import Item

SETTLED = "found"
"""How an orphan's item ends when its runner turns up, or the scoring system takes it back."""


def tell(tx: Tx, event_ids: Sequence[int], now: datetime) -> int:
    """Bring the inbox up to date with the orphans of these events; returns how many are open."""
    still_open = 0
    for event_id in event_ids:
        questions = [
            _question(orphan, event_id) for orphan in standings.orphans(tx.connection, event_id)
        ]
        still_open += inbox.ask(tx, questions, now)
        kept = {question.key for question in questions}
        told = inbox.items(tx.connection, event_id=event_id, kind=Kind.ORPHAN)
        inbox.settle(tx, [item.key for item in told if item.key not in kept], SETTLED, now)
    return still_open


def attach(tx: Tx, result_id: int, participant_id: int, now: datetime) -> dict[str, Any]:
    """Say whose result a row is; the inbox asks no longer. Returns the row. Raises `UsageFault`."""
    row = results.attach(tx, result_id, participant_id, now)
    tell(tx, [row["event_id"]], now)
    return row


def asked_about(connection: Connection, result_id: int) -> Item | None:
    """The open item that asks whose result this is."""
    told = inbox.items(connection, kind=Kind.ORPHAN)
    return next((item for item in told if item.detail.get("result_id") == result_id), None)


def decided(tx: Tx, item: Item, participant_id: int | None, now: datetime) -> None:
    """Let an orphan be this person's, as somebody decided. Raises `UsageFault`."""
    if participant_id is None:
        raise UsageFault(
            "nobody is suggested for this result",
            item.reason,
            "say who it is: --value with the id of a participant",
        )
    results.attach(tx, item.detail["result_id"], participant_id, now)


def take_back(tx: Tx, action_id: int, now: datetime) -> None:
    """Let results be nobody's again that this action had attached."""
    query = select(INBOX.c.detail).where(
        INBOX.c.action_id == action_id,
        INBOX.c.kind == Kind.ORPHAN.value,
        INBOX.c.decision != Decision.DROP.value,
    )
    for detail in tx.connection.execute(query).scalars().all():
        results.detach(tx, detail["result_id"], now)


def _question(orphan: Orphan, event_id: int) -> Question:
    row, found = orphan.row, orphan.suggestion
    reason = f"{_told(row)}, and nobody registered answers to it"
    return Question(
        key=f"orphan:{event_id}:{row['id']}",
        kind=Kind.ORPHAN,
        reason=reason if found is None else f"{reason}; probably this person: {found.reason}",
        event_id=event_id,
        participant_id=None if found is None else found.participant_id,
        link_id=row["link_id"],
        detail={
            "result_id": row["id"],
            "race_id": row["race_id"],
            STAMP: f"{row['row_key']} {row['bib']} {full_name(row)}",
        },
    )


def _told(row: Mapping[str, Any]) -> str:
    who = " ".join(part for part in (row["bib"], full_name(row)) if part) or "somebody"
    if row["status"] == ResultStatus.FINISHED and row["gun_time_ms"] is not None:
        return f"{who} finished in {clock_text(row['gun_time_ms'], digits=1)}"
    return f"{who} is {row['status']}"
