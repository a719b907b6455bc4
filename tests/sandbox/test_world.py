"""The invented race day itself."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from p88console.sandbox.people import LONG_PHONE
from p88console.sandbox.world import THREE_DESKS, World, WorldOptions, make_world


def test_the_same_seed_makes_the_same_world() -> None:
    first, second = (make_world(WorldOptions(seed=3, runners=40)) for _ in range(2))
    assert first.runners == second.runners
    assert first.day == second.day
    assert make_world(WorldOptions(seed=4, runners=40)).runners != first.runners


def test_everybody_has_a_bib_of_their_own_five_minutes_before_the_gun(world: World) -> None:
    assert len({runner.bib for runner in world.runners}) == len(world.runners)
    for runner in world.runners:
        given = [change for change in runner.changes if "bib" in change.fields]
        assert given[-1].fields["bib"] == runner.bib
        settled = runner.race.starts_at - timedelta(minutes=5)
        assert runner.registered_at <= given[0].at <= given[-1].at <= settled


def test_most_register_before_the_day_and_the_last_twenty_minutes_before_the_gun() -> None:
    world = make_world(WorldOptions(runners=1000))
    early = sum(runner.registered_at < world.day.start for runner in world.runners)
    assert 800 < early < 900
    for runner in world.runners:
        assert runner.registered_at <= runner.race.starts_at - timedelta(minutes=20)
    assert [runner.registered_at for runner in world.runners] == sorted(
        runner.registered_at for runner in world.runners
    )


def test_corrections_lead_from_what_was_typed_to_the_truth() -> None:
    world = make_world(WorldOptions(runners=1000))
    corrected = 0
    for runner in world.runners:
        typed = {name: getattr(runner.registered_as, name) for name in ("first_name", "birth_date")}
        for change in runner.changes:
            typed.update({name: value for name, value in change.fields.items() if name in typed})
            corrected += "bib" not in change.fields
        assert typed == {name: getattr(runner.person, name) for name in typed}
    assert 5 < corrected < 60


def test_some_stay_away_some_give_up_and_the_rest_finish_in_time() -> None:
    world = make_world(WorldOptions(runners=1000))
    starters = sum(runner.starts for runner in world.runners)
    finishers = sum(runner.finishes for runner in world.runners)
    assert 940 < starters < 1000
    assert 0 < starters - finishers < 50
    assert world.day.over - max(world.day.guns) < timedelta(hours=2, minutes=50)
    for runner in world.runners:
        seen = [crossing for crossing in runner.crossings if crossing is not None]
        assert seen == sorted(set(seen))


def test_odd_people_are_among_them(world: World) -> None:
    people = [runner.person for runner in world.runners]
    names = {person.first_name for person in people}
    assert {"Zoë-Aïda", "Madonna", "Siobhán"} <= names
    assert any(not person.last_name for person in people)
    assert any(person.phone == LONG_PHONE and len(LONG_PHONE) == 33 for person in people)
    assert {person.gender for person in people} >= {"F", "M", "X", None}
    twins = Counter((one.first_name, one.last_name, one.birth_date) for one in people)
    assert max(twins.values()) == 2
    assert all(person.email.endswith("@example.org") for person in people)


def test_guns_are_whole_minutes_whatever_the_start() -> None:
    start = datetime(2026, 3, 1, 9, 17, 42, 5, tzinfo=UTC)
    world = make_world(WorldOptions(runners=0, start=start))
    assert world.day.guns[0] == datetime(2026, 3, 1, 10, 48, tzinfo=UTC)
    assert world.day.start == start


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        make_world(WorldOptions(start=datetime(2026, 3, 1)))  # noqa: DTZ001  # that is the point


def test_every_runner_registers_at_one_of_the_desks() -> None:
    world = make_world(WorldOptions(runners=1_000, desks=THREE_DESKS))
    parts = {provider: world.registered_at(provider) for provider, _ in THREE_DESKS}
    assert sum(len(part) for part in parts.values()) == len(world.runners)
    for provider, share in THREE_DESKS:
        assert abs(len(parts[provider]) / 1_000 - share) < 0.05
    alone = make_world(WorldOptions(runners=1_000))
    assert len(alone.registered_at(THREE_DESKS[0][0])) == len(world.runners)
    assert [one.person for one in alone.runners] == [one.person for one in world.runners]
