"""What the Inbox asks: items in windows, what a decision touches, and the decisions themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from p88console.domain.inbox import Decision, Kind
from p88console.store.windows.inbox_rows import InboxQuery, Item


class InboxDesk(Protocol):
    """Everything that needs a person."""

    async def count(self, query: InboxQuery) -> int:
        """How many items match."""
        ...

    async def page(self, query: InboxQuery, offset: int, limit: int) -> Sequence[Item]:
        """Items, oldest first; decided ones newest first."""
        ...

    async def counts(self, event_id: int | None) -> Mapping[Kind | None, int]:
        """How many open items there are of each kind; None: how many are decided."""
        ...

    async def item(self, item_id: int) -> Item:
        """One item."""
        ...

    async def alike(self, item_id: int) -> Sequence[Item]:
        """Every open item that asks the same as this one, itself among them."""
        ...

    async def decide(
        self,
        items: Sequence[Item],
        decision: Decision,
        *,
        value: str | None = None,
        always: bool = False,
    ) -> str:
        """Carry a decision out, all of it or nothing; says what it did."""
        ...
