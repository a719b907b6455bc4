"""Published lines that the public does not see as they were sent, in the inbox until it does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from p88console.domain.errors import UsageFault
from p88console.domain.inbox import Kind
from p88console.domain.jobs import Direction, JobKey, Operation, Operator, Trigger
from p88console.domain.publication import PublicationState
from p88console.store.database.db import Tx
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.questions import STAMP, Question
from p88console.store.results import publications
from p88console.store.results.publications import PUBLICATIONS, Verdict, Version
from p88console.store.tenancy.events import EVENTS
from p88console.store.work import queue

NAMED = 25
"""Up to so many lines are asked about one by one; more are one question."""

SETTLED = "shown"
"""How an item ends when the line is shown as it should be."""


def tell(tx: Tx, version: Version, race: str, wrong: Sequence[Verdict], now: datetime) -> None:
    """Ask about what is wrong with this version; what was wrong before it is asked no longer."""
    questions = [_about(version, verdict) for verdict in wrong]
    if len(wrong) > NAMED:
        questions = [_about_all(version, race, wrong)]
    inbox.ask(tx, questions, now)
    keys = {question.key for question in questions}
    open_now = inbox.items(tx.connection, event_id=version.event_id, kind=Kind.REFUSED)
    ours = [item.key for item in open_now if item.key.startswith(_prefix(version))]
    inbox.settle(tx, [key for key in ours if key not in keys], SETTLED, now)


def _prefix(version: Version) -> str:
    return f"line:{version.race_id}:"


def _about(version: Version, verdict: Verdict) -> Question:
    line, reason = verdict.line, verdict.reason or ""
    return Question(
        key=f"{_prefix(version)}{line.registration_id}",
        kind=Kind.REFUSED,
        reason=f"published result: {reason}",
        event_id=version.event_id,
        participant_id=line.participant_id,
        detail=_detail(version, f"{line.values()} {reason}"),
    )


def _about_all(version: Version, race: str, wrong: Sequence[Verdict]) -> Question:
    first = "; ".join(f"bib {one.line.bib or '–'} {one.reason}" for one in wrong[:3])
    return Question(
        key=f"{_prefix(version)}all",
        kind=Kind.REFUSED,
        reason=f"{len(wrong)} published results of {race} are not shown as sent: {first}",
        event_id=version.event_id,
        detail=_detail(version, f"version {version.version}"),
    )


def _detail(version: Version, stamp: str) -> dict[str, object]:
    return {"publication_id": version.id, "race_id": version.race_id, STAMP: stamp}


def send_again(tx: Tx, publication_id: int, now: datetime, by: Operator) -> None:
    """Let a version be compared and sent again. Raises `UsageFault` when a newer one is there."""
    version = publications.get(tx.connection, publication_id)
    newer = select(PUBLICATIONS.c.version).where(
        PUBLICATIONS.c.race_id == version.race_id, PUBLICATIONS.c.version > version.version
    )
    found = tx.connection.execute(newer.order_by(PUBLICATIONS.c.version.desc())).scalar()
    if found is not None:
        raise UsageFault(
            f"version {version.version} is no longer the newest",
            f"version {found} was asked for since",
            "publish again instead",
        )
    account_id = tx.connection.execute(
        select(EVENTS.c.account_id).where(EVENTS.c.id == version.event_id)
    ).scalar_one()
    key = JobKey(account_id, version.event_id, Operation.RESULTS, Direction.PUSH)
    queued = queue.enqueue(tx, key, Trigger.OPERATOR, now, more=True, by=by)
    tx.connection.execute(
        update(PUBLICATIONS)
        .where(PUBLICATIONS.c.id == publication_id)
        .values(state=PublicationState.OPEN.value, job_id=queued.job_id, settled_at=None)
    )
    tx.touch("publications")
