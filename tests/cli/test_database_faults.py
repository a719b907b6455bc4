"""A database that is lost, damaged or out of room: said in words, nothing lost, nothing begun."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.conftest import Program, set_up_linked
from tests.cli.test_headless import wait_for


def a_home_in_use(program: Program) -> Path:
    """A home with a partner and one backup; returns its database."""
    program.json("partner", "add", "Front Range Timing")
    program.json("backup")
    return program.home / "p88console.db"


def refused(program: Program, *arguments: str) -> dict[str, str]:
    """The fault with which a command ends, exit code 1."""
    answer = program(*arguments, "--json")
    assert (answer.code, "Traceback" in answer.err) == (1, False), answer
    error: dict[str, str] = answer.json["error"]
    return error


def forget_the_log(database: Path) -> None:
    """As if the write-ahead log had gone with the file."""
    for part in ("-wal", "-shm"):
        database.with_name(database.name + part).unlink(missing_ok=True)


@pytest.mark.parametrize("loss", ["emptied", "gone"])
def test_a_lost_database_is_no_new_one(program: Program, loss: str) -> None:
    """D22."""
    database = a_home_in_use(program)
    forget_the_log(database)
    if loss == "emptied":
        database.write_bytes(b"")
    else:
        database.unlink()
    error = refused(program, "partner", "list")
    assert (error["code"], loss in error["title"]) == ("store", True)
    command = error["hint"].split("p88console ")[1].split(";")[0]
    program.json(*command.split())
    assert [one["name"] for one in program.json("partner", "list")] == ["Front Range Timing"]


def test_a_damaged_database_is_told_and_its_backup_brings_it_back(program: Program) -> None:
    """D22."""
    database = a_home_in_use(program)
    forget_the_log(database)
    content = bytearray(database.read_bytes())
    content[4096 * 3 : 4096 * 9] = os.urandom(4096 * 6)
    database.write_bytes(content)
    error = refused(program, "engine", "--once")
    assert "damaged" in error["title"]
    assert "p88console restore" in error["hint"] + error["detail"]
    [copy] = (program.home / "backups").glob("backup-*.db")
    program.json("restore", str(copy), "--yes")
    assert [one["name"] for one in program.json("partner", "list")] == ["Front Range Timing"]


def test_a_synced_folder_is_refused_with_the_reason(tmp_path: Path) -> None:
    """D22."""
    error = refused(Program(tmp_path / "Dropbox" / "races"), "partner", "add", "Timing")
    assert "Dropbox" in error["detail"]
    assert "--home" in error["hint"]
    assert not (tmp_path / "Dropbox").exists()


def small_disk(program: Program, disk: Path) -> subprocess.Popen[str]:
    """The engine over a copy of the home on a disk of 6 MB, which only it and its like see."""
    words = f'mount -t tmpfs -o size=6m none "{disk}" && cp -r "{program.home}/." "{disk}"'
    run = f'P88_HOME="{disk}" exec "{sys.executable}" -m p88console engine'
    return subprocess.Popen(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", f"{words} && {run}"],
        env=dict(program.environment),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


def ledger(providers: dict[str, Any], name: str) -> Any:
    return httpx.get(f"{providers[name]['base_url']}/_sandbox/ledger").json()


def at_scoring(providers: dict[str, Any]) -> set[str]:
    """Whom scoring holds, by registration; everybody once, or the test ends."""
    found = [one["id"].split("-")[-1] for one in ledger(providers, "copernico")["athletes"]]
    assert len(found) == len(set(found))
    return set(found)


def may_mount() -> bool:
    words = ["unshare", "--user", "--map-root-user", "--mount", "true"]
    return (
        shutil.which("unshare") is not None and subprocess.run(words, check=False).returncode == 0
    )


def test_an_edit_on_a_file_that_cannot_be_used_is_refused_for_what_it_is(program: Program) -> None:
    """D21."""
    database = a_home_in_use(program)
    forget_the_log(database)
    database.with_name("p88console.db-wal").mkdir()
    error = refused(program, "participants", "edit", "1", "--set", "phone=555")
    assert (error["code"], "shared" in f"{error}") == ("store_lost", False)


@pytest.mark.skipif(not may_mount(), reason="needs Linux namespaces to make a small disk")
def test_a_full_disk_stops_no_engine(
    program: Program, fresh_providers: dict[str, Any], tmp_path: Path
) -> None:
    """D21."""
    set_up_linked(program, fresh_providers)
    registered = ledger(fresh_providers, "runsignup")["registrations"]
    standing = {str(row["registration_id"]) for row in registered if row["status"] == "active"}
    disk = tmp_path / "disk"
    disk.mkdir()
    process = small_disk(program, disk)
    assert process.stderr is not None
    try:
        assert "the engine runs" in process.stderr.readline()
        there = Path(f"/proc/{process.pid}/root{disk}")
        with (
            (there / "filler").open("wb", buffering=0) as filler,
            suppress(OSError),
        ):
            while filler.write(bytes(4096)):
                pass
        assert "THE DISK IS FULL" in process.stderr.readline()
        assert process.poll() is None
        (there / "filler").unlink()
        assert "the engine goes on" in process.stderr.readline()
        wait_for(lambda: standing <= at_scoring(fresh_providers), "everybody at scoring")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0
