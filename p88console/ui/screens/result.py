"""One result whole: for those that no registration answers to."""

from __future__ import annotations

from collections.abc import Sequence

from p88console.store.windows.result_rows import StandingStory
from p88console.ui.actions import bindings
from p88console.ui.outlook import Outlook
from p88console.ui.people_words import spoken_name
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, wrap
from p88console.ui.result_text import result_lines, revision_lines, split_lines
from p88console.ui.screens.readsheet import ReadSheet


class ResultSheet(ReadSheet[StandingStory]):
    """Opens on a result and stays true to it."""

    BINDINGS = bindings("person")
    scope = "person"
    source = "result"
    what = "the result"
    topics = frozenset({"results", "participants"})

    def __init__(self, outlook: Outlook, result_id: int) -> None:
        super().__init__(outlook)
        self._result_id = result_id

    async def ask(self) -> StandingStory:
        """The result as it is now."""
        return await self.outlook.desk.standings.result(self._result_id)

    @property
    def heading(self) -> str:
        """Bib and name as scoring has them."""
        if self.answer is None:
            return "…"
        standing = self.answer.standing
        name = spoken_name(standing.get("first_name"), standing.get("last_name"))
        return f"{standing.get('bib') or 'no bib'}  {name}"

    def told(self, story: StandingStory, width: int) -> Sequence[Phrase]:
        """Whose it may be, then the standing, its splits, and what moved."""
        lines: list[Phrase] = []
        if story.standing.get("participant_id") is None:
            why = f"probably: {story.suggestion}" if story.suggestion else "nobody comes near it"
            told = (Piece("▲ nobody registered answers to it; ", Tone.HELD), Piece(why))
            lines += [*wrap(told, width, 2), NOTHING]
        title = f"{story.race_name or 'no race'} · {story.event_name}"
        return [
            *lines,
            *result_lines(title, story.standing, story.provider, width),
            *split_lines(story.standing),
            *revision_lines(story.revisions, self.outlook.moment, width),
        ]
