"""Files that call themselves backups: opened whole, or refused with a reason; never half."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from p88console.domain.errors import UsageFault
from p88console.runtime.backups import make_backup, restore
from p88console.store.database.db import Database
from p88console.store.tenancy import tenants
from p88console.system.home import Home
from tests.support.clock import SteppedClock

ROUNDS = 150


@pytest.fixture
def sound(tmp_path: Path) -> bytes:
    """A backup that is one."""
    home, clock = Home(tmp_path / "first"), SteppedClock()
    home.folder.mkdir()
    with Database.open(home.database).writer() as tx:
        for number in range(50):
            tenants.add_partner(tx, f"Partner {number}", clock.now())
    made, _rows = make_backup(home, clock, tmp_path / "sound.db")
    return made.read_bytes()


def partners(home: Home) -> int:
    with closing(sqlite3.connect(home.database)) as found:
        return int(found.execute("SELECT count(*) FROM partners").fetchone()[0])


def test_whatever_happened_to_the_file_nothing_is_opened_half(tmp_path: Path, sound: bytes) -> None:
    chance, refused = Random(88), 0  # noqa: S311  # the same damage in every run
    for number in range(ROUNDS):
        spoilt = bytearray(sound)
        for _ in range(chance.choice((1, 3, 40))):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        if chance.random() < 0.3:
            del spoilt[chance.randrange(len(spoilt)) :]
        file, home = tmp_path / "spoilt.db", Home(tmp_path / f"home{number}")
        file.write_bytes(spoilt)
        try:
            _found, rows = restore(home, SteppedClock(), file, overwrite=False)
        except UsageFault as fault:
            refused += bool(fault.title and fault.hint)
            assert not home.database.exists()
            continue
        assert rows >= partners(home) == 50
    assert 0 < refused < ROUNDS
