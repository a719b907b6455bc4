"""A whole practice race ends in balance: whoever stands once at scoring, every result back."""

from __future__ import annotations

from pathlib import Path

import pytest

from p88console.sandbox.world import WorldOptions, make_world
from tests.cli.conftest import Program

RUNNERS = 250


@pytest.mark.race_day
@pytest.mark.parametrize("seed", [1])
def test_registered_pushed_verified_and_results_balance(tmp_path: Path, seed: int) -> None:
    program = Program(tmp_path / "home")
    found = program.json(
        "demo",
        "--headless",
        "--until=finish",
        f"--runners={RUNNERS}",
        f"--seed={seed}",
        "--speed=1200",
        f"--home={program.home}",
    )
    world = make_world(WorldOptions(seed=seed, runners=RUNNERS))
    standing = sum(runner.stands for runner in world.runners)
    assert found["registered"] == found["pushed"] == found["verified"] == standing
    assert standing < len(world.runners)
    assert found["left"] == len(world.runners) - standing
    assert found["results"] == found["finishers_at_scoring"] > RUNNERS * 0.8
    assert (found["duplicates_at_scoring"], found["missing_at_scoring"]) == (0, 0)
    assert found["edits"] >= standing // 100
    assert (found["lost_edits"], found["conflicts"]) == (0, 0)
    jobs = found["jobs"]
    assert {state for state, count in jobs.items() if count} <= {"completed", "pending"}
    status = program.json("status")
    assert (status["engine"], status["needs_you"]) == ("stopped", found["to_withdraw"])


@pytest.mark.race_day
@pytest.mark.parametrize("scoring", ["chronotrack", "both"])
def test_a_race_scored_at_chronotrack_balances_too(tmp_path: Path, scoring: str) -> None:
    runners = 200
    program = Program(tmp_path / "home")
    found = program.json(
        "demo",
        "--headless",
        "--until=finish",
        f"--scoring={scoring}",
        f"--runners={runners}",
        "--seed=4",
        "--speed=1200",
        f"--home={program.home}",
    )
    world = make_world(WorldOptions(seed=4, runners=runners))
    standing = sum(runner.stands for runner in world.runners)
    assert found["registered"] == found["pushed"] == found["verified"] == standing
    assert standing < len(world.runners)
    assert found["results"] == found["finishers_at_scoring"] > runners * 0.8
    assert (found["duplicates_at_scoring"], found["missing_at_scoring"]) == (0, 0)
    if scoring == "chronotrack":  # whoever left was withdrawn there without a hand
        assert found["to_withdraw"] == 0
        assert program.json("status")["needs_you"] == 0
