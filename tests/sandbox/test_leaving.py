"""Life in the field: people cancel, defer and change races before the gun."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from p88console.sandbox.copernico import CopernicoServer
from p88console.sandbox.day import Runner
from p88console.sandbox.haku import HakuServer
from p88console.sandbox.haku.rows import registration_id_in
from p88console.sandbox.raceroster import RaceRosterServer
from p88console.sandbox.runsignup import RunSignUpServer
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import THREE_DESKS, World, WorldOptions, make_world

from .organisation import Organisation
from .rig import HandClock, Practice
from .roster import Roster


def leaving(runners: tuple[Runner, ...] | list[Runner]) -> list[tuple[Runner, datetime, str]]:
    return [(one, one.leaves.at, one.leaves.reason) for one in runners if one.leaves is not None]


@pytest.fixture(scope="module")
def lively() -> World:
    return make_world(WorldOptions(seed=11, runners=600, leaving=0.1, desks=THREE_DESKS))


@pytest.mark.parametrize("seed", range(5))
def test_every_way_of_leaving_is_there_in_any_field_of_size(seed: int) -> None:
    world = make_world(WorldOptions(seed=seed, runners=200))
    reasons = Counter(reason for *_, reason in leaving(world.runners))
    assert reasons == {"cancelled": 1, "deferred": 1, "transferred": 1}
    assert len(world.runners) == 201
    few = make_world(WorldOptions(seed=seed, runners=2, early=1.0, leaving=1.0))
    assert len(leaving(few.runners)) == 2
    none = make_world(WorldOptions(seed=seed, runners=200, leaving=0.0))
    assert not leaving(none.runners)


def test_whoever_leaves_does_so_before_the_gun_and_does_not_run(lively: World) -> None:
    left = leaving(lively.runners)
    assert len(left) == 60
    for runner, at, _ in left:
        assert runner.registered_at <= at <= min(lively.day.guns) - timedelta(minutes=30)
        assert set(runner.crossings) == {None}
    early = sum(at < lively.day.start for _, at, _ in left)
    assert 0 < early < 30


def test_whoever_changes_races_registers_anew_at_the_same_desk(lively: World) -> None:
    moved = [one for one, _, reason in leaving(lively.runners) if reason == "transferred"]
    assert len(moved) == 20
    for old in moved:
        assert old.leaves is not None
        assert old.leaves.moved_to is not None
        new = lively.runners[old.leaves.moved_to]
        assert (new.number, new.person) == (old.leaves.moved_to, old.person)
        assert new.race is not old.race
        assert new.registered_at == old.leaves.at
        assert new.registers_at == old.registers_at
        assert new.starts
        assert lively.wearer(new.race.name, str(new.bib)) is new
    worn = Counter((one.race.name, one.bib) for one in lively.runners)
    assert max(worn.values()) == 1


def test_whoever_stays_is_the_same_as_if_nobody_left(lively: World) -> None:
    options = WorldOptions(seed=11, runners=600, leaving=0.0, desks=THREE_DESKS)
    quiet = {one.bib: one for one in make_world(options).runners}
    staying = [one for one in lively.runners if one.stands and one.bib in quiet]
    assert len(staying) == 540
    for one in staying:
        same = quiet[one.bib]
        assert (one.person, one.changes) == (same.person, same.changes)
        assert (one.crossings, one.registers_at) == (same.crossings, same.registers_at)


@dataclass(frozen=True)
class Desks:
    """All three registration providers over one lively field, all at the first gun."""

    runsignup: Practice
    roster: Roster
    haku: Organisation


@pytest.fixture
async def desks(lively: World) -> AsyncIterator[Desks]:
    clock = HandClock(lively.day.start)
    runsignup, copernico = RunSignUpServer(lively, clock), CopernicoServer(lively, clock)
    raceroster, haku = RaceRosterServer(lively, clock), HakuServer(lively, clock)
    servers = [runsignup, copernico, raceroster, haku]
    async with Sandbox(lively, clock, servers=servers) as sandbox:
        clients = Desks(
            Practice(sandbox, (runsignup, copernico), clock),
            Roster(sandbox, raceroster, clock),
            Organisation(sandbox, haku, clock),
        )
        async with clients.runsignup.http, clients.roster.http, clients.haku.http:
            clock.set(min(lively.day.guns))
            await clients.roster.sign_in()
            await clients.haku.sign_in()
            yield clients


async def test_runsignup_lists_them_as_removed_with_the_reason(desks: Desks) -> None:
    practice = desks.runsignup
    event_ids = practice.event_ids
    elements = await practice.rsu(
        f"{practice.race_path}/removed-participants",
        event_id=",".join(map(str, event_ids)),
        results_per_page=2500,
    )
    removed = {
        row["registration_id"]: row for one in elements for row in one["event"]["participants"]
    }
    here = [one for one in practice.world.runners if one.registers_at == "runsignup"]
    left = leaving(here)
    assert len(removed) == len(left) > 20
    words = {"cancelled": "removed", "deferred": "deferred", "transferred": "transferred"}
    assert Counter(row["removed_reason"] for row in removed.values()) == Counter(
        words[reason] for *_, reason in left
    )
    standing = {row["registration_id"]: row for row in await practice.people(results_per_page=2500)}
    assert not standing.keys() & removed.keys()
    for row in removed.values():
        if row["removed_reason"] == "transferred":
            arrived = standing[row["new_registration_id"]]
            assert arrived["user"]["email"] == row["user"]["email"]
            assert arrived["bib_num"] is not None
        else:
            assert row["new_registration_id"] is None
    ledger = (await practice.ledger())["registrations"]
    assert {row["status"] for row in ledger} == {"active", *words.values()}


async def test_race_roster_shows_them_inactive_or_not_at_all(desks: Desks) -> None:
    roster = desks.roster
    rows = await roster.people()
    here = [one for one in roster.runners if one.registered_at <= roster.clock.now()]
    assert [row["isActive"] for row in rows] == [one.stands for one in here]
    assert len(leaving(here)) > 5
    await roster.control("/ways", {"leavers_absent": True})
    assert await roster.people() == [row for row in rows if row["isActive"]]
    roster.clock.set(roster.world.day.over)
    for race in roster.world.races:
        page = await roster.results(race.name, limit=1000)
        assert page["meta"]["totalResults"] == len(roster.finishers(race))


async def test_haku_keeps_them_as_cancelled(desks: Desks) -> None:
    haku = desks.haku
    rows = await haku.people()
    here = [one for one in haku.runners if one.registered_at <= haku.clock.now()]
    assert [row["is_cancelled"] for row in rows] == [not one.stands for one in here]
    left = leaving(here)
    assert {reason for *_, reason in left} == {"cancelled", "deferred", "transferred"}
    ids = {one.number: row["registration_number"] for one, row in zip(here, rows, strict=True)}
    for runner, at, _ in left:
        found = await haku.detail(ids[runner.number])
        assert datetime.fromisoformat(found["cancelled_at"]) == at
        if runner.leaves is not None and runner.leaves.moved_to is not None:
            new = await haku.detail(ids[runner.leaves.moved_to])
            assert (new["is_cancelled"], new["created_at"]) == (False, found["cancelled_at"])
            assert new["participant"]["email"] == found["participant"]["email"]
            assert registration_id_in(new["registration_number"]) is not None
