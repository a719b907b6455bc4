"""Decisions about what is in the inbox, from wherever an item is met."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from textual.screen import Screen

from p88console.domain.inbox import MEANINGS, Decision
from p88console.store.windows.inbox_rows import Item
from p88console.ui.actions import of_scopes, shown_key
from p88console.ui.inbox_text import item_title, matter
from p88console.ui.outlook import Outlook
from p88console.ui.people_words import field_label
from p88console.ui.phrase import plain, visible
from p88console.ui.screens.dialogs import Ask
from p88console.ui.screens.errand import run_errand
from p88console.ui.screens.form import Entry, Form
from p88console.ui.screens.person import PersonSheet
from p88console.ui.widgets.keybar import live_actions

THINGS = ("item", "items")

_WAYS = {
    "mine": Decision.MINE,
    "theirs": Decision.THEIRS,
    "value": Decision.VALUE,
    "confirm": Decision.CONFIRM,
    "keep": Decision.KEEP,
    "retry": Decision.RETRY,
    "drop": Decision.DROP,
}


def choices_of(items: Sequence[Item]) -> frozenset[str]:
    """The decisions that every one of these items can be settled by."""
    offered = [{choice.value for choice in item.choices} for item in items]
    return frozenset(set.intersection(*offered)) if offered else frozenset()


def keys_of(screen: Screen[Any], scope: str, item: Item) -> Sequence[tuple[str, Decision]]:
    """The keys that decide an item now, as the operator has bound them."""
    live = {action.id: shown_key(one.binding.key) for action, one in live_actions(screen)}
    ways = ((action, _WAYS.get(action.do)) for action in of_scopes(scope))
    return [
        (live[action.id], way)
        for action, way in ways
        if way is not None and way in item.choices and action.id in live
    ]


class Deciding(Screen[None]):
    """A screen on which items can be decided; a subclass says which are meant."""

    outlook: Outlook

    def meant(self) -> Sequence[Item]:
        """The items that a decision is about."""
        raise NotImplementedError

    def decided(self) -> None:
        """A decision was carried out."""

    def _decide(self, decision: Decision, *, always: bool = False) -> None:
        items = self.meant()
        if not items:
            return
        if always:
            self.run_worker(self._all_alike(items[0], decision), exit_on_error=False)
        elif sum(item.touches for item in items) > 1:
            self._asked(items, decision)
        else:
            self._carry_out(items, decision)

    async def _all_alike(self, item: Item, decision: Decision) -> None:
        desk = self.outlook.desk.inbox
        alike = await self.outlook.act("find what is alike", lambda: desk.alike(item.id))
        if alike is not None:
            self._asked(alike, decision, always=True)

    def _asked(self, items: Sequence[Item], decision: Decision, *, always: bool = False) -> None:
        first = items[0]
        meaning = MEANINGS[first.kind, decision].capitalize()
        where = f" for {field_label(first.field or '')} from now on" if always else ""
        names = [f"{item_title(item)}: {plain(matter(item))}" for item in items]
        question = Ask(
            f"{meaning}{where}?", names, things=THINGS, count=sum(item.touches for item in items)
        )

        def answered(yes: bool | None) -> None:  # noqa: FBT001  the framework's callback
            if yes:
                self._carry_out(items, decision, always=always)

        self.app.push_screen(question, answered)

    def _carry_out(
        self, items: Sequence[Item], decision: Decision, *, always: bool = False
    ) -> None:
        desk = self.outlook.desk.inbox
        run_errand(
            self,
            self.outlook,
            "decide",
            lambda: desk.decide(items, decision, always=always),
            then=self.decided,
        )

    def action_mine(self) -> None:
        """Keep what stands here."""
        self._decide(Decision.MINE)

    def action_theirs(self) -> None:
        """Take the provider's value."""
        self._decide(Decision.THEIRS)

    def action_confirm(self) -> None:
        """It is so."""
        self._decide(Decision.CONFIRM)

    def action_keep(self) -> None:
        """Leave it as it is."""
        self._decide(Decision.KEEP)

    def action_retry(self) -> None:
        """Try it again."""
        self._decide(Decision.RETRY)

    def action_drop(self) -> None:
        """Give it up."""
        self._decide(Decision.DROP)

    def action_all_mine(self) -> None:
        """Mine for this field from now on."""
        self._decide(Decision.MINE, always=True)

    def action_all_theirs(self) -> None:
        """Theirs for this field from now on."""
        self._decide(Decision.THEIRS, always=True)

    def action_value(self) -> None:
        """Type another value."""
        items = self.meant()
        if len(items) != 1:
            return
        item, desk = items[0], self.outlook.desk.inbox

        async def send(values: Mapping[str, str]) -> str:
            return await desk.decide(items, Decision.VALUE, value=values["value"])

        label = field_label(item.field or "bib").capitalize()
        start = item.detail.get("next_free") or item.ours or item.theirs or ""
        entry = Entry("value", label, start, about=plain(matter(item)))
        self._form(Form(item_title(item), [entry], send), self.decided)

    def _form(self, form: Form, then: Callable[[], None]) -> None:
        def done(answer: str | None) -> None:
            if answer is not None:
                self.notify(visible(answer), markup=False)
                then()

        self.app.push_screen(form, done)

    def action_who(self) -> None:
        """The person behind it, whole."""
        people = [item.participant_id for item in self.meant() if item.participant_id]
        if people:
            self.app.push_screen(PersonSheet(self.outlook, people[0]))
