"""From every registration provider to every scoring system, by commands alone, and counted there.

The same with a whole field takes some minutes: `python -m tests.race_day.test_every_way 5000`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.conftest import Program

RUNNERS, EDITED = 120, 50
DESKS = ("runsignup", "raceroster", "haku")
SCORING = ("copernico", "chronotrack")
WRITTEN = {"copernico": "rows_written", "chronotrack": "writes"}
"""The count in a scoring system's own books that says how many people were written."""

UNLIMITED = """
[limits.haku]
per_second = 1000
per_hour = 1000000
concurrent = 20
[limits.raceroster]
per_second = 1000
per_hour = 1000000
[limits.runsignup]
per_second = 1000
[limits.chronotrack]
per_second = 1000
[limits.copernico]
per_second = 1000
"""


@pytest.mark.race_day
@pytest.mark.timeout(600)
@pytest.mark.parametrize("desk", DESKS)
def test_everybody_arrives_and_fifty_edits_write_fifty_people(tmp_path: Path, desk: str) -> None:
    walk(Program(tmp_path / "home"), desk, RUNNERS)


def walk(program: Program, desk: str, runners: int) -> dict[str, Any]:
    """One desk's field into both scoring systems; returns what was counted and how long it took."""
    program.home.mkdir(parents=True, exist_ok=True)
    (program.home / "settings.toml").write_text(UNLIMITED, encoding="utf-8")
    with providers_after_the_guns(program, desk, runners) as providers:
        accounts = add_accounts(program, providers, (desk, *SCORING))
        for account in accounts.values():
            assert program.json("account", "test", account)["ok"]
        program.json("sync", "events", f"--account={accounts[desk]}")
        (event,) = program.json("event", "list")
        began = time.monotonic()
        sync(program, event["id"], "--pull-only")
        pulled_s = time.monotonic() - began
        for name in SCORING:
            remote = f"--remote={providers[name]['event_id']}"
            program.json("event", "link", event["id"], f"--account={accounts[name]}", remote)
        registered = [
            row
            for row in books(providers, desk)["registrations"]
            if row.get("status", "active") == "active"
        ]
        began = time.monotonic()
        first = sync(program, event["id"])
        pushed_s = time.monotonic() - began
        for name in SCORING:
            assert first[name]["verified"] == len(registered), (name, first[name])
            assert first[name]["refused"] == 0
        before = written(providers)
        again = sync(program, event["id"])
        assert written(providers) == before
        assert all(again.get(name, {"sent": 0})["sent"] == 0 for name in SCORING)
        edit(providers, desk, registered[:EDITED])
        changed = sync(program, event["id"])
        after = written(providers)
        for name in SCORING:
            assert after[name] - before[name] == EDITED
            assert (changed[name]["sent"], changed[name]["verified"]) == (EDITED, EDITED)
        return {
            "desk": desk,
            "registered": len(registered),
            "verified": {name: first[name]["verified"] for name in SCORING},
            "second_sync_writes": 0,
            "edits": {name: after[name] - before[name] for name in SCORING},
            "pull_s": round(pulled_s, 1),
            "push_s": round(pushed_s, 1),
        }


@contextmanager
def providers_after_the_guns(
    program: Program, desk: str, runners: int
) -> Iterator[Mapping[str, Any]]:
    """Practice providers four hours into their day: nobody registers or changes any more."""
    began = datetime.now(UTC) - timedelta(hours=4)
    process = program.start(
        "sandbox",
        f"--runners={runners}",
        "--seed=5",
        f"--desks={desk}",
        f"--clock-start={began.isoformat()}",
        f"--clock-origin={began.timestamp()}",
        "--until-stdin-closes",
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stderr is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()
        process.stderr.close()


def add_accounts(
    program: Program, providers: Mapping[str, Any], names: Sequence[str]
) -> dict[str, str]:
    partner = program.json("partner", "add", "Front Range Timing")["id"]
    found: dict[str, str] = {}
    for name in names:
        told = providers[name]
        found[name] = program.json(
            "account",
            "add",
            f"--partner={partner}",
            f"--provider={name}",
            f"--base-url={told['base_url']}",
            *[f"--option={key}={value}" for key, value in told["options"].items()],
            "--secrets-stdin",
            stdin=json.dumps(told["secrets"]),
        )["id"]
    return found


def sync(program: Program, event_id: str, *how: str) -> dict[str, dict[str, int]]:
    """Pull and push; what each provider's job counted."""
    answer = program("sync", "participants", f"--event={event_id}", *how, "--json", wait_s=3000)
    assert answer.code == 0, answer
    return {job["provider"]: job["counts"] for job in answer.json["jobs"]}


def books(providers: Mapping[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(
        f"{providers[name]['base_url']}/_sandbox/ledger", timeout=60
    ).json()
    return found


def written(providers: Mapping[str, Any]) -> dict[str, int]:
    return {name: books(providers, name)[WRITTEN[name]] for name in SCORING}


def edit(providers: Mapping[str, Any], desk: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Correct these people's last names at their desk."""
    key = "registration_id" if desk == "runsignup" else "id"
    for row in rows:
        order = {key: row[key], "last_name": f"{row['last_name'] or ''}-Corrected"}
        url = f"{providers[desk]['base_url']}/_sandbox/registrations"
        httpx.post(url, json=order).raise_for_status()


if __name__ == "__main__":
    for one in sys.argv[2:] or DESKS:
        with tempfile.TemporaryDirectory() as folder:
            found = walk(Program(Path(folder) / "home"), one, int(sys.argv[1]))
            sys.stdout.write(f"{json.dumps(found)}\n")
