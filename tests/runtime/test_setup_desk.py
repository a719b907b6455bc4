"""Setting up from the console over real providers: a sign-in is tried before it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from p88console.domain.doctor import Level
from p88console.domain.errors import ProviderFault, UsageFault
from p88console.domain.model import Provider
from p88console.runtime.desk import RuntimeDesk
from p88console.runtime.desks.setup import RuntimeSetup
from p88console.store.tenancy import tenants
from p88console.store.windows.setup_rows import AccountWish, SetupRow, Thing
from tests.engine.conftest import RaceDay


def wish(race_day: RaceDay, **secrets: str) -> AccountWish:
    """Race Roster as the sandbox serves it, signed in at with these secrets in place of its own."""
    told = race_day.sandbox.description()[Provider.RACEROSTER.value]
    return AccountWish(
        "Practice Timing",
        Provider.RACEROSTER,
        told["secrets"] | secrets,
        label="Second desk",
        base_url=told["base_url"],
        options=told["options"],
    )


async def row(setup: RuntimeSetup, thing: Thing, name: str = "") -> SetupRow:
    """The newest thing of a kind, by its name where that matters."""
    return [one for one in await setup.rows() if one.thing is thing and one.name.startswith(name)][
        -1
    ]


async def test_a_refused_sign_in_is_not_kept(race_day: RaceDay) -> None:
    setup = RuntimeDesk(race_day.runtime).setup
    before = await race_day.runtime.db.read(tenants.accounts)
    with pytest.raises(ProviderFault):
        await setup.add_account(wish(race_day, client_secret="wrong", password="wrong"))
    assert await race_day.runtime.db.read(tenants.accounts) == before


async def test_an_account_that_works_reads_its_events(race_day: RaceDay) -> None:
    setup = RuntimeDesk(race_day.runtime).setup
    told = await setup.add_account(wish(race_day))
    assert told.startswith("Second desk works: ")
    account = await row(setup, Thing.ACCOUNT, "Second desk")
    assert (account.provider, dict(account.told)["Secrets"]) == (
        Provider.RACEROSTER,
        "in the keyring of this machine",
    )
    assert "already reading events" in await setup.discover(account.key)
    assert "out of use" in await setup.remove(account.key)
    assert account.id not in {one.id for one in await setup.rows()}


async def test_a_link_is_made_and_told(race_day: RaceDay) -> None:
    setup = RuntimeDesk(race_day.runtime).setup
    event = await row(setup, Thing.EVENT)
    scoring = next(one for one in await setup.rows() if one.provider is Provider.COPERNICO)
    assert event.state == "linked"
    with pytest.raises(UsageFault, match="no race map"):
        await setup.link(event.key, scoring.key, "anything", "10K")
    with pytest.raises(ProviderFault):
        await setup.link(event.key, scoring.key, "no-such-event", "")


async def test_the_page_and_a_backup_are_to_be_had(race_day: RaceDay, tmp_path: Path) -> None:
    setup = RuntimeDesk(race_day.runtime).setup
    assert {check.level for check in await setup.doctor()} >= {Level.OK}
    with pytest.raises(UsageFault):
        await setup.check_backup(str(tmp_path / "nothing.db"))
    if race_day.home.shared:
        return
    told = await setup.backup()
    made = told.partition(" are in ")[2]
    assert await setup.check_backup(made) == made
