"""Backups that make themselves."""

from __future__ import annotations

from pathlib import Path

from p88console.runtime.backups import ROLLING, rolling
from p88console.store.database.db import Database
from p88console.system.home import Home
from p88console.system.settings import Backups, checked
from tests.support.clock import SteppedClock


async def test_a_copy_is_made_when_due_and_the_newest_are_kept(tmp_path: Path) -> None:
    home, clock = Home(tmp_path), SteppedClock()
    Database.open(home.database).close()
    chore = rolling(home, clock, checked(Backups, {"every": "30 min", "keep": 3}))

    def names() -> list[str]:
        return sorted(file.name for file in home.backups.glob(ROLLING))

    await chore.run()
    first = names()
    assert len(first) == 1
    clock.step(29 * 60)
    await chore.run()
    assert names() == first
    for _ in range(4):
        clock.step(30 * 60)
        await chore.run()
    assert len(names()) == 3
    assert first[0] not in names()


async def test_a_full_disk_is_told_to_the_log_and_to_nobody_else(tmp_path: Path) -> None:
    home = Home(tmp_path)
    Database.open(home.database).close()
    home.backups.write_text("a file where the folder should be")
    await rolling(home, SteppedClock(), Backups()).run()
    assert home.backups.read_text() == "a file where the folder should be"
