"""The command line's contract as a table: each command, its exit code, the keys relied on."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

from p88console.cli.main import COMMANDS
from tests.cli.conftest import Answer, Program, start_sandbox

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
STEP = {"participant_id", "target", "name", "bib", "changes", "reason"}
COUNTS = {
    "received", "created", "updated", "unchanged", "removed", "quarantined", "conflicts",
    "refused", "sent", "verified",
}  # fmt: skip
ITEM = {
    "id", "kind", "event_id", "participant_id", "field", "base", "ours", "theirs", "reason",
}  # fmt: skip
FINDING = {"race_id", "grade", "code", "text", "key"}
BALANCE = {
    "runners", "registered", "pushed", "verified", "results", "conflicts", "quarantined",
    "duplicates_at_scoring", "missing_at_scoring", "lost_edits", "jobs", "faults_injected",
}  # fmt: skip
FAULT = {"code", "title", "detail", "hint"}
NOBODY = '{"url": "json://127.0.0.1:9/"}'
ADD = "account add --partner {partner} --secrets-stdin"


@dataclass(frozen=True)
class Row:
    """A call as scripts make it; its keys lie below `where`, of a list in its first item."""

    call: str
    keys: set[str]
    where: str = ""
    code: int = 0
    stdin: str = ""
    """What is typed, or the practice provider whose secrets are."""
    keep: str = ""
    """Under which name the id of the answer is put into later calls."""


TABLE: Sequence[Row] = (
    Row("partner add Timers", {"id", "name"}, keep="partner"),
    Row("partner list", {"id", "name"}),
    Row(f"{ADD} --provider runsignup {{runsignup}}", ACCOUNT, stdin="runsignup", keep="one"),
    Row(
        f"{ADD} --provider copernico --label Finish {{copernico}}",
        ACCOUNT,
        stdin="copernico",
        keep="two",
    ),
    Row("account list", ACCOUNT),
    Row("account test {one}", {"ok", "detail", "clock_offset_s"}),
    Row("account secrets {one} --secrets-stdin", ACCOUNT, stdin="runsignup"),
    Row("sync events --account {one}", REPORT, "jobs"),
    Row("event list --partner {partner}", EVENT, keep="event"),
    Row("event link {event} --account {two} --remote {remote} --race 10K=10K", EVENT),
    Row("event show {event}", EVENT),
    Row(
        "event show {event}", {"id", "provider_race_id", "name", "starts_at"}, "races", keep="race"
    ),
    Row("sync participants --event {event} --dry-run", PLAN, "plan"),
    Row("sync participants --event {event} --dry-run", STEP, "plan.create"),
    Row("sync participants --event {event} --pull-only", COUNTS, "jobs.counts"),
    Row("sync participants --event {event} --push-only", COUNTS, "jobs.counts"),
    Row("sync participants --event {event} --full --write-back", REPORT, "jobs"),
    Row("sync results --event {event}", REPORT, "jobs"),
    Row("participants list --event {event} --filter active", PERSON, keep="person"),
    Row("participants list --event {event} --search a", PERSON),
    Row("participants show {person}", PERSON | {"history", "systems"}),
    Row(
        "participants add --event {event} --race {race} --first-name Ada --last-name Byron",
        PERSON,
        keep="walkup",
    ),
    Row("participants edit {walkup} --set bib=70001 --set city=Boulder", PERSON),
    Row("participants show {walkup}", {"who", "door", "field", "before", "after"}, "history"),
    Row("participants swap-bibs {walkup} {person}", PERSON),
    Row("participants bib 70001 --event {event}", {"bib", "held", "systems"}),
    Row("undo", PERSON),
    Row(
        "participants add --event {event} --race {race} --first-name Eve --bib 70001",
        PERSON,
        code=3,
    ),
    Row("sync participants --event {event} --push-only", REPORT, "jobs", code=3),
    Row("inbox list", ITEM, keep="item"),
    Row("inbox resolve {item} --keep", ITEM),
    Row("queue hold --account {two}", {"account_id", "held"}),
    Row("sync participants --event {event} --push-only", FAULT, "jobs.error", code=3),
    Row("queue list --state held", JOB, keep="job"),
    Row("queue resume --account {two}", {"account_id", "resumed"}),
    Row("queue cancel {job}", JOB),
    Row("queue retry {job}", JOB),
    Row("queue list", {"done", "total"}, "progress"),
    Row("engine --once", REPORT, "jobs"),
    Row("results list --event {event} --race {race}", RESULT),
    Row("results list --event {event}", {"name", "gun_time_ms", "chip_time_ms"}, "splits"),
    Row("results list --event {event} --revisions", RESULT | {"result_id", "at"}),
    Row("publish --event {event} --race {race}", FINDING, "guard", code=3),
    Row("publish --event {event} --race {race} --dry-run", FINDING, "guard"),
    Row("publish --event {event} --race {race} --yes", REPORT, "jobs"),
    Row("history list --event {event} --limit 5", ATTEMPT, keep="attempt"),
    Row("history show {attempt}", ATTEMPT),
    Row("history changes --event {event}", {"at", "who", "door", "field", "before", "after"}),
    Row("status --event {event}", STATUS),
    Row(
        "status", {"account_id", "provider", "state", "last_success_at", "calls_left"}, "providers"
    ),
    Row("status", {"operation", "event_id", "due_at", "interval_s", "reason"}, "next"),
    # the practice providers' clock is half a day ahead: a no-go
    Row("doctor --event {event}", {"ok", "checks"}, code=3),
    Row("doctor --event {event}", {"name", "ok", "detail", "fix"}, "checks", code=3),
    Row("export roster --event {event}", PERSON),
    Row("export results --event {event} --format json", RESULT),
    Row("export history --event {event} -o {folder}/h.csv", {"path", "rows"}),
    Row("export chronotrack-entries --event {event} -o {folder}/e.csv", {"path"}, code=3),
    Row("backup -o {folder}/b.db", {"path", "rows"}),
    Row("restore {folder}/b.db --yes", {"path", "rows"}),
    Row("restore {folder}/b.db", FAULT, "error", code=2),
    Row("alert add crew --secrets-stdin", {"name", "service"}, stdin=NOBODY),
    Row("alert list", {"name", "service"}),
    Row("alert test crew", {"name", "ok"}, code=1),
    Row("alert remove crew", {"name", "removed"}),
    Row("service print systemd", {"files", "next"}),
    Row("demo --headless --until 20 --runners 5", BALANCE),
    Row("account remove {two}", ACCOUNT),
)

ELSEWHERE = {
    "api", "sandbox", "serve", "completion", "service install", "results attach", "results moved",
    "results orphans", "results sheet", "results versions",
}  # fmt: skip
"""Commands that run until they are stopped, print no JSON, or have tests of their own."""


@pytest.fixture
def evening(program: Program) -> Iterator[dict[str, Any]]:
    """Practice providers half a day later: everybody has finished."""
    yield from start_sandbox(program, 40, f"--clock-origin={time.time() - 12 * 3600}")


def part(document: Any, where: str) -> Any:
    """What lies below a dotted path; a list is looked into at its first item."""
    for name in filter(None, where.split(".")):
        document = first(document)[name]
    return first(document)


def first(document: Any) -> Any:
    if isinstance(document, list):
        assert document, "nothing is listed, so nothing is checked"
        return document[0]
    return document


def words_of(told: dict[str, Any]) -> str:
    """How an account at a practice provider is added, but for its secrets."""
    options = [
        f"--option {key}={value}" for key, value in told["options"].items() if " " not in value
    ]
    return " ".join([f"--base-url {told['base_url']}", *options])


@pytest.mark.timeout(600)
def test_every_command_prints_the_keys_that_scripts_rely_on(
    program: Program, evening: dict[str, Any], tmp_path: Path
) -> None:
    known = defaultdict(lambda: "0", folder=str(tmp_path), remote=evening["copernico"]["event_id"])
    known |= {name: words_of(evening[name]) for name in ("runsignup", "copernico")}
    wrong: dict[str, str] = {}
    before, answer = "", Answer(0, "", "")
    for row in TABLE:
        call = row.call.format_map(known)
        stdin = json.dumps(evening[row.stdin]["secrets"]) if row.stdin in evening else row.stdin
        if call != before:
            before, answer = call, program(*call.split(), "--json", stdin=stdin)
        if answer.code != row.code:
            wrong[call] = f"exit {answer.code}, not {row.code}: {answer.out[:300]}"
            continue
        try:
            found = part(answer.json, row.where)
        except (AssertionError, KeyError, TypeError) as fault:
            wrong[call] = f"{row.where}: {fault!r}"
            continue
        if not row.keys <= set(found):
            wrong[f"{call} {row.where}"] = f"lacks {sorted(row.keys - set(found))}"
        if row.keep:
            known[row.keep] = found["id"]
    assert not wrong, "\n".join(f"{call}: {told}" for call, told in wrong.items())


def every_command() -> Iterator[str]:
    """Each command as it is called, groups gone into."""
    for name, (module, _help) in COMMANDS.items():
        command = getattr(import_module(f"p88console.cli.{module}"), name)
        if isinstance(command, click.Group):
            yield from (f"{name} {inner}" for inner in command.commands)
        else:
            yield name


def test_the_table_has_every_command() -> None:
    def called(name: str) -> bool:
        return any(f"{row.call} ".startswith(f"{name} ") for row in TABLE)

    assert {name for name in every_command() if not called(name)} == ELSEWHERE


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(program: Program, command: str) -> None:
    answer = program(command, "--help")
    assert answer.code == 0
    assert "Usage: p88console" in answer.out
