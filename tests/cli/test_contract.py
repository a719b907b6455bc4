"""Every command of the spine: its keys, its exit codes, one document on stdout."""

from __future__ import annotations

import json
from typing import Any

import pytest

from p88console.sandbox.registry import SERVERS
from tests.cli.conftest import RUNNERS, Program, add_accounts, set_up_linked

JOB_REPORT = {
    "job_id",
    "provider",
    "operation",
    "direction",
    "event_id",
    "state",
    "attempts",
    "partial",
    "counts",
    "duration_s",
    "error",
}
COUNTS = {
    "received",
    "created",
    "updated",
    "unchanged",
    "removed",
    "quarantined",
    "conflicts",
    "refused",
    "sent",
    "verified",
}
PARTICIPANT = {
    "id",
    "event_id",
    "race_id",
    "provider",
    "provider_id",
    "bib",
    "chip",
    "first_name",
    "last_name",
    "gender",
    "birth_date",
    "email",
    "phone",
    "status",
    "push_state",
    "remote_ids",
}
QUEUE = {
    "id",
    "provider",
    "operation",
    "direction",
    "event_id",
    "state",
    "priority",
    "due_at",
    "attempt",
    "progress",
    "error",
}
HISTORY = {
    "id",
    "job_id",
    "provider",
    "operation",
    "direction",
    "event_id",
    "attempt",
    "state",
    "started_at",
    "finished_at",
    "trigger",
    "counts",
    "error",
}


def test_a_race_is_set_up_and_synced_by_commands_alone(
    program: Program, fresh_providers: dict[str, Any]
) -> None:
    event_id = set_up_linked(program, fresh_providers)
    report = program.json("sync", "participants", f"--event={event_id}")
    pull, push = report["jobs"]
    assert set(pull) >= JOB_REPORT
    assert set(pull["counts"]) == COUNTS
    assert (pull["direction"], push["direction"]) == ("pull", "push")
    assert pull["counts"]["received"] == push["counts"]["verified"] > 0
    people = program.json("participants", "list", f"--event={event_id}")
    assert set(people[0]) >= PARTICIPANT
    assert {person["push_state"] for person in people} == {"verified"}
    assert all(isinstance(person["provider_id"], str) for person in people)
    again = program.json("sync", "participants", f"--event={event_id}", "--full")
    assert [job["counts"]["sent"] for job in again["jobs"]] == [0, 0]
    results = program.json("sync", "results", f"--event={event_id}")
    assert results["jobs"][0]["operation"] == "results"
    assert set(program.json("queue", "list")[0]) >= QUEUE
    assert set(program.json("history", "list", "--limit=1")[0]) >= HISTORY
    status = program.json("status")
    assert {"engine", "network", "unsent", "oldest_unsent_s", "needs_you", "providers", "next"} <= (
        set(status)
    )
    assert (status["engine"], status["unsent"], status["needs_you"]) == ("stopped", 0, 0)


def test_a_dry_run_prints_the_plan(program: Program, fresh_providers: dict[str, Any]) -> None:
    event_id = set_up_linked(program, fresh_providers)
    program.json("sync", "participants", f"--event={event_id}", "--pull-only")
    plan = program.json("sync", "participants", f"--event={event_id}", "--dry-run")["plan"]
    assert set(plan) == {"create", "update", "withdraw", "blocked"}
    assert 0 < len(plan["create"]) <= RUNNERS
    assert set(plan["create"][0]) == {
        "participant_id",
        "target",
        "name",
        "bib",
        "changes",
        "reason",
    }
    assert plan["create"][0]["changes"]["first_name"][0] is None


def test_the_sandbox_tells_of_every_practice_provider(providers: dict[str, Any]) -> None:
    assert providers.keys() == {"day"} | {provider.value for provider in SERVERS}
    for provider in SERVERS:
        told = providers[provider.value]
        assert told.keys() >= {"base_url", "secrets", "options", "event_id"}
        assert all(isinstance(secret, str) for secret in told["secrets"].values())


def test_events_show_races_and_links(program: Program, providers: dict[str, Any]) -> None:
    event_id = set_up_linked(program, providers)
    event = program.json("event", "show", event_id)
    assert event["timezone"] == "America/Chicago"
    assert {"id", "provider_race_id", "name", "starts_at"} <= set(event["races"][0])
    assert len(event["links"][0]["races"]) == len(event["races"])


def test_linking_to_an_event_that_does_not_exist_says_so(
    program: Program, providers: dict[str, Any]
) -> None:
    registration, scoring = add_accounts(program, providers)
    program.json("sync", "events", f"--account={registration}")
    [event] = program.json("event", "list")
    answer = program.json(
        "event", "link", event["id"], f"--account={scoring}", "--remote=nowhere", code=1
    )
    assert answer["error"]["code"] == "rejected"


def test_an_account_is_tested_and_its_secrets_are_nowhere(
    program: Program, providers: dict[str, Any]
) -> None:
    registration, scoring = add_accounts(program, providers)
    tested = program.json("account", "test", registration)
    assert tested["ok"] is True
    assert abs(tested["clock_offset_s"]) < 30
    listed = program("account", "list", "--json").out
    held = b"".join(file.read_bytes() for file in program.home.rglob("*") if file.is_file())
    for name in ("runsignup", "copernico"):
        for secret in providers[name]["secrets"].values():
            assert secret not in listed
            assert secret.encode() not in held
    removed = program.json("account", "remove", scoring)
    assert removed["id"] == scoring
    assert [account["id"] for account in program.json("account", "list")] == [registration]


def test_a_wrong_key_holds_the_account_and_needs_a_person(
    program: Program, providers: dict[str, Any]
) -> None:
    partner = program.json("partner", "add", "Front Range Timing")["id"]
    added = program.json(
        "account",
        "add",
        f"--partner={partner}",
        "--provider=runsignup",
        f"--base-url={providers['runsignup']['base_url']}",
        "--secrets-stdin",
        stdin=json.dumps({"api_key": "wrong", "api_secret": "canary-8813"}),
    )
    tested = program.json("account", "test", added["id"], code=1)
    assert (tested["ok"], tested["error"]["code"]) == (False, "unauthorized")
    answer = program("sync", "events", f"--account={added['id']}", "--json")
    assert answer.code == 3
    assert answer.json["jobs"][0]["state"] == "held"
    assert "canary-8813" not in answer.out + answer.err
    assert program.json("status")["needs_you"] == 1


def test_an_unreachable_provider_leaves_the_job_pending(program: Program) -> None:
    partner = program.json("partner", "add", "Front Range Timing")["id"]
    added = program.json(
        "account",
        "add",
        f"--partner={partner}",
        "--provider=runsignup",
        "--base-url=http://127.0.0.1:9",
        "--secrets-stdin",
        stdin=json.dumps({"api_key": "k", "api_secret": "s"}),
    )
    answer = program("sync", "events", f"--account={added['id']}", "--json")
    assert answer.code == 1
    [job] = answer.json["jobs"]
    assert (job["state"], job["attempts"]) == ("pending", 0)
    assert job["error"]["title"] == "RunSignUp cannot be reached"
    [waiting] = program.json("queue", "list", "--state=pending")
    assert program.json("queue", "cancel", waiting["id"])[0]["state"] == "cancelled"
    assert program.json("queue", "retry", waiting["id"])[0]["state"] == "pending"


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (("event", "show", "7"), ""),
        (("event", "show", "x"), ""),
        (("event", "lsit"), ""),
        (("sync", "participants", "--event=1"), ""),
        (("account", "add", "--partner=1", "--secrets-stdin"), "{}"),
        (("account", "add", "--partner=1", "--provider=fax", "--secrets-stdin"), "{}"),
        (("account", "add", "--partner=1", "--provider=copernico", "--secrets-stdin"), "{}"),
        (("account", "add", "--partner=1", "--provider=copernico", "--secrets-stdin"), "nonsense"),
        (("account", "test", "9"), ""),
        (("participants", "list", "--event=4"), ""),
        (("history", "show", "4"), ""),
        (("queue", "retry", "4"), ""),
        (("event", "link", "1", "--account=1", "--remote=x"), ""),
        (("history", "list", "--limit=99999999999999999999"), ""),
        (("demo", "--headless", "--until=-1"), ""),
        (("demo",), ""),
        ((), ""),
        (("event",), ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_is_told_as_json_with_exit_2(
    program: Program, arguments: tuple[str, ...], stdin: str
) -> None:
    answer = program(*arguments, "--json", stdin=stdin)
    assert answer.code == 2, answer
    assert set(answer.json["error"]) == {"code", "title", "detail", "hint"}
    assert "\n" not in answer.json["error"]["title"]
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    "address",
    [
        "http://far.example",
        "https://user:canary-4711@far.example",
        "https://far.example/path",
        "https://far.example?x=canary-4711",
        "http://[",
        "http://127.0.0.1:99999",
        "far.example",
    ],
)
def test_a_base_url_is_scheme_host_and_port_only(program: Program, address: str) -> None:
    program.json("partner", "add", "Front Range Timing")
    arguments = ("account", "add", "--partner=1", "--provider=copernico", "--secrets-stdin")
    answer = program(*arguments, f"--base-url={address}", "--json", stdin='{"api_key": "k"}')
    assert answer.code == 2, answer
    assert "canary-4711" not in answer.out + answer.err
    assert program.json("account", "list") == []


@pytest.mark.parametrize("key", ["é-key", "key\u0000", "\u202ekey"])
def test_a_key_that_no_provider_gives_out_is_refused_at_once(program: Program, key: str) -> None:
    program.json("partner", "add", "Front Range Timing")
    arguments = ("account", "add", "--partner=1", "--provider=copernico", "--secrets-stdin")
    answer = program(*arguments, "--json", stdin=json.dumps({"api_key": key}))
    assert answer.code == 2, answer


def test_json_may_stand_before_the_command(program: Program) -> None:
    assert program("--json", "partner", "list").json == []


def test_people_get_tables(program: Program) -> None:
    program("partner", "add", "Front Range Timing")
    answer = program("partner", "list")
    assert answer.out.splitlines()[0].split() == ["Id", "Name"]
    assert "Front Range Timing" in answer.out


def test_hostile_names_are_shown_and_never_obeyed(program: Program) -> None:
    program("partner", "add", "[red]\x1b[2J\u202eevil")
    shown = program("partner", "list").out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[red]" in shown


def test_a_home_that_cannot_be_made_is_told_in_plain_words(program: Program) -> None:
    program.home.parent.joinpath("file").write_text("")
    answer = program("--home", str(program.home.parent / "file" / "home"), "partner", "list")
    assert answer.code == 1
    assert "cannot be made" in answer.err
    assert "Traceback" not in answer.err
