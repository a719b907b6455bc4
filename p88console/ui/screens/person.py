"""One person's whole story, from wherever they are met."""

from __future__ import annotations

from collections.abc import Sequence

from p88console.store.roster_rows import PersonStory
from p88console.ui.actions import bindings
from p88console.ui.desk import Topics
from p88console.ui.faults import ACTION
from p88console.ui.outlook import READ_AGAIN_S, Outlook
from p88console.ui.person_text import person_title, story_lines
from p88console.ui.phrase import Phrase, Tone, say
from p88console.ui.reading import ReadBroke, Reading
from p88console.ui.screens.sheet import Sheet
from p88console.ui.widgets.banner import fault_lines

PERSON = "person"
TOPICS: Topics = frozenset({"participants", "results", "events", "accounts"})


class PersonSheet(Sheet[None]):
    """Opens on a person and stays true to them while the work goes on."""

    BINDINGS = bindings("person")
    scope = "person"
    broad = True

    def __init__(self, outlook: Outlook, participant_id: int) -> None:
        super().__init__()
        self._outlook = outlook
        self._participant_id = participant_id
        self._story: PersonStory | None = None
        self._reading = Reading(self, self._read)

    def on_mount(self) -> None:
        """Read, and read again when something becomes of the person."""
        self._outlook.changed.subscribe(self, self._changed)
        self._outlook.ticked.subscribe(self, self._ticked)
        self._outlook.faulted.subscribe(self, lambda _: self.retell())
        self._reading.request()

    def _changed(self, topics: Topics) -> None:
        if topics & TOPICS:
            self._reading.request()

    def _ticked(self, seconds: int) -> None:
        if self._outlook.faults.has(PERSON) and seconds % READ_AGAIN_S == 0:
            self._reading.request()

    async def _read(self) -> None:
        people = self._outlook.desk.people
        story = await self._outlook.read(
            PERSON, "the person's story", lambda: people.story(self._participant_id)
        )
        self._story = story or self._story
        self.retell()
        self.refresh_bindings()

    def on_read_broke(self, event: ReadBroke) -> None:
        """A story that cannot be shown is closed again."""
        self.notify("This person's story cannot be shown.", severity="error", markup=False)
        event.stop()
        self.dismiss(None)

    def on_unmount(self) -> None:
        """Its fault goes with it."""
        self._outlook.settle(PERSON)

    @property
    def heading(self) -> str:
        """Bib and name."""
        return person_title(self._story) if self._story else "…"

    def text(self, width: int) -> Sequence[Phrase]:
        """The story as far as it is known."""
        moment = self._outlook.moment
        faults = (self._outlook.faults.of(source) for source in (PERSON, ACTION))
        told = [line for fault in faults if fault for line in fault_lines(fault, moment, width)]
        if self._story is not None:
            return [*told, *story_lines(self._story, moment, width)]
        return told or [say("reading …", Tone.DIM)]

    @property
    def settled(self) -> bool:
        """Whether nothing is being read."""
        return not self._reading.busy

    def action_read_again(self) -> None:
        """Read the story anew."""
        self._reading.request()

    def action_close(self) -> None:
        """Back."""
        self.dismiss(None)
