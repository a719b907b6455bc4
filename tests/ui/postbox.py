"""The inbox on stage: one item of each kind, and a desk that settles them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from p88console.domain.inbox import Decision, Kind
from p88console.store.windows.inbox_rows import InboxQuery, Item
from tests.ui.cast import LAKESIDE, NOW, Answers


def item(item_id: int, **changes: Any) -> Item:
    """A phone number that was changed here and at RunSignUp."""
    plain = Item(
        id=item_id,
        key=f"conflict:{item_id}",
        kind=Kind.CONFLICT,
        event_id=1,
        event_name=LAKESIDE,
        participant_id=12,
        name="Chloé de la Cruz",
        bib="512",
        link_id=None,
        provider="runsignup",
        job_id=None,
        account_id=None,
        field="phone",
        base="+1 312 555 0100",
        ours="+1 312 555 0199",
        theirs="+1 312 555 0142",
        reason="changed here and at RunSignUp since they last agreed",
        detail={},
        opened_at=NOW - timedelta(minutes=4, seconds=item_id),
        changed_at=NOW - timedelta(minutes=4),
        decided_at=None,
        decision=None,
        value=None,
        decided_by=None,
        door=None,
        action_id=None,
    )
    return replace(plain, **changes)


def waiting() -> list[Item]:
    """One item of each kind, three conflicts among them."""
    plain = {"field": None, "base": None, "ours": None, "theirs": None, "provider": None}
    nobody = {"participant_id": None, "name": "", "bib": None}
    ada = {"participant_id": 31, "name": "Ada Byron", "bib": "531"}
    return [
        item(1),
        item(2, **ada, ours="+1 773 555 0101", theirs=None),
        item(
            3,
            field="last_name",
            base="Ekström",
            ours="Ekstrom-Hale",
            theirs="Ekstroem",
            participant_id=43,
            name="Dmitri Ekström",
            bib="543",
        ),
        item(
            4,
            **plain,
            kind=Kind.REMOVAL,
            key="removal:4",
            participant_id=61,
            name="Ben Nguyen",
            bib="561",
            reason="no longer among RunSignUp's registrations: removed",
        ),
        item(
            5,
            **plain,
            **nobody,
            kind=Kind.REMOVAL,
            key="mass:1",
            detail={"people": [[one, "removed", None] for one in range(31)]},
            reason="31 of 2,000 would leave at once; nobody was taken off",
        ),
        item(
            6,
            **plain | {"field": "bib", "ours": "512"},
            kind=Kind.DUPLICATE_BIB,
            participant_id=9,
            name="Jon Byron",
            bib="512",
            reason="512 is worn by Chloé de la Cruz too; the next free bib is 1204",
        ),
        item(
            7,
            **plain | {"provider": "copernico"},
            kind=Kind.REFUSED,
            participant_id=5,
            name="Farid O'Brien",
            bib="505",
            reason="Copernico refused the row: category is unknown",
        ),
        item(
            8,
            **plain | {"provider": "haku"},
            **nobody,
            kind=Kind.HELD,
            reason="Haku does not accept this sign-in",
        ),
        item(
            9,
            **plain | {"provider": "copernico"},
            kind=Kind.BY_HAND,
            participant_id=71,
            name="Grace Fischer",
            bib="571",
            reason="withdraw 571 at Copernico by hand",
        ),
        item(
            10,
            **plain,
            **nobody,
            kind=Kind.ORPHAN,
            reason="a result for bib 999 belongs to nobody registered here",
        ),
    ]


@dataclass
class StageInbox:
    """Items over a plain list; a decision settles them."""

    answer: Answers
    rows: Sequence[Item] = ()

    async def count(self, query: InboxQuery) -> int:
        return await self.answer("inbox.count", lambda: len(self._matching(query)), query)

    async def page(self, query: InboxQuery, offset: int, limit: int) -> Sequence[Item]:
        def page() -> Sequence[Item]:
            return self._matching(query)[offset : offset + limit]

        return await self.answer("inbox.page", page, query, offset, limit)

    async def counts(self, event_id: int | None) -> Mapping[Kind | None, int]:
        def counted() -> Mapping[Kind | None, int]:
            found: dict[Kind | None, int] = {
                kind: len(self._matching(InboxQuery(event_id, kind))) for kind in Kind
            }
            return found | {None: len(self._matching(InboxQuery(event_id, decided=True)))}

        return await self.answer("inbox.counts", counted, event_id)

    async def item(self, item_id: int) -> Item:
        return await self.answer(
            "inbox.item", lambda: next(one for one in self.rows if one.id == item_id), item_id
        )

    async def alike(self, item_id: int) -> Sequence[Item]:
        def alike() -> Sequence[Item]:
            wanted = next(one for one in self.rows if one.id == item_id)
            same = (wanted.kind, wanted.field)
            return [one for one in self.rows if (one.kind, one.field) == same]

        return await self.answer("inbox.alike", alike, item_id)

    async def decide(
        self,
        items: Sequence[Item],
        decision: Decision,
        *,
        value: str | None = None,
        always: bool = False,
    ) -> str:
        ids = tuple(one.id for one in items)

        def settle() -> str:
            self.rows = [
                replace(
                    one,
                    decided_at=NOW,
                    decision=decision.value,
                    value=value,
                    decided_by="Robin",
                )
                if one.id in ids
                else one
                for one in self.rows
            ]
            return f"{len(ids)} settled"

        return await self.answer("inbox.decide", settle, ids, decision.value, value, always)

    def _matching(self, query: InboxQuery) -> Sequence[Item]:
        return [
            one
            for one in self.rows
            if query.event_id in (None, one.event_id)
            and query.kind in (None, one.kind)
            and (one.decided_at is not None) == query.decided
            and query.text.casefold() in repr(one).casefold()
        ]
