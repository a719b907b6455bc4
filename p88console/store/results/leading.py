"""One standing for each runner and race, where several scoring systems have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from p88console.domain.model import ResultStatus
from p88console.store.tenancy.events import EVENTS, LINKS


def leading(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """These results, each runner by the first system where they have started, in their order.

    The registration provider itself comes last: what it shows was published there. Results of
    nobody all stay.
    """
    itself = _itself(connection, {row["link_id"] for row in rows})

    def rank(row: Mapping[str, Any]) -> tuple[bool, bool, int]:
        started = row["status"] != ResultStatus.NOT_STARTED
        return not started, row["link_id"] in itself, row["link_id"]

    first: dict[tuple[int | None, int], int] = {}
    for row in sorted(rows, key=rank):
        if row["participant_id"] is not None:
            first.setdefault((row["race_id"], row["participant_id"]), row["link_id"])
    return [
        row
        for row in rows
        if first.get((row["race_id"], row["participant_id"])) in (None, row["link_id"])
    ]


def _itself(connection: Connection, link_ids: set[int]) -> set[int]:
    """The links that lead to the event's own registration provider."""
    query = (
        select(LINKS.c.id)
        .join(EVENTS, EVENTS.c.id == LINKS.c.event_id)
        .where(LINKS.c.id.in_(link_ids), LINKS.c.account_id == EVENTS.c.account_id)
    )
    return set(connection.execute(query).scalars())
