"""What has to leave: pushes are queued in the transaction of whatever they carry."""

from __future__ import annotations

from datetime import datetime

from p88console.domain.jobs import Direction, JobKey, Operation, Trigger
from p88console.store import events, ledger, queue
from p88console.store.db import Tx


def enqueue_pushes(tx: Tx, event_id: int, trigger: Trigger, now: datetime) -> list[int]:
    """Queue a push to every linked account that does not hold the mirror's people as they are.

    Returns the ids of the jobs that will carry it, whether they were there already or not.
    """
    if not ledger.anything_to_send(tx.connection, event_id):
        return []
    links = events.event(tx.connection, event_id).links
    accounts = {link.account_id for link in links if link.takes_people}
    keys = [
        JobKey(account_id, event_id, Operation.PARTICIPANTS, Direction.PUSH)
        for account_id in sorted(accounts)
    ]
    return [queue.enqueue(tx, key, trigger, now, more=True).job_id for key in keys]
