"""Edits of people by hand: any field, a bib, a swap, a walk-up; in force at once, sent after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from textual.screen import Screen

from p88console.domain.errors import StoreLost
from p88console.domain.fields import FIELDS
from p88console.store.windows.roster_rows import PersonStory
from p88console.ui.outlook import STORE, Outlook
from p88console.ui.people_words import field_label
from p88console.ui.person_text import person_title
from p88console.ui.phrase import visible
from p88console.ui.screens.dialogs import Ask
from p88console.ui.screens.errand import run_errand
from p88console.ui.screens.form import Entry, Form

ABOUT = {
    "race_id": "the race by its name; → completes it",
    "bib": "as it is printed, letters and zeros too; nothing takes it away",
    "gender": "F, M or X, or nothing",
    "birth_date": "YYYY-MM-DD",
    "status": "active, or withdrawn",
}
WALK_UP = ("race_id", "first_name", "last_name", "bib", "gender", "birth_date", "email", "phone")
STATUSES = ("active", "withdrawn")


class Editing(Screen[None]):
    """A screen on which people can be changed; a subclass says who is meant."""

    outlook: Outlook

    def subjects(self) -> Sequence[int]:
        """The people that an edit is about, by their ids."""
        raise NotImplementedError

    def edited(self) -> None:
        """An edit was carried out."""

    def action_edit(self) -> None:
        """Change any field."""
        self._open(("race_id", *(one for one in FIELDS if one != "race_id"), "status"))

    def action_bib(self) -> None:
        """Give a bib."""
        self._open(("bib",))

    def _open(self, names: Sequence[str]) -> None:
        subjects = self.subjects()

        async def opened() -> None:
            story = await self._story_of("edit", subjects[0])
            if story is not None:
                self._fill_in(story, names)

        if subjects:
            self.run_worker(opened(), group="form", exit_on_error=False)

    async def _story_of(self, what: str, participant_id: int) -> PersonStory | None:
        """Somebody as they stand, or while the database is away, as they were read last."""
        people, outlook = self.outlook.desk.people, self.outlook
        known = people.remembered(participant_id)
        if known is not None and outlook.faults.has(STORE):
            return known

        async def asked() -> PersonStory:
            try:
                return await people.story(participant_id)
            except StoreLost:
                if known is None:
                    raise
                return known

        return await outlook.act(what, asked)

    def _fill_in(self, story: PersonStory, names: Sequence[str]) -> None:
        entries = [_entry(name, _standing(story, name), story.races) for name in names]
        before = {entry.name: entry.value for entry in entries}
        people = self.outlook.desk.people

        async def send(values: Mapping[str, str]) -> str:
            changed = {name: text for name, text in values.items() if text != before[name]}
            if not changed:
                return "nothing was changed"
            return await people.edit(story.id, changed, story.newest_change)

        self._ask(Form(person_title(story), entries, send))

    def action_swap(self) -> None:
        """Let two people wear each other's bib."""
        subjects, people = self.subjects(), self.outlook.desk.people
        if len(subjects) == 2:
            self.run_worker(self._swap_both(*subjects), group="form", exit_on_error=False)
        elif len(subjects) == 1:
            first = subjects[0]

            async def send(values: Mapping[str, str]) -> str:
                return await people.swap(first, await people.wearer(first, values["bib"].strip()))

            entry = Entry("bib", "With bib", about="the bib that the other one wears now")
            self._ask(Form("Swap bibs", [entry], send))

    async def _swap_both(self, first: int, second: int) -> None:
        people = self.outlook.desk.people
        one, other = await self._story_of("swap", first), await self._story_of("swap", second)
        if one is None or other is None:
            return

        def answered(yes: bool | None) -> None:  # noqa: FBT001  the framework's callback
            if yes:
                swap = lambda: people.swap(first, second)  # noqa: E731  a deferred call
                run_errand(self, self.outlook, "swap bibs", swap, then=self.edited)

        names = [person_title(one), person_title(other)]
        self.app.push_screen(Ask("Swap their bibs?", names, things=("person", "people")), answered)

    def action_walk_up(self) -> None:
        """Register somebody here."""
        event_id, people = self.outlook.event_id, self.outlook.desk.people
        if event_id is None:
            return

        async def opened() -> None:
            races = await self.outlook.act("register", lambda: people.races(event_id))
            if races is not None:
                first = races[0] if len(races) == 1 else ""
                entries = [
                    _entry(name, first if name == "race_id" else "", races) for name in WALK_UP
                ]
                self._ask(Form(f"Walk-up · {self.outlook.event_name}", entries, send))

        async def send(values: Mapping[str, str]) -> str:
            typed = {name: text for name, text in values.items() if text.strip()}
            return await people.add(event_id, typed)

        self.run_worker(opened(), group="form", exit_on_error=False)

    def _ask(self, form: Form) -> None:
        def done(answer: str | None) -> None:
            if answer is not None:
                self.notify(visible(answer), markup=False)
                self.edited()

        self.app.push_screen(form, done)


def _standing(story: PersonStory, name: str) -> str:
    """A field as it is to be edited."""
    if name == "race_id":
        return story.race_name or ""
    value = story.fields.get(name)
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def _entry(name: str, value: str, races: Sequence[str]) -> Entry:
    offers = {"race_id": races, "status": STATUSES, "gender": ("F", "M", "X")}.get(name, ())
    label = field_label(name).capitalize()
    return Entry(name, label, value, ABOUT.get(name, ""), offers=offers)
