"""A sheet over one thing of the desk that stays true while it is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from p88console.ui.desk import Topics
from p88console.ui.faults import ACTION
from p88console.ui.outlook import READ_AGAIN_S, Outlook
from p88console.ui.phrase import Phrase, Tone, say
from p88console.ui.reading import ReadBroke, Reading
from p88console.ui.screens.sheet import Sheet
from p88console.ui.widgets.banner import fault_lines

StoryT = TypeVar("StoryT")


class ReadSheet(Sheet[None], Generic[StoryT]):
    """Reads when it opens and whenever one of its topics changes; faults are told in the sheet."""

    source: ClassVar[str]
    """The name of its fault."""
    what: ClassVar[str]
    """What is read, to follow "Cannot read"."""
    topics: ClassVar[Topics]

    def __init__(self, outlook: Outlook) -> None:
        super().__init__()
        self.outlook = outlook
        self.answer: StoryT | None = None
        self._reading = Reading(self, self._read)

    async def ask(self) -> StoryT:
        """Ask the desk."""
        raise NotImplementedError

    def told(self, story: StoryT, width: int) -> Sequence[Phrase]:
        """What was answered, in lines."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Read, and read again when the thing moves on."""
        self.outlook.changed.subscribe(self, self._changed)
        self.outlook.ticked.subscribe(self, self._ticked)
        self.outlook.faulted.subscribe(self, lambda _: self.retell())
        self._reading.request()

    def _changed(self, topics: Topics) -> None:
        if topics & self.topics:
            self._reading.request()

    def _ticked(self, seconds: int) -> None:
        if self.outlook.faults.has(self.source) and seconds % READ_AGAIN_S == 0:
            self._reading.request()
        self.retell()

    async def _read(self) -> None:
        answer = await self.outlook.read(self.source, self.what, self.ask)
        self.answer = answer if answer is not None else self.answer
        self.retell()
        self.refresh_bindings()

    def on_read_broke(self, event: ReadBroke) -> None:
        """What cannot be shown is closed again."""
        self.notify(f"It cannot be shown: {self.what}.", severity="error", markup=False)
        event.stop()
        self.dismiss(None)

    def on_unmount(self) -> None:
        """Its fault goes with it."""
        self.outlook.settle(self.source)

    def text(self, width: int) -> Sequence[Phrase]:
        """What was answered, under the faults that stand."""
        moment = self.outlook.moment
        faults = (self.outlook.faults.of(source) for source in (self.source, ACTION))
        told = [line for fault in faults if fault for line in fault_lines(fault, moment, width)]
        if self.answer is not None:
            return [*told, *self.told(self.answer, width)]
        return told or [say("reading …", Tone.DIM)]

    @property
    def settled(self) -> bool:
        """Whether nothing is being read."""
        return not self._reading.busy

    def action_read_again(self) -> None:
        """Read it anew."""
        self._reading.request()

    def action_close(self) -> None:
        """Back."""
        self.dismiss(None)
