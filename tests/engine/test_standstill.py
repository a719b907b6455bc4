"""A database that cannot be written keeps the engine waiting, says why, and lets it go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import pytest

from p88console.domain.errors import StoreLost
from p88console.domain.jobs import Operator
from p88console.domain.model import Provider
from p88console.engine.engine import Engine
from p88console.engine.worker import LEASE_S
from p88console.runtime import operators
from p88console.store.database.db import Database, Reading
from p88console.store.database.soundness import damaged
from p88console.store.people import lists as people
from p88console.store.work import ledger, queue
from p88console.system.home import Home
from tests.engine.conftest import RUNNERS, RaceDay, race_day_at
from tests.engine.test_engine import wait_for
from tests.support.faultline import Weather

P = ParamSpec("P")
T = TypeVar("T")


@pytest.fixture
async def on_a_file(tmp_path: Path) -> AsyncIterator[RaceDay]:
    """A race day whose database is a file of this machine."""
    async with race_day_at(Home(tmp_path)) as day:
        yield day


async def pragma(race_day: RaceDay, words: str) -> None:
    """Bend the connection that writes, as the machine bends it, between two of its writes."""
    db = race_day.runtime.db

    def bend() -> None:
        connection = db._backend.writer.raw_connection()
        connection.execute(f"PRAGMA {words}")
        connection.close()

    await asyncio.get_running_loop().run_in_executor(db._writes, bend)


@asynccontextmanager
async def read_only(race_day: RaceDay) -> AsyncIterator[None]:
    """The file may only be read."""
    await pragma(race_day, "query_only = ON")
    yield
    await pragma(race_day, "query_only = OFF")


@asynccontextmanager
async def locked(race_day: RaceDay) -> AsyncIterator[None]:
    """Another program sits on the file."""
    await pragma(race_day, "busy_timeout = 50")
    other = Database(race_day.home.database)
    with other.writer():
        yield
    other.close()


class Breaking(Database):
    """A database whose line breaks under the first look at whether it is sound."""

    broke = False

    async def read(
        self, work: Callable[Concatenate[Reading, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if work is damaged and not self.broke:
            self.broke = True
            raise StoreLost("the shared database cannot be reached")
        return await super().read(work, *args, **kwargs)


async def test_a_line_that_breaks_as_the_engine_begins_does_not_end_it(
    on_a_file: RaceDay,
) -> None:
    runtime = on_a_file.runtime
    db = Breaking(runtime.db.where)
    engine = Engine(replace(runtime.shop, db=db), runtime.engine.rhythm)
    assert await engine.start()

    async def goes_on() -> bool:
        return db.broke and engine.standstill.fault is None

    await wait_for(goes_on, "the engine to go on")
    assert engine.running
    assert engine.fault is None
    await engine.stop()
    db.close()


@pytest.mark.parametrize(
    ("fault", "title"),
    [
        (read_only, "the database may only be read"),
        (locked, "another program keeps the database locked"),
    ],
)
async def test_an_engine_waits_for_its_database_and_goes_on_by_itself(
    on_a_file: RaceDay, fault: type, title: str
) -> None:
    """D21."""
    race_day = on_a_file
    engine = race_day.runtime.engine
    await race_day.pull()
    async with fault(race_day):
        assert await engine.start()

        async def waits() -> bool:
            return engine.standstill.fault is not None

        await wait_for(waits, "the engine to wait")
        assert engine.standstill.fault is not None
        assert engine.standstill.fault.title == title
        assert engine.standstill.since == race_day.clock.now()
        assert (engine.running, engine.fault) == (True, None)
        assert await race_day.runtime.db.read(queue.find) != []  # reading goes on

    async def verified() -> bool:
        states = await race_day.runtime.db.read(ledger.state_counts)
        return states.get("verified") == RUNNERS

    await wait_for(verified, "everybody verified")
    assert engine.standstill.fault is None
    await engine.stop()


async def test_what_was_sent_and_could_not_be_written_down_is_read_back_first(
    on_a_file: RaceDay,
) -> None:
    """D21."""
    race_day = on_a_file
    await race_day.pull()
    engine = race_day.runtime.engine
    race_day.copernico.hits, race_day.copernico.weather = "race-registrations", Weather.MUTE
    assert await engine.start()

    async def sent() -> bool:
        there: int = (await race_day.ledger(Provider.COPERNICO))["rows_written"]
        return there == RUNNERS

    await wait_for(sent, "everybody sent, nothing heard")
    async with read_only(race_day):
        race_day.copernico.weather = Weather.FAIR

        async def waits() -> bool:
            return engine.standstill.fault is not None

        await wait_for(waits, "the engine to wait")
    race_day.clock.step(LEASE_S + 1)

    async def verified() -> bool:
        states = await race_day.runtime.db.read(ledger.state_counts)
        return states.get("verified") == RUNNERS

    await wait_for(verified, "everybody verified")
    await engine.stop()
    books = await race_day.ledger(Provider.COPERNICO)
    assert books["rows_written"] == len(books["athletes"]) == RUNNERS


@pytest.mark.parametrize("fault", [read_only, locked])
async def test_an_edit_that_no_database_takes_is_refused_for_what_it_is(
    on_a_file: RaceDay, fault: Callable[[RaceDay], AbstractAsyncContextManager[None]]
) -> None:
    """D21."""
    runtime, who = on_a_file.runtime, Operator("tester", "cli")
    await on_a_file.pull()
    person = (await runtime.db.read(people.participants, on_a_file.event_id))[0].row
    async with fault(on_a_file):
        with pytest.raises(StoreLost):
            await operators.edit(runtime, who, person["id"], {"phone": "555"})
    await operators.edit(runtime, who, person["id"], {"phone": "555"})
