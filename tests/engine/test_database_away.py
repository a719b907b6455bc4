"""The shared database is lost in mid-race: what is typed is kept, and applied when it is back."""

from __future__ import annotations

import asyncio

import pytest

from p88console.domain.inbox import Kind
from p88console.domain.jobs import Operator
from p88console.runtime import operators, spooling
from p88console.runtime.desks.people import RuntimePeople
from p88console.store.database.spool import Deed, Typed
from p88console.store.inbox import questions as inbox
from p88console.store.people import lists as people
from p88console.store.tenancy import events
from p88console.store.windows.roster_rows import RosterQuery
from tests.engine.conftest import RaceDay
from tests.engine.test_beside_each_other import cable_to, laptop, until

pytestmark = pytest.mark.parametrize("where", ["postgresql"], indirect=True)

KIM, PAT = Operator("kim", "console"), Operator("pat", "console")


async def person(race_day: RaceDay, number: int = 0) -> int:
    """The id of one of the mirrored people."""
    found = await race_day.runtime.db.read(people.participants, race_day.event_id)
    return int(found[number].row["id"])


async def apply(race_day: RaceDay) -> list[str]:
    runtime = race_day.runtime
    return await spooling.apply(runtime.home, runtime.shop, runtime.engine.nudge)


async def field(race_day: RaceDay, participant_id: int, name: str) -> str | None:
    (found,) = await operators.people_of(race_day.runtime, [participant_id])
    value: str | None = found.row[name]
    return value


async def test_edits_of_two_consoles_meet_in_the_inbox_when_the_line_is_back(
    race_day: RaceDay,
) -> None:
    await race_day.pull()
    somebody, other = await person(race_day), await person(race_day, 1)
    was = await field(race_day, somebody, "city")
    async with cable_to(race_day) as cable, laptop(race_day, "cut off", cable=cable) as lost:
        assert await lost.engine.start()
        await operators.people_of(lost, [somebody])  # the picture that stays on the screen
        cable.cut()
        race_day.clock.step(1)
        kept = await operators.edit(lost, KIM, somebody, {"city": "Golden", "team": "Harriers"})
        assert kept.kept
        assert (await operators.swap_bibs(lost, KIM, somebody, other)).kept
        await operators.edit(race_day.runtime, PAT, somebody, {"city": "Denver"})
        bibs = [await field(race_day, one, "bib") for one in (somebody, other)]
        race_day.clock.step(1)
        cable.mend()

        async def applied() -> bool:
            return not await asyncio.to_thread(spooling.spool_of(lost.home).waiting)

        await until(applied, 60)
        assert lost.engine.running
        assert lost.engine.fault is None
    assert await field(race_day, somebody, "city") == "Denver"
    assert await field(race_day, somebody, "team") == "Harriers"
    assert [await field(race_day, one, "bib") for one in (other, somebody)] == bibs
    (item,) = await race_day.runtime.db.read(inbox.items, kind=Kind.CONFLICT)
    assert (item.base, item.ours, item.theirs) == (was, "Denver", "Golden")


@pytest.mark.parametrize("whole", [True, False], ids=["story", "row"])
async def test_what_changed_after_the_form_was_filled_is_asked_about(
    race_day: RaceDay,
    whole: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    await race_day.pull()
    somebody = await person(race_day)
    async with cable_to(race_day) as cable, laptop(race_day, "cut off", cable=cable) as lost:
        desk = RuntimePeople(lost, KIM)
        await (desk.story(somebody) if whole else desk.page(RosterQuery(race_day.event_id), 0, 100))
        race_day.clock.step(1)
        await operators.edit(race_day.runtime, PAT, somebody, {"city": "Denver"})
        race_day.clock.step(1)
        await desk.events()  # the line is heard of later than the person
        cable.cut()
        known = desk.remembered(somebody)
        assert known is not None
        await desk.edit(somebody, {"city": "Golden"}, known.newest_change)
        cable.mend()

        async def applied() -> bool:
            await spooling.apply(lost.home, lost.shop, lost.engine.nudge)
            return not await asyncio.to_thread(spooling.spool_of(lost.home).waiting)

        await until(applied, 60)
    assert await field(race_day, somebody, "city") == "Denver"
    (item,) = await race_day.runtime.db.read(inbox.items, kind=Kind.CONFLICT)
    assert (item.ours, item.theirs) == ("Denver", "Golden")


async def test_a_console_edits_whom_it_showed_in_a_list(race_day: RaceDay) -> None:
    await race_day.pull()
    somebody = await person(race_day)
    last_name, bib = [await field(race_day, somebody, name) for name in ("last_name", "bib")]
    async with cable_to(race_day) as cable, laptop(race_day, "cut off", cable=cable) as lost:
        desk = RuntimePeople(lost, KIM)
        await desk.page(RosterQuery(race_day.event_id), 0, 100)
        cable.cut()
        known = desk.remembered(somebody)
        assert known is not None
        assert (known.fields["last_name"], known.fields["bib"]) == (last_name, bib)
        assert known.race_name in await desk.races(race_day.event_id)
        told = await desk.edit(somebody, {"team": "Harriers"}, known.newest_change)
        assert "kept on this machine" in told
        cable.mend()

        async def applied() -> bool:
            await spooling.apply(lost.home, lost.shop, lost.engine.nudge)
            return await field(race_day, somebody, "team") == "Harriers"

        await until(applied, 60)


async def test_what_was_applied_before_a_crash_is_not_applied_again(race_day: RaceDay) -> None:
    await race_day.pull()
    first, second = await person(race_day), await person(race_day, 1)
    bibs = [await field(race_day, one, "bib") for one in (first, second)]
    now, home = race_day.clock.step(1), race_day.home
    event = await race_day.runtime.db.read(events.event, race_day.event_id)
    walk_up = {"race": event.races[0].name, "last_name": "Alkup"}
    swap = {"first_id": first, "second_id": second}
    add = {"event_id": race_day.event_id, "texts": walk_up}
    typed = [
        Typed(Deed.SWAP, "kim", "console", now, now, swap, "5a"),
        Typed(Deed.ADD, "kim", "console", now, now, add, "ab12"),
    ]
    for _ in range(2):
        for one in typed:
            spooling.keep(home, one)
        assert len(await apply(race_day)) == 2
    assert [await field(race_day, one, "bib") for one in (second, first)] == bibs
    found = await race_day.runtime.db.read(people.participants, race_day.event_id, search="alkup")
    assert len(found) == 1


async def test_what_cannot_be_applied_is_handed_to_a_person(race_day: RaceDay) -> None:
    await race_day.pull()
    somebody, now = await person(race_day), race_day.clock.step(1)
    about = {"participant_id": somebody, "texts": {"race": "no such race"}}
    spooling.keep(race_day.home, Typed(Deed.EDIT, "kim", "console", now, now, about, "e1"))
    await apply(race_day)
    assert await apply(race_day) == []
    (item,) = await race_day.runtime.db.read(inbox.items, kind=Kind.BY_HAND)
    assert item.participant_id == somebody
    assert "no such race" in item.reason
