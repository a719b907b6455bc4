"""The setup on stage: two accounts, an event that is linked and one that is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from p88console.domain.doctor import Check, Level
from p88console.domain.model import Provider
from p88console.store.windows.setup_rows import AccountWish, SetupRow, Thing
from tests.ui.cast import LAKESIDE, Answers


def set_up() -> list[SetupRow]:
    """What a timing company has set up the evening before."""
    partner = ("Partner", "Midwest Timing")
    keyring = ("Secrets", "in the keyring of this machine")
    return [
        SetupRow(
            Thing.ACCOUNT,
            1,
            "RunSignUp",
            Provider.RUNSIGNUP,
            "ok",
            "Midwest Timing",
            (partner, ("Host", "the provider's own"), ("Clock", "+0.3 s from ours"), keyring),
        ),
        SetupRow(
            Thing.ACCOUNT,
            2,
            "Lakeside",
            Provider.HAKU,
            "held",
            "Midwest Timing",
            (partner, ("Held", "Haku does not accept this sign-in"), keyring),
        ),
        SetupRow(
            Thing.ACCOUNT,
            4,
            "Finish tent",
            Provider.COPERNICO,
            "ok",
            "Midwest Timing",
            (partner, ("Calls left", "2,870 this hour"), keyring),
        ),
        SetupRow(
            Thing.EVENT,
            1,
            LAKESIDE,
            Provider.RUNSIGNUP,
            "linked",
            "→ Copernico",
            (
                ("Account", "RunSignUp"),
                ("There", "114022"),
                ("Zone", "America/Chicago"),
                ("Race", "Half Marathon, gun Sat 17 Oct 07:00 CDT"),
                ("Race", "5K, gun Sat 17 Oct 07:30 CDT"),
                ("Linked to", "Copernico · Lakeside 2026"),
                ("", "Half Marathon = Half"),
                ("Not mapped", "5K"),
            ),
        ),
        SetupRow(
            Thing.EVENT,
            2,
            "Harbor 10",
            Provider.RACEROSTER,
            "unlinked",
            told=(("Race", "10 miles, gun unknown"),),
        ),
        SetupRow(Thing.PARTNER, 1, "Midwest Timing", about="3 accounts"),
    ]


def page() -> list[Check]:
    """A morning with one thing to mend."""
    return [
        Check("keyring", Level.OK, "keeps secrets"),
        Check("disk", Level.OK, "81 GB free"),
        Check("account 1 (RunSignUp)", Level.OK, "event list readable, clock +0.3 s"),
        Check(
            "account 2 (Lakeside)",
            Level.FAILING,
            "Haku does not accept this sign-in",
            "give it other secrets: p88console account secrets 2",
        ),
        Check("sleep", Level.WARNING, "this laptop sleeps after 10 min", "let it stay awake"),
        Check(f"races of {LAKESIDE}", Level.UNKNOWN, "5K is mapped to none at Copernico"),
    ]


@dataclass
class StageSetup:
    """Things over a plain list; whatever is set up is only written down."""

    answer: Answers
    things: Sequence[SetupRow] = ()
    checks: Sequence[Check] = ()

    async def rows(self) -> Sequence[SetupRow]:
        return await self.answer("setup.rows", lambda: self.things)

    async def add_partner(self, name: str) -> str:
        return await self.answer("setup.add_partner", lambda: f"{name} is added", name)

    async def add_account(self, wish: AccountWish) -> str:
        return await self.answer("setup.add_account", lambda: "RunSignUp works", wish)

    async def renew(self, account_id: int, secrets: Mapping[str, str]) -> str:
        return await self.answer("setup.renew", lambda: "works again", account_id, dict(secrets))

    async def test(self, account_id: int) -> str:
        return await self.answer("setup.test", lambda: "12 events readable", account_id)

    async def remove(self, account_id: int) -> str:
        return await self.answer("setup.remove", lambda: "out of use", account_id)

    async def discover(self, account_id: int) -> str:
        return await self.answer("setup.discover", lambda: "reading events as #9", account_id)

    async def link(self, event_id: int, account_id: int, remote: str, races: str) -> str:
        return await self.answer(
            "setup.link", lambda: "linked", event_id, account_id, remote, races
        )

    async def doctor(self) -> Sequence[Check]:
        return await self.answer("setup.doctor", lambda: self.checks)

    async def backup(self) -> str:
        return await self.answer("setup.backup", lambda: "8,120 rows are in backup.db")

    async def check_backup(self, file: str) -> str:
        return await self.answer("setup.check_backup", lambda: file, file)
