"""Who leaves keeps what scoring knows of them; a bib goes on only where nobody was read with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from p88console.domain.inbox import Decision, Kind
from p88console.domain.jobs import JobState, Operator
from p88console.domain.model import Provider
from p88console.domain.plan import Action, Plan
from p88console.runtime import operators, present, syncs
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.decisions import Verdict
from p88console.store.people import lists as people
from p88console.store.work import touched
from p88console.system.home import Home
from tests.engine.conftest import RaceDay, race_day_at
from tests.support.faultline import Weather

PAT = Operator("pat", "cli")
SYSTEMS = (Provider.COPERNICO, Provider.CHRONOTRACK)
WRITES = {Provider.COPERNICO: ("race-registrations", 1), Provider.CHRONOTRACK: ("PUT ", 2)}
"""How writes are told in a request's first line, and how many of them free two bibs."""


@pytest.fixture(params=SYSTEMS, ids=[one.value for one in SYSTEMS])
async def day(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[RaceDay]:
    """Everybody registered and at scoring, five minutes before the last gun."""
    async with race_day_at(Home(tmp_path), request.param) as opened:
        await opened.pull()
        await opened.push()
        yield opened


def scoring(day: RaceDay) -> Provider:
    (system,) = set(day.lines) - {Provider.RUNSIGNUP}
    return system


async def bibs_there(day: RaceDay) -> dict[str, str | None]:
    """The far side's own books: the bib of each registration."""
    books = await day.ledger(scoring(day))
    rows = books.get("athletes") or books["entries"]
    return {row.get("external_id") or row["id"]: row.get("dorsal", row.get("bib")) for row in rows}


async def one(day: RaceDay, registration_id: Any) -> people.Person:
    found = await day.runtime.db.read(people.participants, day.event_id)
    return next(one for one in found if one.row["provider_id"] == str(registration_id))


async def leave(day: RaceDay, registration_id: Any) -> None:
    """Somebody cancels, and the operator confirms it in the inbox."""
    day.clock.step(60)
    await day.remove(str(registration_id), "removed")
    await day.pull()
    items = await day.runtime.db.read(inbox.items, kind=Kind.REMOVAL)
    await operators.resolve(day.runtime, PAT, items, Verdict(Decision.CONFIRM))
    await day.push()


async def give(day: RaceDay, registration_id: Any, bib: Any) -> None:
    person = await one(day, registration_id)
    await operators.edit(day.runtime, PAT, person.row["id"], {"bib": str(bib)})


async def plan(day: RaceDay) -> Plan:
    event = await syncs.event_of(day.runtime, day.event_id)
    [(_link, found)] = await syncs.plans(day.runtime, event)
    return found


async def same_race(day: RaceDay) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two who wait for their gun, or who have run, with bibs in one race."""
    books = (await day.ledger(Provider.RUNSIGNUP))["registrations"]
    found = [row for row in books if row["bib"] and row["event_id"] == books[0]["event_id"]]
    return found[0], found[1]


async def test_a_bib_of_somebody_who_left_earlier_is_freed_there_before_it_goes_on(
    day: RaceDay,
) -> None:
    first, second = (await day.waiting())[:2]
    await leave(day, first["registration_id"])
    await give(day, second["registration_id"], first["bib"])
    made = await plan(day)
    (freed,) = made.of(Action.FREE)
    assert freed.changes == {"bib": (str(first["bib"]), None)}
    shown = present.plan("there", made)["update"]
    assert [entry["changes"]["bib"][1] for entry in shown] == [None, str(first["bib"])]
    await day.push()
    there = await bibs_there(day)
    assert there[f"runsignup-{first['registration_id']}"] is None
    assert there[f"runsignup-{second['registration_id']}"] == str(first["bib"])
    made = await plan(day)
    assert (made.outgoing, made.of(Action.FREE)) == ((), ())


async def test_a_bib_that_was_read_stays_with_whoever_wore_it(day: RaceDay) -> None:
    day.clock.reach(day.sandbox.world.day.over + timedelta(seconds=1))
    await day.pull()
    await day.push()
    await day.pull_results()
    rows = await day.runtime.db.read(people.results, day.event_id)
    ran = {row["participant_id"] for row in rows if row["status"] == "finished"}
    everybody = await day.runtime.db.read(people.participants, day.event_id)
    first, second = [
        person.row for person in everybody if person.row["id"] in ran and person.row["race_id"] == 1
    ][:2]
    await leave(day, first["provider_id"])
    await give(day, second["provider_id"], first["bib"])
    made = await plan(day)
    assert not made.of(Action.FREE)
    (blocked,) = made.of(Action.BLOCKED)
    assert "who has been read with it" in blocked.reason
    await day.push()
    there = await bibs_there(day)
    assert there[f"runsignup-{first['provider_id']}"] == first["bib"]
    assert there[f"runsignup-{second['provider_id']}"] == second["bib"]
    (asked,) = await day.runtime.db.read(inbox.items, kind=Kind.HELD)
    assert (asked.participant_id, asked.reason) == (second["id"], blocked.reason)
    if scoring(day) is Provider.COPERNICO:
        (by_hand,) = await day.runtime.db.read(inbox.items, kind=Kind.BY_HAND)
        assert "do not delete them" in by_hand.reason
    await give(day, second["provider_id"], second["bib"])
    await day.push()
    assert await day.runtime.db.read(inbox.items, kind=Kind.HELD) == []


async def test_a_swap_that_breaks_off_in_the_middle_says_so_and_goes_on(day: RaceDay) -> None:
    """D11."""
    first, second = (await day.waiting())[:2]
    persons = [await one(day, row["registration_id"]) for row in (first, second)]
    await operators.swap_bibs(day.runtime, PAT, persons[0].row["id"], persons[1].row["id"])
    line = day.lines[scoring(day)]
    line.weather = Weather.FAULT
    line.hits, line.skip = WRITES[scoring(day)]
    job = await day.push()
    assert job.state is not JobState.COMPLETED
    ours = [f"runsignup-{row['registration_id']}" for row in (first, second)]
    there = await bibs_there(day)
    assert [there[its_id] for its_id in ours] == [None, None]
    for row in (first, second):
        system = (await one(day, row["registration_id"])).systems[0]
        assert system.reason == f"has no bib there, was {row['bib']}: the new one follows"
    line.weather = Weather.FAIR
    day.clock.step(300)
    assert (await day.push()).state is JobState.COMPLETED
    there = await bibs_there(day)
    assert [there[its_id] for its_id in ours] == [str(second["bib"]), str(first["bib"])]
    for row in (first, second):
        assert (await one(day, row["registration_id"])).systems[0].reason is None


async def test_every_number_of_a_push_opens(day: RaceDay) -> None:
    first, second = (await day.waiting())[:2]
    await leave(day, first["registration_id"])
    await give(day, second["registration_id"], "9999")
    pushed = await day.push()
    assert pushed.state is JobState.COMPLETED
    attempt = await day.last_attempt(pushed)
    behind = await day.runtime.db.read(touched.of_attempt, attempt.id)
    for name in ("created", "updated", "sent", "verified", "refused", "unchanged"):
        assert behind.sizes.get(name, 0) == attempt.counts[name], name
    assert behind.people["updated"] == {(await one(day, second["registration_id"])).row["id"]}
