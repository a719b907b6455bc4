"""One item of the inbox whole, decided by the same keys as in the list."""

from __future__ import annotations

from collections.abc import Sequence

from p88console.store.windows.inbox_rows import Item
from p88console.ui.action import Situation
from p88console.ui.actions import bindings, obstacle
from p88console.ui.inbox_text import item_lines, item_title
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import Phrase
from p88console.ui.screens.deciding import Deciding, choices_of, keys_of
from p88console.ui.screens.readsheet import ReadSheet


class ItemSheet(Deciding, ReadSheet[Item]):
    """Opens on an item and closes once it is decided here."""

    BINDINGS = bindings("item")
    scope = "item"
    source = "item"
    what = "the item"
    topics = frozenset({"inbox", "participants"})

    def __init__(self, outlook: Outlook, item: Item) -> None:
        super().__init__(outlook)
        self.answer = item
        self._item_id = item.id

    async def ask(self) -> Item:
        """The item as it stands."""
        return await self.outlook.desk.inbox.item(self._item_id)

    @property
    def heading(self) -> str:
        """Whom it is about."""
        return item_title(self.answer) if self.answer else "…"

    def told(self, story: Item, width: int) -> Sequence[Phrase]:
        """The whole matter, under the sheet's own title."""
        keys = keys_of(self, self.scope, story)
        return item_lines(story, keys, self.outlook.moment, width)[1:]

    def meant(self) -> Sequence[Item]:
        """This item."""
        return [self.answer] if self.answer else []

    def decided(self) -> None:
        """Back to the list."""
        self.dismiss(None)

    def situation(self) -> Situation:
        """What it can be settled by."""
        item = self.answer
        return Situation(
            read_only=self.outlook.desk.read_only,
            rows=1,
            decisions=choices_of([item]) if item else frozenset(),
            one=True,
            somebody=bool(item and item.participant_id),
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that decides one kind may decide another one otherwise: it is passed on."""
        if obstacle((self.scope,), action, self.situation()):
            return False
        return super().check_action(action, parameters)
