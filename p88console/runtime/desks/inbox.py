"""The inbox for the console: windows from the database, decisions through the operators' door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from p88console.domain.inbox import MEANINGS, Decision, Kind
from p88console.domain.jobs import Operator
from p88console.runtime import operators
from p88console.runtime.runtime import Runtime
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.decisions import Verdict
from p88console.store.windows.inbox_rows import InboxQuery, Item


class RuntimeInbox:
    """Everything that needs a person."""

    def __init__(self, runtime: Runtime, operator: Operator) -> None:
        self._runtime = runtime
        self._operator = operator

    async def count(self, query: InboxQuery) -> int:
        """How many items match."""
        return await self._runtime.db.read(
            inbox.count,
            event_id=query.event_id,
            kind=query.kind,
            text=query.text,
            decided=query.decided,
        )

    async def page(self, query: InboxQuery, offset: int, limit: int) -> Sequence[Item]:
        """Items, oldest first; decided ones newest first."""
        return await self._runtime.db.read(
            inbox.items,
            event_id=query.event_id,
            kind=query.kind,
            text=query.text,
            decided=query.decided,
            limit=limit,
            offset=offset,
        )

    async def counts(self, event_id: int | None) -> Mapping[Kind | None, int]:
        """How many open items there are of each kind; None: how many are decided."""
        read = self._runtime.db.read
        waiting = await read(inbox.counts, event_id)
        settled = await read(inbox.count, event_id=event_id, decided=True)
        return {**{kind: waiting.get(kind, 0) for kind in Kind}, None: settled}

    async def item(self, item_id: int) -> Item:
        """One item."""
        return await self._runtime.db.read(inbox.item, item_id)

    async def alike(self, item_id: int) -> Sequence[Item]:
        """Every open item that asks the same as this one, itself among them."""
        return await operators.asking(self._runtime, item_id, alike=True)

    async def decide(
        self,
        items: Sequence[Item],
        decision: Decision,
        *,
        value: str | None = None,
        always: bool = False,
    ) -> str:
        """Carry a decision out, all of it or nothing; says what it did."""
        verdict = Verdict(decision, value, always)
        done = await operators.resolve(self._runtime, self._operator, items, verdict)
        what = MEANINGS[done[0].kind, decision]
        told = f"{len(done):,} settled" if len(done) > 1 else "settled"
        back = "" if decision is Decision.RETRY else "; z takes it back"
        rule = "; from now on without asking" if always else ""
        return f"{told}: {value or what}{rule}{back}"
