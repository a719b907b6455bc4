"""The person under the cursor, beside the list, as far as there is room."""

from __future__ import annotations

from collections.abc import Sequence

from p88console.store.windows.roster_rows import PersonStory
from p88console.ui.outlook import Outlook
from p88console.ui.person_text import card_lines
from p88console.ui.phrase import NOTHING, Phrase
from p88console.ui.reading import Reading
from p88console.ui.widgets.lines import Lines

REST_S = 0.15
"""Machine seconds between two people, so that a cursor that runs reads few of those it passes."""


class PersonCard(Lines):
    """Follows a cursor: reads the newest person asked for, and none while nobody sees it."""

    def __init__(self, outlook: Outlook, *, id: str) -> None:  # noqa: A002  the framework's name
        super().__init__(id=id)
        self._outlook = outlook
        self._wanted: int | None = None
        self._story: PersonStory | None = None
        self._stale = False
        self._reading = Reading(self, self._read, rest_s=REST_S)

    def on_resize(self) -> None:
        """It may have come into sight."""
        self._ask()

    def show(self, participant_id: int | None) -> None:
        """Show this person; None for nobody."""
        if participant_id == self._wanted:
            return
        self._wanted = participant_id
        self._ask()

    def read_again(self) -> None:
        """Something may have become of the person."""
        self._stale = True
        self._ask()

    def _ask(self) -> None:
        if self._wanted is None:
            self._story = None
            self.refresh()
            return
        known = self._story is not None and self._story.id == self._wanted
        if self.size.width and (self._stale or not known):
            self._reading.request()

    async def _read(self) -> None:
        wanted, people = self._wanted, self._outlook.desk.people
        if wanted is None:
            return
        self._stale = False
        story = await self._outlook.read("card", "the person", lambda: people.story(wanted))
        if wanted == self._wanted:
            # never the person before under the next one's row
            self._story = story or people.remembered(wanted)
        self.remake()

    @property
    def busy(self) -> bool:
        """Whether a person is being read."""
        return self._reading.busy

    def lines(self, width: int) -> Sequence[Phrase]:
        """What matters most about the person."""
        if self._story is None:
            return (NOTHING,)
        return card_lines(self._story, self._outlook.moment, width)
