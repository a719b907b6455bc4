"""The command line's contract as a table: each command, its exit code, the keys relied on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Answer, Program, set_up_linked

JOB = {
    "id", "provider", "operation", "direction", "event_id", "state", "priority", "due_at",
    "attempt", "progress", "error",
}  # fmt: skip
ATTEMPT = {
    "id", "job_id", "provider", "operation", "direction", "event_id", "attempt", "state",
    "started_at", "finished_at", "trigger", "counts", "error",
}  # fmt: skip
REPORT = {
    "job_id", "provider", "operation", "direction", "event_id", "state", "attempts", "partial",
    "counts", "duration_s", "error",
}  # fmt: skip
PERSON = {
    "id", "event_id", "race_id", "provider", "provider_id", "bib", "chip", "first_name",
    "last_name", "gender", "birth_date", "email", "phone", "status", "push_state", "remote_ids",
}  # fmt: skip
RESULT = {
    "participant_id", "race_id", "bib", "first_name", "last_name", "status", "gun_time_ms",
    "chip_time_ms", "place", "gender_place", "category", "category_place", "splits", "revision",
}  # fmt: skip
EVENT = {
    "id", "account_id", "provider", "provider_event_id", "name", "starts_at", "timezone", "races",
    "links",
}  # fmt: skip
STATUS = {"engine", "network", "unsent", "oldest_unsent_s", "needs_you", "providers", "next"}
ACCOUNT = {"id", "partner_id", "provider", "label"}
PLAN = {"create", "update", "withdraw", "blocked"}

TABLE: list[tuple[str, str, set[str]]] = [
    ("partner list", "[]", {"id", "name"}),
    ("account list", "[]", ACCOUNT),
    ("account test 1", "", {"ok", "detail", "clock_offset_s"}),
    ("event list", "[]", EVENT),
    ("event show {event}", "", EVENT),
    ("event show {event}", "races", {"id", "provider_race_id", "name", "starts_at"}),
    ("sync participants --event {event} --dry-run", "plan", PLAN),
    ("sync participants --event {event}", "jobs", REPORT),
    ("sync results --event {event}", "jobs", REPORT),
    ("sync events --account 1", "jobs", REPORT),
    ("participants list --event {event}", "[]", PERSON),
    ("participants show 1", "", PERSON | {"history", "systems"}),
    ("results list --event {event}", "[]", RESULT),
    ("queue list", "[]", JOB),
    ("history list", "[]", ATTEMPT),
    ("history show 1", "", ATTEMPT),
    ("engine --once", "jobs", REPORT),
    ("status", "", STATUS),
    ("status", "providers", {"account_id", "provider", "state", "last_success_at", "calls_left"}),
    ("status", "next", {"operation", "event_id", "due_at", "interval_s", "reason"}),
    ("doctor --event {event}", "", {"ok", "checks"}),
    ("doctor --event {event}", "checks", {"name", "ok", "detail", "fix"}),
    ("backup -o {folder}/b.db", "", {"path", "rows"}),
    ("service print systemd", "", {"files", "next"}),
]
"""A call, where in its document the keys are (a list's first item, or a mapping), and the keys."""


def keys_at(document: Any, where: str) -> set[str]:
    found = document if where in ("", "[]") else document[where]
    if isinstance(found, list):
        assert found, "nothing is listed, so nothing is checked"
        found = found[0]
    return set(found)


@pytest.mark.timeout(600)
def test_every_command_prints_the_keys_that_scripts_rely_on(
    program: Program, fresh_providers: dict[str, Any], tmp_path: Path
) -> None:
    event_id = set_up_linked(program, fresh_providers)
    lacking, answers = {}, dict[str, Answer]()
    for call, where, keys in TABLE:
        words = call.format(event=event_id, folder=tmp_path).split()
        answer = answers.setdefault(call, answers.get(call) or program(*words, "--json"))
        if answer.code != 0:
            lacking[call] = f"exit {answer.code}: {answer.out[:300]}"
            continue
        try:
            missing = keys - keys_at(answer.json, where)
        except (AssertionError, KeyError) as fault:
            lacking[f"{call} {where}"] = str(fault)
            continue
        if missing:
            lacking[f"{call} {where}"] = f"lacks {sorted(missing)}"
    assert lacking == {}
    restored = Program(tmp_path / "second").json("restore", str(tmp_path / "b.db"))
    assert {"path", "rows"} <= set(restored)


@pytest.mark.parametrize(
    "command",
    [
        "account", "api", "backup", "completion", "demo", "doctor", "engine", "event", "export",
        "history", "inbox", "participants", "partner", "publish", "queue", "restore", "results",
        "sandbox", "serve", "service", "status", "sync", "undo",
    ],
)  # fmt: skip
def test_every_command_explains_itself(program: Program, command: str) -> None:
    answer = program(command, "--help")
    assert answer.code == 0
    assert "Usage: p88console" in answer.out
