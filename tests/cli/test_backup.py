"""A lost laptop: backup, another home, restore, carry on, and nothing is missing."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.conftest import Program, set_up_linked
from tests.cli.test_headless import running, wait_for

ACCOUNTS = ("runsignup", "copernico")


def give_secrets(program: Program, providers: dict[str, Any]) -> None:
    for account in program.json("account", "list"):
        secrets = json.dumps(providers[account["provider"]]["secrets"])
        program.json("account", "secrets", account["id"], "--secrets-stdin", stdin=secrets)


def bibs_there(providers: dict[str, Any]) -> dict[str, str]:
    books = httpx.get(f"{providers['copernico']['base_url']}/_sandbox/ledger").json()
    return {row["id"]: row["dorsal"] for row in books["athletes"]}


def change_bib(providers: dict[str, Any], registration_id: str, bib: int) -> None:
    control = f"{providers['runsignup']['base_url']}/_sandbox"
    change = {"registration_id": int(registration_id), "bib_num": bib}
    httpx.post(f"{control}/registrations", json=change).raise_for_status()


def test_another_laptop_carries_on_where_the_lost_one_stopped(
    program: Program, fresh_providers: dict[str, Any], tmp_path: Path
) -> None:
    event_id = set_up_linked(program, fresh_providers)
    program.json("sync", "participants", f"--event={event_id}")
    file = tmp_path / "saturday.db"
    made = program.json("backup", f"-o{file}")
    assert made["path"] == str(file)
    people = program.json("participants", "list", f"--event={event_id}")
    # after the backup the first laptop sends a bib, and loses it again unseen by the second
    runner = next(person for person in people if person["bib"])
    change_bib(fresh_providers, runner["provider_id"], 70001)
    program.json("sync", "participants", f"--event={event_id}")
    assert "70001" in bibs_there(fresh_providers).values()
    second = Program(tmp_path / "second")
    restored = second.json("restore", str(file))
    assert restored["rows"] == made["rows"]
    assert second.json("participants", "list", f"--event={event_id}") == people
    held = second("sync", "participants", f"--event={event_id}", "--json")
    assert held.code == 3
    assert "account secrets" in held.json["jobs"][0]["error"]["hint"]
    give_secrets(second, fresh_providers)
    change_bib(fresh_providers, runner["provider_id"], int(runner["bib"]))
    second.json("sync", "participants", f"--event={event_id}")
    after = second.json("participants", "list", f"--event={event_id}")
    assert {person["push_state"] for person in after} == {"verified"}
    there = bibs_there(fresh_providers)
    assert len(there) == len(after)
    for person in after:
        assert (there[f"runsignup-{person['provider_id']}"] or None) == person["bib"]


def test_a_backup_is_taken_while_the_engine_runs_and_carries_the_settings(
    program: Program, fresh_providers: dict[str, Any], tmp_path: Path
) -> None:
    """D23."""
    set_up_linked(program, fresh_providers)
    settings = program.home / "settings.toml"
    settings.write_text("[backups]\nkeep = 3\n")
    file = tmp_path / "live.db"
    with running(program):
        wait_for(lambda: program.json("status")["engine"] == "running", "the engine")
        program.json("backup", f"-o{file}")
    assert [part.name for part in tmp_path.glob("live.db*")] == ["live.db"]
    assert file.stat().st_mode & 0o077 == 0 or os.name == "nt"
    second = Program(tmp_path / "second")
    second.json("restore", str(file))
    assert (second.home / "settings.toml").read_text() == settings.read_text()
    assert len(second.json("account", "list")) == len(ACCOUNTS)


def test_a_database_that_is_there_is_replaced_only_when_told_and_kept(
    program: Program, tmp_path: Path
) -> None:
    program.json("partner", "add", "First")
    file = tmp_path / "first.db"
    program.json("backup", f"-o{file}")
    program.json("partner", "add", "Second")
    refused = program("restore", str(file), "--json")
    assert refused.code == 2
    assert "--yes" in refused.json["error"]["hint"]
    assert len(program.json("partner", "list")) == 2
    program.json("restore", str(file), "--yes")
    assert [partner["name"] for partner in program.json("partner", "list")] == ["First"]
    [aside] = (program.home / "backups").glob("before-restore-*.db")
    program.json("restore", str(aside), "--yes")
    assert len(program.json("partner", "list")) == 2


def test_a_damaged_database_can_be_replaced(program: Program, tmp_path: Path) -> None:
    program.json("partner", "add", "First")
    file = tmp_path / "first.db"
    program.json("backup", f"-o{file}")
    database = program.home / "p88console.db"
    database.write_bytes(b"SQLite format 3\0" + b"?" * 5000)
    assert program("restore", str(file)).code == 2
    program.json("restore", str(file), "--yes")
    assert len(program.json("partner", "list")) == 1
    assert list((program.home / "backups").glob("damaged-*.db"))


@pytest.mark.skipif(os.name != "posix", reason="a process that sleeps is stopped by a signal")
def test_a_laptop_that_wakes_up_after_the_restore_is_fenced_off(
    program: Program, fresh_providers: dict[str, Any], tmp_path: Path
) -> None:
    set_up_linked(program, fresh_providers)
    file = tmp_path / "shared.db"
    with running(program) as first:
        wait_for(lambda: program.json("status")["engine"] == "running", "the engine")
        program.json("backup", f"-o{file}")
        try:
            first.send_signal(signal.SIGSTOP)
            while (answer := program("restore", str(file), "--yes", "--json")).code:
                # it was stopped in the middle of a write, as no other laptop's file would be
                assert "locked" in answer.json["error"]["detail"]
                first.send_signal(signal.SIGCONT)
                first.send_signal(signal.SIGSTOP)
            with running(program) as second:
                wait_for(lambda: holder(program) == second.pid, "the new engine")
                first.send_signal(signal.SIGCONT)
                assert first.wait(timeout=60) == 1
                assert holder(program) == second.pid
        finally:
            first.send_signal(signal.SIGCONT) if first.poll() is None else None
        assert first.stderr is not None
        assert "another process runs the engine" in first.stderr.read()


def holder(program: Program) -> int | None:
    with closing(sqlite3.connect(program.home / "p88console.db", timeout=5)) as found:
        row = found.execute("SELECT pid FROM engine_leases").fetchone()
    return None if row is None else int(row[0])


def newer(file: Path) -> None:
    statement(file, "UPDATE alembic_version SET version_num = '9999'")


def trigger(file: Path) -> None:
    made = "CREATE TRIGGER t AFTER INSERT ON partners BEGIN DELETE FROM accounts; END"
    statement(file, made)


def orphan(file: Path) -> None:
    statement(file, "UPDATE accounts SET partner_id = 999")


def statement(file: Path, text: str) -> None:
    with closing(sqlite3.connect(file)) as found, found:
        found.execute(text)


def hole(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + b"\xff" * 8192 + whole[16384:])


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:20_000]), "damaged"),
        (hole, "damaged"),
        (orphan, "damaged"),
        (newer, "newer version"),
        (trigger, "no backup"),
        (lambda file: statement(file, "DROP TABLE backup_settings"), "no backup"),
        (lambda file: statement(file, "DELETE FROM alembic_version"), "no backup"),
        (lambda file: file.write_text("name,bib\nAda,7\n"), "no backup"),
        (lambda file: file.write_bytes(b""), "no backup"),
        (lambda file: file.unlink(), "cannot be read"),
    ],
    ids=[
        "truncated",
        "a hole",
        "orphans",
        "newer",
        "a trigger",
        "a plain copy",
        "no version",
        "a sheet",
        "empty",
        "absent",
    ],
)
def test_a_file_that_is_no_sound_backup_is_refused_with_the_reason(
    program: Program, tmp_path: Path, spoil: Callable[[Path], None], told: str
) -> None:
    program.json("partner", "add", "First")
    secrets = json.dumps({"api_key": "k"})
    options = ("--partner=1", "--provider=copernico", "--secrets-stdin")
    program.json("account", "add", *options, stdin=secrets)
    file = tmp_path / "first.db"
    program.json("backup", f"-o{file}")
    spoil(file)
    answer = program("restore", str(file), "--yes", "--json")
    assert answer.code == 2, answer
    assert told in answer.json["error"]["title"]
    assert len(program.json("partner", "list")) == 1


def test_the_database_itself_is_no_target(program: Program) -> None:
    program.json("partner", "add", "First")
    assert program("backup", f"-o{program.home / 'p88console.db'}").code == 2
    assert len(program.json("partner", "list")) == 1
