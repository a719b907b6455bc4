"""One standing for each runner and race, where several scoring systems have them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, exists, or_, select

from p88console.domain.model import ResultStatus
from p88console.store import core
from p88console.store.tenancy.events import EVENTS, LINKS

RESULTS = core.RESULTS
UNSTARTED, ITSELF = 2, 1


def leads(event_id: int) -> ColumnElement[bool]:
    """Whether a result of the event is the one to show of its runner and race.

    The first system where they have started leads. The registration provider itself comes last:
    what it shows was published there. Results of nobody all lead, and so do several of one system
    that stand alike, for somebody has to decide between them.
    """
    other = RESULTS.alias("other")
    rank, others = _rank(RESULTS, event_id), _rank(other, event_id)
    better = or_(others < rank, and_(others == rank, other.c.link_id < RESULTS.c.link_id))
    beaten = exists().where(
        other.c.participant_id == RESULTS.c.participant_id,
        other.c.race_id.is_not_distinct_from(RESULTS.c.race_id),
        better,
    )
    return ~beaten.correlate(RESULTS)


def _rank(results: FromClause, event_id: int) -> ColumnElement[Any]:
    """How far behind a result stands, the link left aside; the least leads."""
    itself = (
        select(LINKS.c.id)
        .join(EVENTS, EVENTS.c.id == LINKS.c.event_id)
        .where(EVENTS.c.id == event_id, LINKS.c.account_id == EVENTS.c.account_id)
    )
    unstarted = results.c.status == ResultStatus.NOT_STARTED.value
    return case((unstarted, UNSTARTED), else_=0) + case(
        (results.c.link_id.in_(itself), ITSELF), else_=0
    )
