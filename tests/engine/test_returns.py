"""Bibs given here go back to where people registered: once, read back, and only where asked for."""

from __future__ import annotations

import pytest

from p88console.domain.errors import UsageFault
from p88console.domain.inbox import Decision, Kind
from p88console.domain.jobs import JobState, Operator, Trigger
from p88console.domain.model import Provider
from p88console.runtime import operators, syncs, tenancy
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.decisions import Verdict
from p88console.store.people import lists as people
from p88console.store.people.lists import Person
from p88console.store.work import returns
from tests.engine.conftest import RaceDay
from tests.support.faultline import Weather

ANA = Operator("ana", "cli")
WRITE = "POST"


async def somebody(day: RaceDay, count: int = 1) -> list[Person]:
    found = await day.runtime.db.read(people.participants, day.event_id, only=people.Filter.ACTIVE)
    return list(found)[:count]


async def give(day: RaceDay, person: Person, bib: str) -> None:
    await operators.edit(day.runtime, ANA, person.row["id"], {"bib": bib})


async def return_bibs(day: RaceDay) -> tuple[JobState, dict[str, int]]:
    event = await syncs.event_of(day.runtime, day.event_id)
    (queued,) = await syncs.return_bibs(day.runtime, event, Trigger.OPERATOR)
    (job,) = await day.runtime.run_jobs([queued.job_id])
    return job.state, (await day.last_attempt(job)).counts


async def bib_there(day: RaceDay, person: Person) -> str | None:
    books = await day.ledger(Provider.RUNSIGNUP)
    number = int(person.row["provider_id"])
    (row,) = [row for row in books["registrations"] if row["registration_id"] == number]
    return None if row["bib"] is None else str(row["bib"])


async def link(day: RaceDay, **options: str) -> None:
    event = await syncs.event_of(day.runtime, day.event_id)
    (known,) = event.links
    await tenancy.link_event(
        day.runtime, event.id, known.account_id, known.remote_event_id, options=options
    )


async def writes(day: RaceDay) -> int:
    books = await day.ledger(Provider.RUNSIGNUP)
    return sum(count for call, count in books["calls"].items() if call.startswith(WRITE))


async def test_bibs_given_here_arrive_and_are_sent_once(race_day: RaceDay) -> None:
    await race_day.pull()
    first, second = await somebody(race_day, 2)
    race_day.clock.step(60)
    await give(race_day, first, "9001")
    await give(race_day, second, "9002")
    state, counts = await return_bibs(race_day)
    assert (state, counts["sent"], counts["verified"], counts["refused"]) == (
        JobState.COMPLETED,
        2,
        2,
        0,
    )
    assert [await bib_there(race_day, one) for one in (first, second)] == ["9001", "9002"]
    before = await writes(race_day)
    _, again = await return_bibs(race_day)
    await race_day.pull(full=True)
    _, after_a_pull = await return_bibs(race_day)
    assert (again["sent"], after_a_pull["sent"], await writes(race_day)) == (0, 0, before)


async def test_without_being_asked_no_bib_goes_back(race_day: RaceDay) -> None:
    await race_day.pull()
    (one,) = await somebody(race_day)
    await give(race_day, one, "9001")
    await race_day.push()
    await race_day.pull()
    assert await writes(race_day) == 0


async def test_where_the_link_says_so_an_edit_takes_its_bib_back_by_itself(
    race_day: RaceDay,
) -> None:
    await link(race_day, bib_write_back="on")
    await race_day.pull()
    (one,) = await somebody(race_day)
    race_day.clock.step(60)
    await give(race_day, one, "9001")
    await race_day.runtime.engine.once()
    assert await bib_there(race_day, one) == "9001"
    assert await writes(race_day) == 1
    race_day.clock.step(60)
    await race_day.pull()
    await race_day.runtime.engine.once()
    assert await writes(race_day) == 1


async def test_a_bib_that_is_no_number_is_asked_about_and_not_sent_again(race_day: RaceDay) -> None:
    await race_day.pull()
    one, other = await somebody(race_day, 2)
    race_day.clock.step(60)
    await give(race_day, one, "A12")
    await give(race_day, other, "9002")
    state, counts = await return_bibs(race_day)
    assert (state, counts["verified"], counts["refused"]) == (JobState.COMPLETED, 1, 1)
    (item,) = await race_day.runtime.db.read(inbox.items, kind=Kind.REFUSED)
    assert item.participant_id == one.row["id"]
    assert "A12" in item.reason
    assert (await return_bibs(race_day))[1]["sent"] == 0
    await operators.resolve(race_day.runtime, ANA, [item], Verdict(Decision.RETRY))
    assert (await return_bibs(race_day))[1]["sent"] == 1
    await give(race_day, one, "9003")
    assert (await return_bibs(race_day))[1]["verified"] == 1
    await race_day.pull()
    assert await race_day.runtime.db.read(inbox.items, kind=Kind.REFUSED) == []


async def test_a_write_that_was_never_answered_is_looked_for_first(race_day: RaceDay) -> None:
    await race_day.pull()
    (one,) = await somebody(race_day)
    race_day.clock.step(60)
    await give(race_day, one, "9001")
    race_day.runsignup.hits, race_day.runsignup.weather = "POST /rest/race", Weather.DEAF
    state, _counts = await return_bibs(race_day)
    assert state is JobState.VERIFY
    race_day.runsignup.weather = Weather.FAIR
    race_day.clock.step(600)
    await race_day.runtime.engine.once()
    assert await bib_there(race_day, one) == "9001"
    assert await writes(race_day) == 1
    assert await race_day.runtime.db.read(returns.due, race_day.event_id) == []


async def test_a_bib_worn_twice_stays_here(race_day: RaceDay) -> None:
    await race_day.pull()
    found = await somebody(race_day, 40)
    worn = next(one for one in found if one.row["bib"])
    other = next(
        one for one in found if one is not worn and one.row["race_id"] == worn.row["race_id"]
    )
    await give(race_day, other, worn.row["bib"])
    assert (await return_bibs(race_day))[1]["sent"] == 0
    assert await writes(race_day) == 0


async def test_the_option_is_on_or_off(race_day: RaceDay) -> None:
    with pytest.raises(UsageFault, match="bib_write_back"):
        await link(race_day, bib_write_back="sometimes")
