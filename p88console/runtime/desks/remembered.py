"""People as they were read last, for whoever edits while the shared database is away."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from p88console.domain.fields import FIELDS
from p88console.store.windows.roster_rows import PersonStory, RosterRow

MOST_ROWS, MOST_STORIES = 5_000, 200
"""How many are remembered, those read last."""


class Remembered:
    """What the Roster and its cards showed: whole stories, and the rows of lists."""

    def __init__(self) -> None:
        self._rows: OrderedDict[int, RosterRow] = OrderedDict()
        self._stories: OrderedDict[int, PersonStory] = OrderedDict()
        self._races: dict[int, Sequence[str]] = {}

    def keep_rows(self, rows: Sequence[RosterRow]) -> None:
        """Remember a page of a list."""
        self._rows.update((row.id, row) for row in rows)
        for row in rows:
            self._rows.move_to_end(row.id)
        while len(self._rows) > MOST_ROWS:
            self._rows.popitem(last=False)

    def keep_story(self, story: PersonStory) -> None:
        """Remember a person whole."""
        self._stories[story.id] = story
        self._stories.move_to_end(story.id)
        self._races[story.event_id] = story.races
        if len(self._stories) > MOST_STORIES:
            self._stories.popitem(last=False)

    def keep_races(self, event_id: int, races: Sequence[str]) -> None:
        """Remember an event's races."""
        self._races[event_id] = races

    def person(self, participant_id: int) -> PersonStory | None:
        """Somebody as last read; from a list's row alone with blanks where it showed nothing."""
        story = self._stories.get(participant_id)
        if story is None and (row := self._rows.get(participant_id)) is not None:
            return self._from_row(row)
        return story

    def races(self, event_id: int) -> Sequence[str]:
        """The names of an event's races, as far as they were seen."""
        seen = {row.race_name for row in self._rows.values() if row.event_id == event_id}
        return self._races.get(event_id) or sorted(name for name in seen if name)

    def of_event(self, event_id: int) -> list[RosterRow]:
        """Everybody of an event who was seen in a list."""
        return [row for row in self._rows.values() if row.event_id == event_id]

    def _from_row(self, row: RosterRow) -> PersonStory:
        shown = {name: getattr(row, name, None) for name in (*FIELDS, "status")}
        return PersonStory(
            id=row.id,
            event_id=row.event_id,
            fields=shown,
            raw={},
            provider=row.provider,
            account_label="",
            event_name=row.event_name,
            timezone="UTC",
            gun_at=None,
            race_name=row.race_name,
            systems=(),
            results=(),
            changes=(),
            races=tuple(self.races(row.event_id)),
            newest_change=row.changed_at,
        )
