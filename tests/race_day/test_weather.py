"""Race days in bad weather: whatever breaks, nobody is lost and nobody is there twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from p88console.sandbox.world import WorldOptions, make_world
from tests.cli.conftest import Program

RUNNERS = 200


@pytest.mark.race_day
@pytest.mark.parametrize(("weather", "seed"), [("rough", 1), ("storm", 2)])
def test_a_race_day_in_bad_weather_balances(tmp_path: Path, weather: str, seed: int) -> None:
    program = Program(tmp_path / "home")
    found = program.json(
        "demo",
        "--headless",
        "--until=finish",
        f"--weather={weather}",
        f"--runners={RUNNERS}",
        f"--seed={seed}",
        "--speed=1200",
        f"--home={program.home}",
    )
    assert found["faults_injected"] > 5
    assert (found["duplicates_at_scoring"], found["missing_at_scoring"]) == (0, 0)
    world = make_world(WorldOptions(seed=seed, runners=RUNNERS))
    standing = sum(runner.stands for runner in world.runners)
    assert found["registered"] == found["pushed"] == found["verified"] == standing
    assert standing < len(world.runners)
    assert found["results"] == found["finishers_at_scoring"] > RUNNERS * 0.8
    assert found["jobs"]["held"] == 0
    # a job may give up after its third retry; the same work's next turn is the schedule's
    failed = program.json("queue", "list", "--state=failed_permanent")
    assert len(failed) == found["jobs"]["failed_permanent"]
    assert {(job["direction"], job["attempt"]) for job in failed} <= {("pull", 4)}
