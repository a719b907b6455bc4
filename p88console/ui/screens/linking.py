"""Tying an event to scoring: one of the events that are known there, or one whose id is typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from p88console.domain.errors import UsageFault
from p88console.store.windows.setup_rows import SetupRow, Thing
from p88console.ui.format import provider_title
from p88console.ui.screens.form import Entry, Form
from p88console.ui.screens.pick import Choice, Pick
from p88console.ui.screens.starting import Starting

TYPED = -1
"""The choice of an event that is not among those that are known."""


class Linking(Starting):
    """A screen whose cursor may be on an event that is tied to scoring."""

    rows: Sequence[SetupRow]

    @property
    def current(self) -> SetupRow | None:
        """The thing under the cursor."""
        raise NotImplementedError

    def action_link(self) -> None:
        """Tie an event to a scoring event."""
        event, scoring = self.current, self._scoring()
        if event is None:
            return
        known = [
            row
            for row in self.rows
            if row.thing is Thing.EVENT and row.account_id in scoring and row is not event
        ]
        if not known:
            self._ask_for_link(event, scoring)
            return

        def chosen(place: int | None) -> None:
            if place is not None:
                self._ask_for_link(event, scoring, None if place == TYPED else known[place])

        choices = [
            Choice(place, row.name, row.remote_id, scoring[row.account_id or 0])
            for place, row in enumerate(known)
        ]
        other = Choice(TYPED, "another one", about="its id is typed")
        self.app.push_screen(Pick(f"Link {event.name} to", [*choices, other]), chosen)

    def _scoring(self) -> Mapping[int, str]:
        """The names of the accounts that score, by their ids."""
        return {
            row.key: account_words(row)
            for row in self.rows
            if row.thing is Thing.ACCOUNT and row.provider and not row.provider.registers
        }

    def _ask_for_link(
        self, event: SetupRow, scoring: Mapping[int, str], there: SetupRow | None = None
    ) -> None:
        async def send(values: Mapping[str, str]) -> str:
            typed = values["account"].strip().casefold()
            keys = {name.casefold(): key for key, name in scoring.items()}
            if typed not in keys:
                told = "; ".join(scoring.values()) or "none yet: a adds one"
                raise UsageFault("choose a scoring account", f"scoring accounts: {told}")
            setup = self.outlook.desk.setup
            return await setup.link(event.key, keys[typed], values["remote"], values["races"])

        names = list(scoring.values())
        account = names[0] if len(names) == 1 else ""
        if there is not None:
            account = scoring[there.account_id or 0]
        entries = [
            Entry("account", "Scoring account", account, about="; ".join(names), offers=names),
            Entry(
                "remote",
                "Event there",
                there.remote_id if there else "",
                about=there.name if there else "its id at the scoring system",
            ),
            Entry("races", "Races", about="only where names differ: HERE=THERE, HERE=THERE"),
        ]
        self.ask(Form(f"Link {event.name}", entries, send))


def account_words(row: SetupRow) -> str:
    """An account's provider, with its label where that says more."""
    title = provider_title(row.provider or "")
    return title if row.name == title else f"{title} {row.name}"
