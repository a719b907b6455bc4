"""What the Setup room asks: what is set up, and everything that sets something up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from p88console.domain.doctor import Check
from p88console.store.windows.setup_rows import AccountWish, SetupRow


class SetupDesk(Protocol):
    """Partners, accounts, events and links."""

    async def rows(self) -> Sequence[SetupRow]:
        """Everything that is set up: accounts, then events, then partners."""
        ...

    async def add_partner(self, name: str) -> str:
        """Add a timing partner; says what it did."""
        ...

    async def add_account(self, wish: AccountWish) -> str:
        """Add an account, try it with one harmless call, and read its events; says how it went."""
        ...

    async def renew(self, account_id: int, secrets: Mapping[str, str]) -> str:
        """Give an account other secrets and try them; says how it went."""
        ...

    async def test(self, account_id: int) -> str:
        """Make one harmless call; says what was told."""
        ...

    async def remove(self, account_id: int) -> str:
        """Take an account out of use and forget its secrets; says what it did."""
        ...

    async def discover(self, account_id: int) -> str:
        """Queue the reading of an account's events; says what it did."""
        ...

    async def link(self, event_id: int, account_id: int, remote: str, races: str) -> str:
        """Tie an event to a scoring event; `races` maps them as `HERE=THERE, …`."""
        ...

    async def doctor(self) -> Sequence[Check]:
        """The go / no-go page, everybody asked at this moment."""
        ...

    async def backup(self) -> str:
        """Copy the database into one file; says where it is."""
        ...

    async def check_backup(self, file: str) -> str:
        """The path of a sound backup. Raises a fault for anything else."""
        ...
