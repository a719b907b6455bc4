"""One person's whole story, from wherever they are met."""

from __future__ import annotations

from collections.abc import Sequence

from p88console.store.windows.roster_rows import PersonStory
from p88console.ui.action import Situation
from p88console.ui.actions import bindings, obstacle
from p88console.ui.outlook import Outlook
from p88console.ui.person_text import person_title, story_lines
from p88console.ui.phrase import Phrase
from p88console.ui.screens.editing import Editing
from p88console.ui.screens.errand import run_errand
from p88console.ui.screens.readsheet import ReadSheet


class PersonSheet(Editing, ReadSheet[PersonStory]):
    """Opens on a person and stays true to them while the work goes on."""

    BINDINGS = bindings("person", "people", "hand")
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

    def subjects(self) -> Sequence[int]:
        """This person."""
        return [self._participant_id] if self.answer else []

    def situation(self) -> Situation:
        """Whether they can be changed."""
        return Situation(
            read_only=self.outlook.desk.read_only, rows=1, somebody=self.answer is not None
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  the framework's signature
        """Keys that do not apply just now are grey."""
        scopes = ("person", "people", "hand")
        return None if obstacle(scopes, action, self.situation()) else True

    def action_undo(self) -> None:
        """Take back the newest change."""
        run_errand(self, self.outlook, "take anything back", self.outlook.desk.undo)

    def told(self, story: PersonStory, width: int) -> Sequence[Phrase]:
        """The whole story."""
        return story_lines(story, self.outlook.moment, width)
