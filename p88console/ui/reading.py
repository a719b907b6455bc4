"""One read at a time: requests that arrive meanwhile fold into one more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual.message import Message
from textual.widget import Widget

from p88console.system.attention import answered, answering


class ReadBroke(Message):
    """A read came back with something that the screen could not digest."""

    def __init__(self, fault: Exception) -> None:
        super().__init__()
        self.fault = fault


class Reading:
    """Runs `read` for a widget in the background, as often as asked but never twice at once."""

    def __init__(
        self, owner: Widget, read: Callable[[], Awaitable[None]], *, rest_s: float = 0.0
    ) -> None:
        """Make a reader.

        Args:
            owner: Whose worker it runs as.
            read: What it does.
            rest_s: Machine seconds from the end of one read to the beginning of the next.
        """
        self._owner = owner
        self._read = read
        self._rest_s = rest_s
        self._rested_at = 0.0
        self._asked = False
        self.busy = False

    def request(self) -> None:
        """Read soon; a read under way is followed by one more."""
        self._asked = True
        if not self.busy and self._owner.is_running:
            self.busy = True
            self._owner.run_worker(self._run(), group="reading", exit_on_error=False)

    async def _run(self) -> None:
        try:
            while self._asked:
                await self._rest()
                self._asked = False
                answering()
                await self._read()
        except Exception as fault:  # noqa: BLE001  one bad row must not close the console
            self._owner.post_message(ReadBroke(fault))
        finally:
            self.busy = False
            self._owner.call_after_refresh(answered)
            self._rested_at = asyncio.get_running_loop().time() + self._rest_s

    async def _rest(self) -> None:
        left = self._rested_at - asyncio.get_running_loop().time()
        if left > 0:
            await asyncio.sleep(left)
