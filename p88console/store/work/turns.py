"""A worker's turns: a job ends and the next one begins in one write, and the disk is met once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from p88console.domain.jobs import Job
from p88console.store.database.db import Tx, alongside
from p88console.store.database.straight import in_one_exchange
from p88console.store.work import claims, settle
from p88console.store.work.settle import Attempt


@dataclass(frozen=True, slots=True)
class Wanted:
    """A claim to be made, as `claims.claim` takes it."""

    owner: str
    lease_s: float
    barred: Collection[int] = ()


@alongside
def end_and_take(
    tx: Tx, attempt: Attempt, now: datetime, wanted: Wanted, remark: dict[str, str] | None = None
) -> tuple[bool, tuple[Job, int] | None]:
    """End a job that is done, and take up the next.

    Returns:
        What `settle.complete` and `claims.claim` return.
    """
    if wanted.barred:
        ended = settle.complete(tx, attempt, now, remark)
        return ended, claims.claim(tx, wanted.owner, now, wanted.lease_s, None, wanted.barred)
    *_, rows, taken, opened = in_one_exchange(
        tx.connection,
        *settle.completing(attempt, now, remark),
        *claims.claiming(tx.connection, wanted.owner, now, wanted.lease_s),
    )
    return settle.completed(tx, attempt, rows, now), claims.claimed(tx, taken, opened)
