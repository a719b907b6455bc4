"""A low battery is told and copied for in time; the machine stays awake while it matters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from p88console.domain.model import Provider
from p88console.domain.notices import NoticeKind
from p88console.domain.power import Battery, Power
from p88console.runtime.backups import last_copy, rolling
from p88console.runtime.power import LOOK_S, PowerWatch
from p88console.runtime.runtime import Runtime
from p88console.store.database import backup
from p88console.store.database.db import Database
from p88console.store.inbox import notices
from p88console.store.tenancy.events import events
from p88console.system.home import Home
from p88console.system.settings import Backups, checked
from tests.engine.conftest import RaceDay
from tests.support.clock import SteppedClock


class Machine:
    """A machine whose battery and sleep are at hand."""

    def __init__(self) -> None:
        self.battery: Battery | None = Battery(90, plugged=False)
        self.awake = False
        self.looks = 0

    def look(self) -> Battery | None:
        self.looks += 1
        return self.battery

    async def want(self, awake: bool) -> bool:  # noqa: FBT001  # the one thing that is wanted
        self.awake = awake
        return awake

    async def close(self) -> None:
        self.awake = False


def watch_of(
    runtime: Runtime, machine: Machine, copy: Callable[[], str | None] = lambda: None
) -> PowerWatch:
    return PowerWatch(
        runtime.db,
        runtime.clock,
        runtime.engine.rhythm,
        copy,
        look=machine.look,
        wakefulness=machine,
    )


async def told(runtime: Runtime) -> list[str]:
    found = await runtime.db.read(notices.standing)
    return [one.title for one in found if one.kind is NoticeKind.BATTERY]


async def test_a_low_battery_is_told_until_it_is_plugged_in(race_day: RaceDay) -> None:
    """D23."""
    runtime, machine = race_day.runtime, Machine()
    watch = watch_of(runtime, machine)
    await watch.mind()
    assert await told(runtime) == []
    machine.battery = Battery(18, plugged=False)
    await watch.mind()
    await watch.mind()
    assert await told(runtime) == ["the battery is at 18 %: plug it in"]
    machine.battery = Battery(18, plugged=True)
    await watch.mind()
    assert await told(runtime) == []


async def test_the_database_is_copied_once_before_the_battery_is_empty(
    race_day: RaceDay, tmp_path: Path
) -> None:
    """D23."""
    runtime, machine, stick = race_day.runtime, Machine(), tmp_path / "stick"
    stick.mkdir()
    settings = Backups(also_to=stick)
    watch = watch_of(runtime, machine, lambda: last_copy(runtime.home, runtime.clock, settings))
    for percent in (10, 9, 8):
        machine.battery = Battery(percent, plugged=False)
        await watch.mind()
    copies = list(stick.iterdir())
    if runtime.home.shared:
        assert not copies
        return
    (copied,) = copies
    backup.check(copied)
    (standing,) = [
        one for one in await runtime.db.read(notices.standing) if one.kind is NoticeKind.BATTERY
    ]
    assert str(copied) in standing.detail
    machine.battery = Battery(9, plugged=True)
    await watch.mind()
    machine.battery = Battery(9, plugged=False)
    await watch.mind()
    assert len(list(stick.iterdir())) == 2


async def test_a_stick_that_is_full_or_gone_costs_nothing_but_the_copy(
    race_day: RaceDay, tmp_path: Path
) -> None:
    runtime, machine = race_day.runtime, Machine()
    settings = Backups(also_to=tmp_path / "pulled out")
    watch = watch_of(runtime, machine, lambda: last_copy(runtime.home, runtime.clock, settings))
    machine.battery = Battery(5, plugged=False)
    await watch.mind()
    copies = list(runtime.home.backups.glob("battery-*.db"))
    assert len(copies) == (0 if runtime.home.shared else 1)
    assert len(await told(runtime)) == 1


async def test_it_stays_awake_while_something_is_unsent_or_a_race_is_on(race_day: RaceDay) -> None:
    """D1."""
    runtime, machine, clock = race_day.runtime, Machine(), race_day.clock
    watch = watch_of(runtime, machine)
    await race_day.pull()
    await watch.mind()
    assert (await watch.now()).kept_awake
    await race_day.push()
    await watch.mind()
    assert machine.awake  # its gun is near
    (event, *_) = await runtime.db.read(events)
    clock.step((max(event.guns) - clock.now() + timedelta(days=2)).total_seconds())
    await watch.mind()
    assert await watch.now() == Power(machine.battery, kept_awake=False)
    books = await race_day.ledger(Provider.RUNSIGNUP)
    number = books["registrations"][0]["registration_id"]
    await race_day.register(registration_id=number, last_name="Corrected")
    await race_day.pull()
    await watch.mind()
    assert machine.awake
    await watch.close()
    assert not machine.awake


async def test_the_console_asks_the_machine_twice_a_minute_at_most(race_day: RaceDay) -> None:
    runtime, machine = race_day.runtime, Machine()
    watch = watch_of(runtime, machine)
    for _ in range(5):
        assert await watch.now() == Power(machine.battery)
    assert machine.looks == 1
    race_day.clock.step(LOOK_S)
    await watch.now()
    assert machine.looks == 2


async def test_each_copy_goes_to_the_second_folder_too_while_it_is_there(tmp_path: Path) -> None:
    home, clock, stick = Home(tmp_path / "home"), SteppedClock(), tmp_path / "stick"
    home.folder.mkdir()
    Database.open(home.database).close()
    chore = rolling(home, clock, checked(Backups, {"keep": 2, "also_to": str(stick)}))
    await chore.run()
    stick.mkdir()
    for _ in range(3):
        clock.step(60 * 60)
        await chore.run()
    assert len(list(home.backups.iterdir())) == len(list(stick.iterdir())) == 2
    for copy in stick.iterdir():
        backup.check(copy)
