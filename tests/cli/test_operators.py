"""What an operator changes and decides, by commands alone: keys, exit codes, what comes of it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.conftest import RUNNERS, Program, set_up_linked, start_sandbox

ITEM = {
    "id",
    "kind",
    "event_id",
    "participant_id",
    "field",
    "base",
    "ours",
    "theirs",
    "reason",
}


@pytest.fixture
def still_providers(program: Program) -> Iterator[dict[str, Any]]:
    """Practice providers whose day hardly moves, so that nobody else changes anything."""
    yield from start_sandbox(program, RUNNERS, "--speed=0.1")


def synced(program: Program, providers: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """A linked event with everybody at scoring: its id, and who of its largest race has a bib."""
    event_id = set_up_linked(program, providers)
    program.json("sync", "participants", f"--event={event_id}")
    people = program.json("participants", "list", f"--event={event_id}")
    races = [person["race_id"] for person in people if person["bib"]]
    largest = max(races, key=races.count)
    return event_id, [one for one in people if one["race_id"] == largest and one["bib"]]


def at_registration(providers: dict[str, Any], person: dict[str, Any], **fields: Any) -> None:
    """Somebody edits a registration at RunSignUp itself."""
    body = {"registration_id": int(person["provider_id"]), **fields}
    request = urllib.request.Request(  # noqa: S310  # loopback
        f"{providers['runsignup']['base_url']}/_sandbox/registrations",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310  # loopback
        assert answer.status == 200


def bibs_at_scoring(providers: dict[str, Any]) -> dict[str, str | None]:
    with urllib.request.urlopen(  # noqa: S310  # loopback
        f"{providers['copernico']['base_url']}/_sandbox/ledger"
    ) as answer:
        return {row["id"]: row["dorsal"] for row in json.load(answer)["athletes"]}


def test_edits_swaps_and_walk_ups_reach_scoring_and_are_taken_back(
    program: Program, still_providers: dict[str, Any]
) -> None:
    event_id, people = synced(program, still_providers)
    first, second, third = people[:3]
    edited = program.json("participants", "edit", third["id"], "--set", "bib=7001")
    assert (edited["id"], edited["bib"], edited["push_state"]) == (third["id"], "7001", "unsent")
    swapped = program.json("participants", "swap-bibs", first["id"], second["id"])
    assert [one["bib"] for one in swapped] == [second["bib"], first["bib"]]
    names = ("--first-name=Wanda", "--last-name=Walkup", "--bib=7002")
    walk_up = program.json(
        "participants", "add", f"--event={event_id}", f"--race={first['race_id']}", *names
    )
    assert (walk_up["first_name"], walk_up["bib"], walk_up["provider_id"]) == (
        "Wanda",
        "7002",
        None,
    )
    at_registration(still_providers, third, bib_num=None, last_name="Blank")
    program.json("sync", "participants", f"--event={event_id}")
    there = bibs_at_scoring(still_providers)
    wearers = {one["remote_ids"]["copernico"]: one for one in people}
    worn = {wearers[its_id]["id"]: bib for its_id, bib in there.items() if its_id in wearers}
    assert (worn[first["id"]], worn[second["id"]]) == (second["bib"], first["bib"])
    assert worn[third["id"]] == "7001"
    assert "7002" in there.values()
    ledger = program.json("participants", "bib", first["bib"], f"--event={event_id}")
    assert [one["participant_id"] for one in ledger["held"]] == [first["id"], second["id"]]
    assert [one["participant_id"] for one in ledger["systems"]] == [second["id"]]
    assert program.json("undo")["id"] == walk_up["id"]
    assert [one["bib"] for one in program.json("undo")] == [first["bib"], second["bib"]]
    assert program.json("undo")["bib"] == third["bib"]
    assert program.json("undo", code=2)["error"]["title"] == "there is nothing to take back"
    story = program.json("participants", "show", third["id"])
    bibs = [line for line in story["history"] if line["field"] == "bib"]
    assert [(line["before"], line["after"], line["door"]) for line in bibs] == [
        (third["bib"], "7001", "cli"),
        ("7001", third["bib"], "cli"),
    ]
    assert {line["after"] for line in story["history"]} >= {"Blank"}


def test_a_bib_worn_twice_waits_for_a_decision_and_is_sent_for_neither(
    program: Program, still_providers: dict[str, Any]
) -> None:
    event_id, people = synced(program, still_providers)
    first, second = people[:2]
    change = ("participants", "edit", second["id"], "--set", f"bib={first['bib']}")
    assert program.json(*change, code=3)["bib"] == first["bib"]
    (item,) = program.json("inbox", "list")
    assert set(item) >= ITEM
    assert (item["kind"], item["ours"]) == ("duplicate_bib", first["bib"])
    sync = ("sync", "participants", f"--event={event_id}")
    plan = program.json(*sync, "--dry-run", code=3)["plan"]
    assert [one["participant_id"] for one in plan["blocked"]] == [second["id"]]
    assert "next free" in plan["blocked"][0]["reason"]
    program.json(*sync, code=3)
    assert bibs_at_scoring(still_providers)[second["remote_ids"]["copernico"]] == second["bib"]
    done = program.json("inbox", "resolve", item["id"], "--value", item["next_free"])
    assert (done["decision"], done["value"]) == ("value", item["next_free"])
    program.json(*sync)
    there = bibs_at_scoring(still_providers)
    assert there[second["remote_ids"]["copernico"]] == item["next_free"]


def test_a_conflict_keeps_scoring_as_it_is_until_it_is_decided(
    program: Program, still_providers: dict[str, Any]
) -> None:
    event_id, people = synced(program, still_providers)
    pair = people[:2]
    sync = ("sync", "participants", f"--event={event_id}")
    for person in pair:
        program.json("participants", "edit", person["id"], "--set", "first_name=Ours")
        at_registration(still_providers, person, first_name="Theirs")
    pull, _push = program.json(*sync, code=3)["jobs"]
    assert pull["counts"]["conflicts"] == 2
    attempt = program.json("history", "list", "--limit=2")[1]["id"]
    assert program.json("history", "show", attempt)["rows"]["conflicts"] == 2
    behind = program.json("history", "show", attempt, "--rows=conflicts")["participants"]
    assert {one["id"] for one in behind} == {one["id"] for one in pair}
    items = program.json("inbox", "list", "--kind=conflict")
    was = {one["id"]: one["first_name"] for one in pair}
    for person in pair:
        (system,) = program.json("participants", "show", person["id"])["systems"]
        assert system["acknowledged"]["first_name"] == was[person["id"]]
    assert [(one["base"], one["ours"], one["theirs"]) for one in items] == [
        (was[one["participant_id"]], "Ours", "Theirs") for one in items
    ]
    answer = program("inbox", "resolve", items[0]["id"], "--theirs", "--all-like", "--json")
    assert (answer.code, "touches 2" in answer.err) == (0, True)
    assert {one["decision"] for one in answer.json} == {"theirs"}
    program.json("undo")
    assert [one["id"] for one in program.json("inbox", "list")] == [one["id"] for one in items]
    program.json("inbox", "resolve", items[0]["id"], "--mine", "--always")
    assert program.json("inbox", "list") == []
    program.json(*sync)
    named = program.json("participants", "list", f"--event={event_id}", "--search=Ours")
    assert {one["push_state"] for one in named} == {"verified"}
    assert len(named) == 2
    at_registration(still_providers, pair[0], first_name="Again")
    program.json(*sync)
    assert program.json("participants", "show", pair[0]["id"])["first_name"] == "Ours"


def test_wrong_usage_changes_nothing_and_says_what_there_is(program: Program) -> None:
    for wrong in (
        ("participants", "edit", "7", "--set", "bib=1"),
        ("participants", "swap-bibs", "7", "7"),
        ("inbox", "resolve", "7", "--mine"),
        ("inbox", "resolve", "7"),
        ("undo",),
    ):
        told = program.json(*wrong, code=2)["error"]
        assert set(told) == {"code", "title", "detail", "hint"}
    assert program.json("inbox", "list") == []
