"""What has to leave: pushes are queued in the transaction of whatever they carry."""

from __future__ import annotations

from datetime import datetime

from p88console.domain.jobs import Direction, JobKey, Operation, Operator, Trigger
from p88console.store.database.db import Tx
from p88console.store.tenancy import events
from p88console.store.work import ledger, queue, returns

WRITE_BACK = "bib_write_back"
"""The option of a link by which bibs go back to where people registered: `on` or `off`."""


def enqueue_pushes(
    tx: Tx, event_id: int, trigger: Trigger, now: datetime, by: Operator | None = None
) -> list[int]:
    """Queue a push to every linked account that does not hold the mirror's people as they are.

    Where a link says so, bibs that were given here go back to where people registered. Returns the
    ids of the jobs that will carry it, whether they were there already or not.
    """
    event = events.event(tx.connection, event_id)
    accounts: set[int] = set()
    if ledger.anything_to_send(tx.connection, event_id):
        accounts |= {link.account_id for link in event.links if link.takes_people}
    gives_back = any(link.options.get(WRITE_BACK) == "on" for link in event.links)
    if gives_back and returns.due(tx.connection, event_id):
        accounts.add(event.account_id)
    keys = [
        JobKey(account_id, event_id, Operation.PARTICIPANTS, Direction.PUSH)
        for account_id in sorted(accounts)
    ]
    return [queue.enqueue(tx, key, trigger, now, more=True, by=by).job_id for key in keys]
