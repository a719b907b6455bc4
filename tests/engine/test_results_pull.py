"""Results pulls over real sockets: orphans are told, vanished standings taken back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from p88console.domain.inbox import Decision, Kind
from p88console.domain.jobs import Job, Operation, Operator, Trigger
from p88console.runtime import operators, syncs
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.decisions import Verdict
from p88console.store.mirror.participants import PARTICIPANTS
from p88console.store.people import lists as people
from p88console.store.results import standings
from p88console.store.results.revisions import RESULTS
from p88console.store.work import queue
from tests.engine.conftest import RaceDay
from tests.support.faultline import Weather

PAT = Operator("pat", "cli")


async def finished(race_day: RaceDay) -> list[dict[str, Any]]:
    """A race day whose results are in."""
    await race_day.pull()
    await race_day.push()
    race_day.clock.reach(race_day.sandbox.world.day.over)
    await race_day.pull_results()
    return await race_day.runtime.db.read(people.results, race_day.event_id)


async def pull(race_day: RaceDay, *, full: bool) -> Job:
    event = await syncs.event_of(race_day.runtime, race_day.event_id)
    (queued,) = await syncs.pull_results(race_day.runtime, event, Trigger.OPERATOR, full=full)
    return (await race_day.runtime.run_jobs([queued.job_id]))[0]


async def test_the_same_results_twice_move_nothing(race_day: RaceDay) -> None:
    await finished(race_day)
    since = race_day.clock.now()
    race_day.clock.step(60)
    again = await race_day.pull_results()
    counts = (await race_day.last_attempt(again)).counts
    assert (counts["created"], counts["updated"], counts["removed"]) == (0, 0, 0)
    assert await race_day.runtime.db.read(standings.moved_since, race_day.event_id, since) == []


async def test_a_result_of_nobody_waits_in_the_inbox(race_day: RaceDay) -> None:
    rows = await finished(race_day)
    runner = next(row for row in rows if row["status"] == "finished")
    person = PARTICIPANTS.c.id == runner["participant_id"]

    def forget(tx: Any) -> None:
        """As if nobody had ever been pushed, and this runner had another bib here."""
        tx.connection.exec_driver_sql("DELETE FROM push_ledger")
        tx.connection.execute(update(PARTICIPANTS).where(person).values(bib="strange"))

    await race_day.runtime.db.write(forget)
    await race_day.pull_results()
    items = await race_day.runtime.db.read(
        inbox.items, event_id=race_day.event_id, kind=Kind.ORPHAN
    )
    assert [item.participant_id for item in items] == [runner["participant_id"]]
    assert "same name" in items[0].reason


async def invent(race_day: RaceDay, rows: list[dict[str, Any]], count: int) -> None:
    """Results that the scoring system had once listed and lists no more."""
    template = next(row for row in rows if row["status"] == "finished")
    plain = {name: value for name, value in template.items() if name != "id"}
    keys = [f"{template['row_key']}-gone-{number}" for number in range(count)]
    invented = [plain | {"row_key": key} for key in keys]
    await race_day.runtime.db.write(lambda tx: tx.connection.execute(insert(RESULTS), invented))


async def invented_statuses(race_day: RaceDay) -> list[str]:
    query = select(RESULTS.c.status).where(RESULTS.c.row_key.contains("-gone-"))
    return await race_day.runtime.db.read(lambda reading: list(reading.execute(query).scalars()))


async def test_who_vanished_from_a_whole_list_loses_the_standing(race_day: RaceDay) -> None:
    await invent(race_day, await finished(race_day), 3)
    counts = (await race_day.last_attempt(await race_day.pull_results())).counts
    assert (counts["removed"], counts["quarantined"]) == (3, 0)
    assert await invented_statuses(race_day) == ["notstarted"] * 3


async def test_many_who_vanish_at_once_wait_for_a_person(race_day: RaceDay) -> None:
    await invent(race_day, await finished(race_day), 8)
    job = await race_day.pull_results()
    attempt = await race_day.last_attempt(job)
    assert (attempt.counts["removed"], attempt.counts["quarantined"]) == (0, 8)
    assert attempt.error is not None
    assert "no longer lists 8 results at once" in attempt.error["detail"]
    assert await invented_statuses(race_day) == ["finished"] * 8
    counts = (await race_day.last_attempt(await pull(race_day, full=True))).counts
    assert counts["removed"] == 8


def naming_nobody(answer: Any) -> Any:
    rows = answer if isinstance(answer, list) else answer["data"]
    for row in rows[:1]:
        row.update(dict.fromkeys(("dorsal", "id", "name", "surname")))
    return answer


async def test_a_result_that_cannot_be_read_is_asked_about_until_it_can(
    race_day: RaceDay,
) -> None:
    await finished(race_day)
    race_day.copernico.hits, race_day.copernico.bend = "preset", naming_nobody
    for _ in range(2):
        await race_day.pull_results()
    items = await race_day.runtime.db.read(inbox.items, kind=Kind.REFUSED)
    races = len((await syncs.event_of(race_day.runtime, race_day.event_id)).races)
    assert [item.reason.partition(":")[0] for item in items] == ["a result cannot be read"] * races
    race_day.copernico.bend = None
    await operators.resolve(race_day.runtime, PAT, items[:1], Verdict(Decision.RETRY))
    pending = await race_day.runtime.db.read(queue.find)
    (again,) = [job.id for job in pending if job.full and not job.attempt]
    (job,) = await race_day.runtime.run_jobs([again])
    assert job.operation is Operation.RESULTS
    assert await race_day.runtime.db.read(inbox.items, kind=Kind.REFUSED) == []


async def test_an_empty_list_takes_nobody_back(race_day: RaceDay) -> None:
    rows = await finished(race_day)
    line = race_day.copernico
    line.weather, line.hits = Weather.EMPTY, "preset"
    await race_day.pull_results()
    assert await race_day.runtime.db.read(people.results, race_day.event_id) == rows
