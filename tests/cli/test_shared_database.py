"""Commands on a PostgreSQL database that several machines share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ROOT, Program, set_up_linked

PASSWORD = "canary-5f0e7a"
ABSENT = f"postgresql+psycopg://operator:{PASSWORD}@127.0.0.1:9/race"


def at(home: Path, address: str, **more: str) -> Program:
    """The program on a machine of its own, told of a shared database."""
    return Program(home, {"P88_DATABASE_URL": address, **more})


def test_two_machines_see_the_same(tmp_path: Path, postgres_address: str) -> None:
    one, other = at(tmp_path / "one", postgres_address), at(tmp_path / "other", postgres_address)
    partner = one.json("partner", "add", "Front Range Timing")
    assert other.json("partner", "list") == [partner]
    assert not (one.home / "p88console.db").exists()


def test_the_whole_spine_works_on_it(
    tmp_path: Path, postgres_address: str, fresh_providers: Mapping[str, Any]
) -> None:
    program = at(tmp_path / "home", postgres_address)
    event = set_up_linked(program, fresh_providers)
    jobs = program.json("sync", "participants", f"--event={event}")["jobs"]
    assert {job["state"] for job in jobs} == {"completed"}
    people = program.json("participants", "list", f"--event={event}")
    assert {person["push_state"] for person in people} == {"verified"}
    assert program.json("status")["unsent"] == 0


def test_one_that_does_not_answer_is_said_without_its_password(tmp_path: Path) -> None:
    answer = at(tmp_path / "home", ABSENT)("partner", "list", "--json")
    assert answer.code == 1
    error = answer.json["error"]
    assert (error["code"], error["title"]) == (
        "store_lost",
        "the shared database cannot be reached",
    )
    assert "race at 127.0.0.1:9" in error["detail"]
    assert PASSWORD not in answer.out + answer.err
    log = tmp_path / "home" / "logs" / "p88console.log"
    assert not log.exists() or PASSWORD not in log.read_text()


@pytest.mark.parametrize(
    "address", [f"mysql://operator:{PASSWORD}@host/x", f"no address {PASSWORD}", "sqlite:///x.db"]
)
def test_an_address_that_is_none_is_wrong_usage(tmp_path: Path, address: str) -> None:
    answer = at(tmp_path / "home", address)("partner", "list", "--json")
    assert answer.code == 2
    assert "postgresql+psycopg://" in answer.json["error"]["hint"]
    assert PASSWORD not in answer.out + answer.err


def test_a_missing_driver_names_the_extra_that_brings_it(tmp_path: Path) -> None:
    (tmp_path / "psycopg.py").write_text("raise ImportError('no psycopg here', name='psycopg')")
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    answer = at(tmp_path / "home", ABSENT, PYTHONPATH=path)("partner", "list", "--json")
    assert answer.code == 2
    assert "p88console[postgres]" in answer.json["error"]["hint"]


@pytest.mark.parametrize("words", [("backup",), ("restore", "race.db", "--yes")], ids=" ".join)
def test_copies_of_it_are_made_where_its_server_runs(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    answer = at(tmp_path / "home", ABSENT)(*words, "--json")
    assert answer.code == 2
    error = answer.json["error"]
    assert "where its server runs" in error["title"]
    assert "pg_dump" in error["hint"]
    assert "pg_restore" in error["hint"]
    assert PASSWORD not in answer.out + answer.err


def test_a_practice_race_leaves_the_shared_database_alone(
    tmp_path: Path, postgres_address: str
) -> None:
    program = at(tmp_path / "home", postgres_address)
    program.json("demo", "--headless", "--until=1", "--runners=5", f"--home={program.home}")
    assert program.json("partner", "list") == []


def test_an_edit_is_kept_while_the_database_is_away(tmp_path: Path) -> None:
    program = at(tmp_path / "home", ABSENT)
    answer = program("participants", "edit", "7", "--set", "bib=512", "--json")
    assert answer.code == 3
    assert (answer.json["kept"], answer.json["participant_ids"]) == (True, ["7"])
    assert program("participants", "edit", "7", "--set", "shoes=9", "--json").code == 2
    assert PASSWORD.encode() not in (tmp_path / "home" / "spool.db").read_bytes()
