"""The palette: every action of the registry, found by its name."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from p88console.ui.action import Action
from p88console.ui.actions import of_scopes
from p88console.ui.screens.room import Room


class ActionCommands(Provider):
    """The actions of the room below the palette that apply just now."""

    def _offers(self) -> list[Action]:
        room = self.screen
        if not isinstance(room, Room):
            return []
        situation = room.situation()
        return [
            action
            for action in of_scopes("console", *room.scopes)
            if action.do != "command_palette" and not action.when(situation)
        ]

    async def _run(self, action: Action) -> None:
        node = self.app if action.scope == "console" else self.screen
        await self.app.run_action(action.do, node)

    async def discover(self) -> Hits:
        """Everything that applies, before a letter is typed."""
        for action in self._offers():
            yield DiscoveryHit(_name(action), partial(self._run, action), help=action.help)

    async def search(self, query: str) -> Hits:
        """What matches the letters typed, in its name or its help."""
        matcher = self.matcher(query)
        for action in self._offers():
            named = matcher.match(_name(action))
            told = matcher.match(action.help)
            if named or told:
                shown = matcher.highlight(_name(action)) if named else Content(_name(action))
                yield Hit(max(named, told / 2), shown, partial(self._run, action), help=action.help)


def _name(action: Action) -> str:
    return f"{action.group}: {action.label}"
