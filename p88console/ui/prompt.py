"""An app whose keys are answered before the work beside it goes on."""

from __future__ import annotations

from textual import events
from textual.app import App

from p88console.system.attention import answered, answering


class PromptApp(App[None]):
    """Has the work beside it wait from each key until what it does is painted."""

    async def on_event(self, event: events.Event) -> None:
        """Answer; a key that only comes back from its widget was answered there."""
        pressed = isinstance(event, events.Key) and not event.is_forwarded
        if pressed:
            answering()
        await super().on_event(event)
        if pressed and self.screen_stack:
            self.screen.call_later(self.screen.call_after_refresh, answered)
