"""The three ways on from a console with nothing configured, and the guided way of an account."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual.screen import Screen

from p88console.domain.model import Provider
from p88console.domain.signins import SIGN_INS, SignIn, Told
from p88console.store.windows.setup_rows import AccountWish, Thing
from p88console.ui.format import provider_title
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import visible
from p88console.ui.screens.form import Entry, Form
from p88console.ui.screens.pick import Choice, Pick

PRACTICE, RESTORE = "practice", "restore"
"""What the console is left for; see `Outlook.leave_for`."""

PROVIDERS = tuple(Provider)
OTHER_HOST = "only for a test host or a practice provider: scheme, host and port"


class Starting(Screen[None]):
    """A screen from which accounts are added and other homes are opened."""

    outlook: Outlook

    def set_up(self) -> None:
        """Something was set up."""

    def action_practice(self) -> None:
        """Leave for a practice race; the console opens again after it."""
        self.outlook.leave_for = (PRACTICE,)
        self.app.exit()

    def action_open(self) -> None:
        """Leave for a backup, once it is known to be sound."""
        setup = self.outlook.desk.setup
        found: list[str] = []

        async def send(values: Mapping[str, str]) -> str:
            found.append(await setup.check_backup(values["file"]))
            return "the backup is sound; opening it …"

        def done(answer: str | None) -> None:
            if answer is not None:
                self.outlook.leave_for = (RESTORE, found[-1])
                self.app.exit()

        entry = Entry("file", "File", about="the path of a backup; what is here stays empty")
        self.app.push_screen(Form("Open a backup", [entry], send), done)

    def action_account(self) -> None:
        """Add an account: where, how it signs in, and its secrets; then a test call."""

        def chosen(place: int | None) -> None:
            if place is not None:
                self._way_of(PROVIDERS[place])

        choices = [
            Choice(place, one.title, about="registration" if one.registers else "scoring")
            for place, one in enumerate(PROVIDERS)
        ]
        self.app.push_screen(Pick("Add an account at", choices), chosen)

    def _way_of(self, provider: Provider) -> None:
        ways = SIGN_INS[provider]

        def chosen(place: int | None) -> None:
            if place is not None:
                self.run_worker(self._fill_in(provider, ways[place]), exit_on_error=False)

        if len(ways) == 1:
            chosen(0)
        else:
            choices = [Choice(place, way.name) for place, way in enumerate(ways)]
            self.app.push_screen(Pick(f"Sign in at {provider.title} by", choices), chosen)

    async def _fill_in(self, provider: Provider, way: SignIn) -> None:
        setup = self.outlook.desk.setup
        rows = await self.outlook.act("add an account", setup.rows)
        if rows is None:
            return
        partners = [row.name for row in rows if row.thing is Thing.PARTNER]

        async def send(values: Mapping[str, str]) -> str:
            return await setup.add_account(
                AccountWish(
                    values["partner"],
                    provider,
                    _typed(values, way.secrets),
                    values["label"],
                    values["base_url"],
                    _typed(values, way.options),
                )
            )

        self.ask(Form(f"{provider.title} · {way.name}", _entries(way, partners), send))

    def ask(self, form: Form, then: Callable[[], None] = lambda: None) -> None:
        """Open a form, and tell what came of it."""

        def done(answer: str | None) -> None:
            if answer is not None:
                self.notify(visible(answer), markup=False)
                self.set_up()
                then()

        self.app.push_screen(form, done)

    def renew_secrets(self, account_id: int, provider: Provider, name: str) -> None:
        """Give an account other secrets, whichever way it signs in."""
        setup, asked = self.outlook.desk.setup, _all_secrets(provider)

        async def send(values: Mapping[str, str]) -> str:
            return await setup.renew(account_id, _typed(values, asked))

        entries = [_secret(one) for one in asked]
        self.ask(Form(f"Secrets of {name} at {provider_title(provider)}", entries, send))


def _entries(way: SignIn, partners: Sequence[str]) -> Sequence[Entry]:
    return [
        Entry(
            "partner",
            "Timing partner",
            partners[0] if len(partners) == 1 else "",
            about="the timing company whose account it is",
            offers=partners,
        ),
        *(_secret(one) for one in way.secrets),
        Entry("label", "Label", about="what to call it on screen; the provider's name by default"),
        *(Entry(one.name, one.label, about=one.about) for one in way.options),
        Entry("base_url", "Another host", about=OTHER_HOST),
    ]


def _secret(asked: Told) -> Entry:
    about = asked.about or "goes to the keyring, is never shown"
    return Entry(asked.name, asked.label, about=about, secret=True)


def _all_secrets(provider: Provider) -> Sequence[Told]:
    return tuple({one.name: one for way in SIGN_INS[provider] for one in way.secrets}.values())


def _typed(values: Mapping[str, str], asked: Sequence[Told]) -> Mapping[str, str]:
    return {one.name: values[one.name].strip() for one in asked if values[one.name].strip()}
