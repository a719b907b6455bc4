"""Several laptops on one PostgreSQL: who works on what, who leads, and who is cut off."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from sqlalchemy.engine import make_url

from p88console.domain.errors import StoreLost
from p88console.domain.jobs import JobState, Trigger
from p88console.domain.model import Provider
from p88console.engine import timetable
from p88console.engine.owners import new_owner
from p88console.engine.scheduler import _carry_out
from p88console.engine.worker import Worker
from p88console.runtime import syncs
from p88console.runtime.runtime import Runtime, open_runtime
from p88console.store.tenancy import tenants
from p88console.store.work import engines, history, ledger, queue
from p88console.system.home import Home
from p88console.system.settings import Settings, checked
from p88console.system.vault import MemoryVault, Vault
from tests.engine.conftest import RUNNERS, RaceDay
from tests.support.cable import Cable
from tests.support.faultline import Weather

pytestmark = pytest.mark.parametrize("where", ["postgresql"], indirect=True)

SILENCE_S = 2.0
SETTINGS = checked(Settings, {"engine": {"silence": f"{SILENCE_S:g} s"}})


@asynccontextmanager
async def laptop(
    race_day: RaceDay, name: str, *, vault: Vault | None = None, cable: Cable | None = None
) -> AsyncIterator[Runtime]:
    """Another laptop on the same database and providers, whose leases run by the server's clock."""
    assert race_day.home.shared is not None
    address = make_url(race_day.home.shared)
    if cable is not None:
        address = address.set(port=cable.port)
    home = Home(race_day.home.folder / name, address.render_as_string(hide_password=False))
    vault = vault or race_day.runtime.vault
    async with open_runtime(home, clock=race_day.clock, vault=vault, settings=SETTINGS) as runtime:
        yield runtime


@asynccontextmanager
async def cable_to(race_day: RaceDay) -> AsyncIterator[Cable]:
    assert race_day.home.shared is not None
    server = make_url(race_day.home.shared)
    async with Cable(str(server.host), int(server.port or 0)) as cable:
        yield cable


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110  # other processes tell nobody in a test
            await asyncio.sleep(0.02)


async def leader(race_day: RaceDay) -> str | None:
    living = await race_day.runtime.db.read(engines.living)
    return living[0].owner if living else None


async def test_four_engines_share_the_day_and_do_everything_once(race_day: RaceDay) -> None:
    """D17."""
    async with AsyncExitStack() as stack:
        laptops = [
            await stack.enter_async_context(laptop(race_day, f"laptop{number}"))
            for number in range(4)
        ]
        for one in laptops:
            assert await one.engine.start()

        async def verified() -> bool:
            states = await race_day.runtime.db.read(ledger.state_counts)
            return states.get("verified") == RUNNERS

        await until(verified)
        leads = [await one.db.read(engines.leads, one.engine.owner) for one in laptops]
        assert leads.count(True) == 1
        for one in laptops:
            await one.engine.stop()
    attempts = await race_day.runtime.db.read(history.attempts)
    assert {row.state for row in attempts} == {"completed"}
    done = Counter((row.job_id, row.attempt) for row in attempts)
    assert set(done.values()) == {1}
    books = await race_day.ledger(Provider.COPERNICO)
    assert len({row["id"] for row in books["athletes"]}) == len(books["athletes"]) == RUNNERS
    assert books["rows_written"] == RUNNERS


async def test_a_laptop_without_the_secrets_leaves_the_work_to_one_that_has_them(
    race_day: RaceDay,
) -> None:
    event = await syncs.event_of(race_day.runtime, race_day.event_id)
    asked = await syncs.pull_participants(race_day.runtime, event, Trigger.OPERATOR)
    async with laptop(race_day, "bare", vault=MemoryVault()) as bare:
        worker = Worker(bare.shop, new_owner())
        await worker.run_only([asked.job_id])
        (job,) = await bare.db.read(queue.find, job_ids=[asked.job_id])
        assert (job.state, job.attempt) == (JobState.PENDING, 0)
        assert job.error is not None
        assert job.error["code"] == "keyring"
        assert await worker.claim() is None
        account = await bare.db.read(tenants.account, job.account_id)
        assert account.held_since is None
    async with laptop(race_day, "equipped") as equipped:
        await Worker(equipped.shop, new_owner()).run_only([asked.job_id])
        (job,) = await equipped.db.read(queue.find, job_ids=[asked.job_id])
    assert job.state is JobState.COMPLETED


@pytest.mark.parametrize("how", [Cable.hush, Cable.cut], ids=["silent", "broken"])
async def test_who_is_cut_off_in_mid_push_stops_and_another_finishes_once(
    race_day: RaceDay, how: Callable[[Cable], None]
) -> None:
    await race_day.pull()
    async with (
        cable_to(race_day) as cable,
        laptop(race_day, "cut off", cable=cable) as lost,
        laptop(race_day, "other") as other,
    ):
        race_day.copernico.weather, race_day.copernico.hits = Weather.HELD, "POST"
        worker = Worker(lost.shop, new_owner(), lease_s=SILENCE_S)
        event = await syncs.event_of(race_day.runtime, race_day.event_id)
        (asked,) = await syncs.push_participants(race_day.runtime, event, Trigger.OPERATOR)
        working = asyncio.create_task(worker.run_only([asked.job_id]))

        async def under_way() -> bool:
            return any("POST" in request for request in race_day.copernico.requests)

        await until(under_way)
        how(cable)
        race_day.copernico.weather = Weather.FAIR
        assert await other.engine.start()

        async def done() -> bool:
            (job,) = await other.db.read(queue.find, job_ids=[asked.job_id])
            return job.state is JobState.COMPLETED

        await until(done)
        race_day.copernico.released.set()  # what the first one sent arrives after all
        with pytest.raises(StoreLost):
            await asyncio.wait_for(working, 30)
        await other.engine.stop()
        attempts = await other.db.read(history.attempts, job_id=asked.job_id)
    states = [row.state for row in reversed(attempts)]
    assert set(states[:-1]) == {"abandoned"}  # a slow machine may miss a lease this short twice
    assert states[-1] == "completed"
    books = await race_day.ledger(Provider.COPERNICO)
    assert len({row["id"] for row in books["athletes"]}) == len(books["athletes"]) == RUNNERS


async def test_the_lead_passes_on_within_the_lease_when_the_leader_falls_silent(
    race_day: RaceDay,
) -> None:
    async with (
        cable_to(race_day) as cable,
        laptop(race_day, "first", cable=cable) as first,
        laptop(race_day, "second") as second,
    ):
        assert await first.engine.start()
        assert await second.engine.start()
        assert await leader(race_day) == first.engine.owner
        loop = asyncio.get_running_loop()
        cable.hush()
        began = loop.time()

        async def passed() -> bool:
            return await second.db.read(engines.leads, second.engine.owner)

        await until(passed)
        assert loop.time() - began < SILENCE_S * 1.5 + 10
        cable.mend()

        async def back() -> bool:
            return len(await second.db.read(engines.living)) == 2

        await until(back, 60)
        assert await leader(race_day) == second.engine.owner
        assert first.engine.fault is None
        assert first.engine.running


async def test_what_a_deposed_leader_found_due_is_not_queued_by_it(race_day: RaceDay) -> None:
    db, now = race_day.runtime.db, race_day.clock.now()
    async with laptop(race_day, "second") as second:
        found = await db.read(timetable.look, SETTINGS.cadence_of, now)
        assert found.due
        assert await second.engine._take() is not None
        assert await db.write(_carry_out, "the leader before", found, now) == 0
        assert await db.write(_carry_out, second.engine.owner, found, now) == len(found.due)
