"""The past on stage: a desk that knows every attempt of a plain list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from p88console.store.windows.board import HistoryRow
from p88console.store.windows.past_rows import AttemptStory, Deed, PastFacet, PastQuery
from tests.ui.cast import LAKESIDE, NOW, Answers

HOUR = timedelta(hours=1)

STATES = {
    PastFacet.DONE: ("completed",),
    PastFacet.FAILED: ("failed", "failed_permanent"),
    PastFacet.UNHEARD: ("verify",),
    PastFacet.PARTIAL: ("partial",),
    PastFacet.HELD: ("held",),
    PastFacet.NOT_SENT: ("waiting",),
}


@dataclass
class StagePast:
    """Attempts over a list that may change; narrowed as the real desk does, in Python."""

    answer: Answers
    rows: Callable[[], Sequence[HistoryRow]]
    stories: Mapping[int, AttemptStory] = field(default_factory=dict)
    done: Sequence[Deed] = ()

    async def count(self, query: PastQuery) -> int:
        return await self.answer("past.count", lambda: len(self._matching(query)), query)

    async def page(self, query: PastQuery, offset: int, limit: int) -> Sequence[HistoryRow]:
        def page() -> Sequence[HistoryRow]:
            return self._matching(query)[offset : offset + limit]

        return await self.answer("past.page", page, query, offset, limit)

    async def place(self, query: PastQuery, history_id: int) -> int | None:
        def place() -> int:
            return [row.id for row in self._matching(query)].index(history_id)

        return await self.answer("past.place", place, query, history_id)

    async def facet_counts(
        self, event_id: int | None, account_id: int | None
    ) -> Mapping[PastFacet, int]:
        def counted() -> Mapping[PastFacet, int]:
            return {
                facet: len(self._matching(PastQuery(event_id, account_id, facet)))
                for facet in PastFacet
                if facet is not PastFacet.DONE
            }

        return await self.answer("past.facet_counts", counted, event_id, account_id)

    async def attempt(self, history_id: int) -> AttemptStory:
        def story() -> AttemptStory:
            known = self.stories.get(history_id)
            return known or told(next(row for row in self.rows() if row.id == history_id))

        return await self.answer("past.attempt", story, history_id)

    async def deeds(self) -> Sequence[Deed]:
        return await self.answer("past.deeds", lambda: self.done)

    def _matching(self, query: PastQuery) -> Sequence[HistoryRow]:
        wanted = STATES.get(query.facet)
        return [
            row
            for row in self.rows()
            if (wanted is None or row.state in wanted)
            and (query.facet is not PastFacet.BY_HAND or row.trigger in ("operator", "api"))
            and query.text.lower() in repr(row).lower()
        ]


def told(row: HistoryRow) -> AttemptStory:
    """An attempt whole, as far as its row tells."""
    error = {
        "code": "throttled",
        "title": row.error_title,
        "detail": "GET /api/v1/events/8841/participants → 429",
        "hint": "it goes on by itself",
    }
    return AttemptStory(
        id=row.id,
        job_id=row.job_id,
        job_state="pending",
        attempt=row.attempt,
        attempts=max(2, row.attempt),
        provider=row.provider,
        account_label="Midwest Timing",
        event_name=row.event_name,
        operation=row.operation,
        direction=row.direction,
        state=row.state,
        trigger=row.trigger,
        started_at=row.started_at,
        finished_at=row.finished_at,
        partial=False,
        counts=row.counts,
        error=error if row.error_title else None,
    )


def deeds() -> list[Deed]:
    """A push that went, an edit, one that was taken back, results that could not be had."""
    typed = Deed(8, NOW - timedelta(minutes=4), "ada", "", LAKESIDE, "bib of Amara Okafor: 512")
    asked = Deed(
        id=7,
        at=NOW - timedelta(minutes=3),
        who="",
        door="",
        event_name=LAKESIDE,
        job_id=811,
        provider="copernico",
        operation="participants",
        direction="push",
        state="completed",
        attempt=1,
        counts={"created": 12, "updated": 3},
    )
    failed = replace(
        asked,
        id=9,
        at=NOW - timedelta(minutes=1),
        job_id=815,
        door="API",
        operation="results",
        direction="pull",
        state="failed_permanent",
        counts={},
        error={"title": "Copernico did not answer in time"},
    )
    undone = replace(typed, id=6, at=NOW - HOUR, undone_at=NOW - HOUR / 2, summary="swap 17 and 71")
    return [failed, asked, typed, undone]
