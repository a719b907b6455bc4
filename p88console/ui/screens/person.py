"""One person's whole story, from wherever they are met."""

from __future__ import annotations

from collections.abc import Sequence

from p88console.store.roster_rows import PersonStory
from p88console.ui.actions import bindings
from p88console.ui.outlook import Outlook
from p88console.ui.person_text import person_title, story_lines
from p88console.ui.phrase import Phrase
from p88console.ui.screens.readsheet import ReadSheet


class PersonSheet(ReadSheet[PersonStory]):
    """Opens on a person and stays true to them while the work goes on."""

    BINDINGS = bindings("person")
    scope = "person"
    broad = True
    source = "person"
    what = "the person's story"
    topics = frozenset({"participants", "results", "events", "accounts", "inbox"})

    def __init__(self, outlook: Outlook, participant_id: int) -> None:
        super().__init__(outlook)
        self._participant_id = participant_id

    async def ask(self) -> PersonStory:
        """The person as known now."""
        return await self.outlook.desk.people.story(self._participant_id)

    @property
    def heading(self) -> str:
        """Bib and name."""
        return person_title(self.answer) if self.answer else "…"

    def told(self, story: PersonStory, width: int) -> Sequence[Phrase]:
        """The whole story."""
        return story_lines(story, self.outlook.moment, width)
