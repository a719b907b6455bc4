"""`publish` and what stands around it: findings, exit codes, versions, the announcer's sheet."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cli.conftest import RUNNERS, Program, set_up_linked, start_sandbox

A_DAY_S = 12 * 3600
"""By then the last finisher of a practice race is through."""

JOB_REPORT_COUNTS = {"received", "created", "updated", "unchanged", "refused", "sent", "verified"}
FINDING = {"race_id", "race", "grade", "code", "text", "participants", "key"}


@pytest.fixture(scope="module")
def finished_race(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Practice providers after the last finisher."""
    program = Program(tmp_path_factory.mktemp("evening"))
    yield from start_sandbox(program, RUNNERS, f"--clock-origin={time.time() - A_DAY_S}")


@dataclass
class Evening:
    """The program over a race whose results are in."""

    program: Program
    event_id: str
    race_id: str

    def publish(self, *arguments: str, code: int = 0) -> Any:
        return self.program.json(
            "publish", f"--event={self.event_id}", f"--race={self.race_id}", *arguments, code=code
        )

    def versions(self) -> Any:
        return self.program.json("results", "versions", f"--event={self.event_id}")


@pytest.fixture
def evening(program: Program, finished_race: dict[str, Any]) -> Evening:
    event_id = set_up_linked(program, finished_race)
    program.json("sync", "participants", f"--event={event_id}")
    program.json("sync", "results", f"--event={event_id}")
    races = program.json("event", "show", event_id)["races"]
    return Evening(program, event_id, races[0]["id"])


def test_without_yes_and_without_a_terminal_the_findings_are_printed(evening: Evening) -> None:
    answer = evening.publish(code=3)
    assert answer["jobs"] == []
    assert set(answer["guard"][0]) == FINDING
    assert {finding["code"] for finding in answer["guard"]} >= {"difference", "notify"}
    assert evening.versions() == []


def test_a_dry_run_shows_the_plan_and_sends_nothing(evening: Evening) -> None:
    answer = evening.publish("--dry-run", "--yes")
    (plan,) = answer["plan"]
    assert (plan["mode"], plan["new"], plan["compared_with"]) == ("full", plan["lines"], None)
    assert evening.versions() == []


def test_results_are_published_called_official_and_taken_back(evening: Evening) -> None:
    answer = evening.publish("--yes")
    (job,) = answer["jobs"]
    assert (job["operation"], job["direction"], job["state"]) == ("results", "push", "completed")
    assert set(job["counts"]) >= JOB_REPORT_COUNTS
    assert job["counts"]["verified"] == job["counts"]["sent"] == answer["plan"][0]["lines"]
    again = evening.publish("--yes")
    assert again["jobs"] == []
    assert again["plan"][0]["nothing_to_do"] is True
    official = evening.publish("--yes", "--official")
    assert official["jobs"][0]["counts"]["unchanged"] == answer["plan"][0]["lines"]
    assert any(finding["code"] == "quiet" for finding in official["guard"])
    evening.publish("--yes", "--previous")
    evening.publish("--yes", "--unpublish")
    told = [(one["version"], one["mode"], one["official"]) for one in evening.versions()]
    assert told == [
        (4, "withdraw", False),
        (3, "partial", False),
        (2, "partial", True),
        (1, "full", False),
    ]
    assert evening.versions()[1]["republishes"] == 1
    assert evening.versions()[-1]["rows"]["verified"] == answer["plan"][0]["lines"]


def test_a_stop_is_passed_by_its_key_alone(evening: Evening) -> None:
    evening.publish("--yes")
    people = evening.program.json("results", "list", f"--event={evening.event_id}")
    leader, second = [row for row in people if row["race_id"] == evening.race_id][:2]
    # whoever was second turns out to be the first one's result
    result = next(
        row
        for row in evening.program.json(
            "results", "list", f"--event={evening.event_id}", "--revisions"
        )
        if row["participant_id"] == leader["participant_id"]
    )
    evening.program.json(
        "results", "attach", result["result_id"], f"--to={second['participant_id']}"
    )
    stopped = evening.publish("--yes", code=3)
    assert stopped["jobs"] == []
    keys = [finding["key"] for finding in stopped["guard"] if finding["grade"] == "stop"]
    assert keys
    assert evening.publish("--yes", *(f"--accept={key}x" for key in keys), code=3)["jobs"] == []
    passed = evening.publish("--yes", *(f"--accept={key}" for key in keys))
    assert passed["jobs"][0]["state"] == "completed"


def test_wishes_that_make_no_sense_are_wrong_usage(evening: Evening) -> None:
    for wrong in (
        ("--previous", "--unpublish"),
        ("--previous",),
        ("--unpublish",),
    ):
        assert evening.publish(*wrong, code=2)["error"]["code"] == "usage"
    evening.race_id = "999"
    assert evening.publish("--yes", code=2)["error"]["code"] == "usage"


def test_moves_revisions_orphans_and_the_sheet_are_listed(evening: Evening) -> None:
    program, event = evening.program, f"--event={evening.event_id}"
    every = program.json("results", "list", event, "--revisions")
    latest = program.json("results", "list", event)
    assert {row["revision"] for row in every} == {1}
    assert len(every) == len(latest)
    assert program.json("results", "orphans", event) == []
    assert program.json("results", "moved", event, "--since=2020-01-01") != []
    now = datetime.now(UTC).isoformat()
    assert program.json("results", "moved", event, f"--since={now}") == []
    assert program.json("results", "moved", event, "--since=soon", code=2)["error"]
    sheet = program.json("results", "sheet", event, f"--race={evening.race_id}", "--top=2")
    assert sheet[0]["gender"] is None
    assert all(len(group["results"]) <= 2 for group in sheet)
    assert [row["place"] for row in sheet[0]["results"]] == [1, 2]
    shown = program("results", "sheet", event)
    assert "everybody" in shown.err
    assert shown.code == 0
