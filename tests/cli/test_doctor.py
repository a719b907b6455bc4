"""The night-before check, as a script reads it."""

from __future__ import annotations

import json
from typing import Any

from tests.cli.conftest import Program, add_accounts, set_up_linked


def test_a_race_that_is_set_up_is_a_go(program: Program, providers: dict[str, Any]) -> None:
    event_id = set_up_linked(program, providers)
    page = program("doctor", f"--event={event_id}", "--json").json
    assert [check for check in page["checks"] if not check["ok"]] == []
    assert page["ok"] is True
    assert {"name", "ok", "detail", "fix"} <= set(page["checks"][0])
    names = [check["name"] for check in page["checks"]]
    assert {"keyring", "database", "disk", "sleep", "engine", "backup"} <= set(names)
    assert sum(name.startswith("account ") for name in names) == 2
    assert any("races at Copernico" in name for name in names)
    assert not any("doctor-" in key for key in keyring(program))


def keyring(program: Program) -> dict[str, str]:
    file = program.home.parent / f"{program.home.name}-keyring.json"
    held: dict[str, str] = json.loads(file.read_text())
    return held


def test_what_is_wrong_is_named_with_a_way_out(program: Program, providers: dict[str, Any]) -> None:
    told = providers | {"runsignup": providers["runsignup"] | {"secrets": wrong(providers)}}
    add_accounts(program, told)
    answer = program("doctor", "--json")
    assert answer.code == 3
    assert answer.json["ok"] is False
    failing = [check for check in answer.json["checks"] if not check["ok"]]
    assert [check["name"] for check in failing] == ["account 1 (RunSignUp)"]
    assert failing[0]["fix"]
    for_people = program("doctor")
    assert "no-go" in for_people.err
    assert "✗" in for_people.out


def wrong(providers: dict[str, Any]) -> dict[str, str]:
    return dict.fromkeys(providers["runsignup"]["secrets"], "wrong")
