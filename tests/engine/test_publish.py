"""Publishing over real sockets: what goes out is what is read back, whatever goes wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import Connection, text, update

from p88console.domain.errors import NotOffered, UsageFault
from p88console.domain.jobs import Direction, Job, JobKey, JobState, Operation, Operator, Trigger
from p88console.domain.model import Provider
from p88console.domain.publication import Line, Mode, PublicationState, RowState
from p88console.engine.readback import split_order
from p88console.runtime import publishing, steering, syncs
from p88console.runtime.desks.standings import FUSE_S, RuntimeStandings
from p88console.store.results import publications
from p88console.store.results.drafts import Draft, Wish
from p88console.store.results.revisions import RESULTS, WITHDRAWN
from p88console.store.tenancy.events import RaceRow
from p88console.store.windows.result_rows import PublishWish
from p88console.store.work import queue
from tests.engine.conftest import RaceDay
from tests.support.faultline import Weather

ME = Operator("tester", "cli")
FULL_RESULTS = "full-results"
NO_FINISH: dict[str, Any] = {"gun_time_ms": None, "chip_time_ms": None, "place": None}


@dataclass
class Press:
    """A race day whose results are in, and the means to publish them."""

    day: RaceDay
    race: RaceRow
    account_id: int

    async def drafts(self, **wish: bool) -> list[Draft]:
        event = await syncs.event_of(self.day.runtime, self.day.event_id)
        return await publishing.prepare(self.day.runtime, event, Wish(**wish), self.race.id)

    async def ask(self, **wish: bool) -> int:
        """Take the draft in and queue it; returns the job's id."""
        made = await self.drafts(**wish)
        event = await syncs.event_of(self.day.runtime, self.day.event_id)
        queued = await publishing.publish(self.day.runtime, event, made, Trigger.OPERATOR, ME)
        assert queued is not None
        return queued.job_id

    async def run(self, job_id: int) -> Job:
        (job,) = await self.day.runtime.run_jobs([job_id])
        return job

    async def publish(self, **wish: bool) -> dict[str, Any]:
        """Publish now; returns the counts."""
        job = await self.run(await self.ask(**wish))
        assert job.state is JobState.COMPLETED, job.error
        return (await self.day.last_attempt(job)).counts

    async def versions(self) -> list[publications.Version]:
        return await self.day.runtime.db.read(
            publications.versions, self.day.event_id, self.race.id
        )

    async def states(self) -> dict[str, int]:
        """How far the lines of the newest version are."""
        newest = (await self.versions())[0].id
        found = await self.day.runtime.db.read(publications.row_states, [newest])
        return found[newest]

    async def lists(self) -> list[dict[str, Any]]:
        """RunSignUp's own books about this race."""
        books = await self.day.ledger(Provider.RUNSIGNUP)
        event = int(self.race.provider_race_id)
        return [one for one in books["result_sets"] if one["event_id"] == event]

    async def shown(self) -> dict[int, dict[str, Any]]:
        """The one public list, by registration."""
        (public,) = [one for one in await self.lists() if one["public"]]
        return {row["registration_id"]: row for row in public["results"]}

    async def calls(self, name: str) -> int:
        calls: dict[str, int] = (await self.day.ledger(Provider.RUNSIGNUP))["calls"]
        return sum(count for kind, count in calls.items() if kind.endswith(name))

    async def correct(self, *lines: Line, **values: Any) -> None:
        """Let the results of these runners be corrected, as a pull would."""
        people = [line.participant_id for line in lines]
        statement = update(RESULTS).where(RESULTS.c.participant_id.in_(people)).values(**values)
        await self.day.runtime.db.write(lambda tx: tx.connection.execute(statement))

    async def slow_down(self, *lines: Line, by_ms: int = 100) -> None:
        """Let these runners have taken longer."""
        for line in lines:
            await self.correct(line, gun_time_ms=(line.gun_time_ms or 0) + by_ms)


@pytest.fixture
async def press(race_day: RaceDay) -> Press:
    await race_day.pull()
    await race_day.push()
    race_day.clock.reach(race_day.sandbox.world.day.over)
    await race_day.pull_results()
    event = await syncs.event_of(race_day.runtime, race_day.event_id)
    return Press(race_day, event.races[0], event.account_id)


async def finishers(press: Press) -> list[Any]:
    (draft,) = await press.drafts()
    return [line for line in draft.lines if line.status == "finished"]


async def test_a_first_publication_is_read_back_equal_line_by_line(press: Press) -> None:
    (draft,) = await press.drafts()
    counts = await press.publish()
    assert counts["sent"] == counts["created"] == counts["verified"] == len(draft.lines) > 10
    assert await press.states() == {RowState.VERIFIED: len(draft.lines)}
    shown = await press.shown()
    for line in draft.lines:
        row = shown[int(line.registration_id)]
        if line.status == "finished":
            assert (row["place"], row["clock_time"], row["chip_time"]) == (
                line.place,
                line.gun_time_ms,
                line.chip_time_ms,
            )
        assert row["splits"] == dict(line.splits)
    (only,) = await press.lists()
    assert only["preliminary"] is True
    assert (await press.day.ledger(Provider.RUNSIGNUP))["notified"] == []


async def test_publishing_again_without_a_change_does_nothing(press: Press) -> None:
    await press.publish()
    (again,) = await press.drafts()
    assert again.idle
    event = await syncs.event_of(press.day.runtime, press.day.event_id)
    assert await publishing.publish(press.day.runtime, event, [again], Trigger.OPERATOR, ME) is None


async def test_corrections_go_out_in_part_into_the_same_list(press: Press) -> None:
    """D29."""
    await press.publish()
    before = await press.lists()
    slow = (await finishers(press))[-2:]
    await press.slow_down(*slow)
    (draft,) = await press.drafts()
    assert draft.mode is Mode.PARTIAL
    written = await press.calls(FULL_RESULTS)
    counts = await press.publish()
    assert (counts["sent"], counts["updated"], counts["verified"]) == (2, 2, 2)
    assert await press.calls(FULL_RESULTS) == written + 1
    after = await press.lists()
    assert [one["individual_result_set_id"] for one in after] == [
        one["individual_result_set_id"] for one in before
    ]
    shown = await press.shown()
    for line in slow:
        assert shown[int(line.registration_id)]["clock_time"] == (line.gun_time_ms or 0) + 100
    assert [one.version for one in await press.versions()] == [2, 1]


async def test_a_finish_that_is_taken_back_goes_out_as_a_fresh_list(press: Press) -> None:
    """D29."""
    await press.publish()
    (before,) = await press.lists()
    gone = (await finishers(press))[-1]
    await press.correct(gone, **WITHDRAWN)
    (draft,) = await press.drafts()
    assert draft.mode is Mode.FULL
    await press.publish()
    (after,) = await press.lists()
    assert after["individual_result_set_id"] != before["individual_result_set_id"]
    assert int(gone.registration_id) not in await press.shown()
    assert set(await press.states()) == {RowState.VERIFIED}


async def test_a_disqualification_is_a_word_in_place_of_a_time(press: Press) -> None:
    await press.publish()
    out = (await finishers(press))[-1]
    await press.correct(out, status="dq", **NO_FINISH)
    await press.publish()
    row = (await press.shown())[int(out.registration_id)]
    assert (row["clock_time"], row["chip_time"], row["place"]) == ("DQ", "DQ", None)
    assert set(await press.states()) == {RowState.VERIFIED}


async def test_a_push_that_was_never_answered_is_read_before_anything_is_sent_again(
    press: Press,
) -> None:
    line = press.day.runsignup
    line.weather, line.hits, line.skip = Weather.DEAF, FULL_RESULTS, 1
    job = await press.run(await press.ask())
    assert job.state is JobState.VERIFY
    line.weather = Weather.FAIR
    written = await press.calls(FULL_RESULTS)
    await press.day.runtime.db.write(queue.retry_now, [job.id], press.day.clock.now())
    job = await press.run(job.id)
    assert job.state is JobState.COMPLETED
    (draft,) = await press.drafts()
    assert draft.idle
    # what had arrived was not sent again
    splits = [one for one in draft.lines if one.splits]
    batches = -(-len(splits) // 25) + -(-len([x for x in draft.lines if x.has_finish]) // 25)
    assert await press.calls(FULL_RESULTS) <= written + batches - 1
    assert len(await press.lists()) == 1


async def test_a_list_whose_making_was_never_answered_is_taken_up(press: Press) -> None:
    line = press.day.runsignup
    line.weather, line.hits = Weather.DEAF, "new-result-set"
    job = await press.run(await press.ask())
    assert job.state is JobState.VERIFY
    line.weather = Weather.FAIR
    await press.day.runtime.db.write(queue.retry_now, [job.id], press.day.clock.now())
    assert (await press.run(job.id)).state is JobState.COMPLETED
    assert len(await press.lists()) == 1
    assert set(await press.states()) == {RowState.VERIFIED}


async def test_a_publication_goes_on_where_a_dropped_line_left_it(press: Press) -> None:
    line = press.day.runsignup
    line.weather, line.hits, line.skip = Weather.SLOWDOWN, FULL_RESULTS, 1
    job = await press.run(await press.ask())
    assert job.state is JobState.PENDING
    assert [one["public"] for one in await press.lists()] == [False]
    line.weather = Weather.FAIR
    await press.day.runtime.db.write(queue.retry_now, [job.id], press.day.clock.now())
    assert (await press.run(job.id)).state is JobState.COMPLETED
    assert [one["public"] for one in await press.lists()] == [True]


async def test_code_12_is_recovered_by_reading_what_is_there(press: Press) -> None:
    """D28."""
    server = press.day.sandbox.servers[Provider.RUNSIGNUP]
    server.results.ways.out_of_order = 1  # type: ignore[attr-defined]
    counts = await press.publish()
    assert counts["verified"] == counts["sent"]
    server.results.ways.out_of_order = 9  # type: ignore[attr-defined]
    job = await press.run(await press.ask(full=True))
    assert job.state is JobState.FAILED_PERMANENT
    assert job.error is not None
    assert job.error["code"] == "stale"


async def test_one_bad_line_never_takes_its_batch_down(press: Press) -> None:
    """D16."""
    lines = await finishers(press)
    await press.day.remove(lines[3].registration_id, "removed")
    counts = await press.publish()
    assert counts["refused"] == 1
    states = await press.states()
    assert states[RowState.REFUSED] == 1
    assert states[RowState.VERIFIED] == sum(states.values()) - 1
    bad = [
        row
        for row in await press.day.runtime.db.read(
            publications.rows, (await press.versions())[0].id
        )
        if row["state"] == RowState.REFUSED
    ]
    assert bad[0]["registration_id"] == lines[3].registration_id
    assert "registration id" in bad[0]["reason"]
    # and it is tried again by the next publication, since nobody shows it
    (again,) = await press.drafts()
    assert not again.idle


async def test_a_list_that_came_out_wrong_stays_hidden(press: Press) -> None:
    line = press.day.runsignup
    line.weather, line.hits = Weather.SWALLOWED, FULL_RESULTS
    counts = await press.publish()
    assert counts["refused"] > 0
    assert [one["public"] for one in await press.lists()] == [False]
    (version,) = await press.versions()
    assert version.state is PublicationState.WITHHELD
    assert "stays hidden" in (version.reason or "")
    line.weather = Weather.FAIR
    await press.publish()
    # the list that stayed hidden is not left behind
    assert [one["public"] for one in await press.lists()] == [True]


async def test_the_previous_version_is_published_again_under_a_new_number(press: Press) -> None:
    await press.publish()
    first = await press.shown()
    slow = (await finishers(press))[-1]
    await press.slow_down(slow, by_ms=5000)
    await press.publish()
    assert await press.shown() != first
    await press.publish(previous=True)
    assert await press.shown() == first
    newest = (await press.versions())[0]
    assert (newest.version, newest.origin) == (3, 1)
    with pytest.raises(UsageFault, match="no earlier version"):
        await press.drafts(previous=True)


async def test_an_older_version_never_overwrites_a_newer_one(press: Press) -> None:
    """D28."""
    line = press.day.runsignup
    line.weather, line.hits = Weather.SLOWDOWN, "new-result-set"
    old = await press.ask()
    assert (await press.run(old)).state is JobState.PENDING
    line.weather = Weather.FAIR
    # asked for again while the first still waits: the first is not sent any more
    again = await press.ask()
    assert again == old
    await press.run(old)
    newest, oldest = await press.versions()
    assert (newest.state, oldest.state) == (
        PublicationState.PUBLISHED,
        PublicationState.SUPERSEDED,
    )
    # and one that comes out of a drawer with an older number is refused here
    written = await press.calls(FULL_RESULTS)
    key = JobKey(press.account_id, press.day.event_id, Operation.RESULTS, Direction.PUSH)
    now = press.day.clock.now()
    late = await press.day.runtime.db.write(queue.enqueue, key, Trigger.OPERATOR, now)
    reopened = update(publications.PUBLICATIONS).where(publications.PUBLICATIONS.c.id == oldest.id)
    await press.day.runtime.db.write(
        lambda tx: tx.connection.execute(reopened.values(state="open", job_id=late.job_id))
    )
    job = await press.run(late.job_id)
    assert job.state is JobState.COMPLETED
    assert (await press.day.last_attempt(job)).counts["refused"] == 1
    assert await press.calls(FULL_RESULTS) == written
    assert (await press.versions())[1].state is PublicationState.SUPERSEDED


async def test_a_cancelled_publication_does_not_ride_along_with_the_next(press: Press) -> None:
    job_id = await press.ask()
    await press.day.runtime.db.write(queue.cancel, [job_id], press.day.clock.now())
    event = await syncs.event_of(press.day.runtime, press.day.event_id)
    other = Press(press.day, event.races[1], event.account_id)
    await other.publish()
    assert await press.lists() == []
    (version,) = await press.versions()
    assert version.state is PublicationState.OPEN


async def test_results_are_taken_from_the_public_and_shown_again(press: Press) -> None:
    await press.publish()
    await press.publish(unpublish=True)
    assert [one["public"] for one in await press.lists()] == [False]
    with pytest.raises(UsageFault, match="is public"):
        await press.drafts(unpublish=True)
    (draft,) = await press.drafts()
    assert not draft.idle
    await press.publish()
    assert [one["public"] for one in await press.lists()] == [True]
    assert len(await press.lists()) == 1


async def test_anyone_with_sql_sees_what_is_published_of_each_result(press: Press) -> None:
    query = text(
        "SELECT published_version, publication_state, count(*) FROM unified_results "
        "WHERE race_id = :race AND status = 'finished' GROUP BY 1, 2"
    )

    async def told() -> list[tuple[object, ...]]:
        def read(connection: Connection) -> list[tuple[object, ...]]:
            return [tuple(row) for row in connection.execute(query, {"race": press.race.id})]

        return await press.day.runtime.db.read(read)

    count = len(await finishers(press))
    assert await told() == [(None, None, count)]
    await press.publish()
    assert await told() == [(1, "verified", count)]
    await press.publish(official=True)
    assert await told() == [(2, "verified", count)]
    await press.publish(unpublish=True)
    assert await told() == [(None, None, count)]


async def test_official_is_a_step_of_its_own(press: Press) -> None:
    await press.publish()
    assert (await press.lists())[0]["preliminary"] is True
    (draft,) = await press.drafts(official=True)
    assert not draft.idle
    quiet = next(one for one in draft.findings if one.code == "quiet")
    assert "quiet period 30 min" in quiet.text
    await press.publish(official=True)
    assert (await press.lists())[0]["preliminary"] is False
    assert (await press.drafts(official=True))[0].idle


async def test_only_first_finishes_are_told_and_only_when_asked_for(press: Press) -> None:
    late = (await finishers(press))[-3:]
    await press.correct(*late, status="running", **NO_FINISH)
    await press.publish()
    for line in late:
        times = {"gun_time_ms": line.gun_time_ms, "chip_time_ms": line.chip_time_ms}
        await press.correct(line, status="finished", place=line.place, **times)
    await press.publish(notify=True)
    told = (await press.day.ledger(Provider.RUNSIGNUP))["notified"]
    assert {str(row["registration_id"]) for row in told} == {line.registration_id for line in late}
    # and nobody is told of anything by what comes later
    await press.publish(full=True)
    assert len((await press.day.ledger(Provider.RUNSIGNUP))["notified"]) == len(told)


async def test_what_somebody_else_wrote_is_said_loudly(press: Press) -> None:
    """D17."""
    await press.publish()
    lines = await finishers(press)
    server = press.day.sandbox.servers[Provider.RUNSIGNUP]
    (books,) = server.results.books.all()  # type: ignore[attr-defined]
    books.row_of(int(lines[0].registration_id)).clock_time = 1
    await press.slow_down(lines[-1])
    job = await press.run(await press.ask())
    error = (await press.day.last_attempt(job)).error
    assert error is not None
    assert "1 lines at RunSignUp were changed by somebody else" in error["detail"]
    assert (await press.shown())[int(lines[0].registration_id)]["clock_time"] == (
        lines[0].gun_time_ms
    )


async def test_lines_that_are_found_by_bib_alone_are_verified_too(press: Press) -> None:
    server = press.day.sandbox.servers[Provider.RUNSIGNUP]
    await press.publish()
    server.results.ways.director = False  # type: ignore[attr-defined]
    slow = (await finishers(press))[-1]
    await press.slow_down(slow)
    counts = await press.publish()
    assert (counts["sent"], counts["verified"], counts["refused"]) == (1, 1, 0)


@pytest.mark.parametrize(
    ("director", "edits", "switches"),
    [
        (False, True, True),
        (True, False, True),
        (True, False, False),
        (False, False, True),
        (False, False, False),
    ],
)
async def test_results_become_public_by_whatever_calls_there_are(
    press: Press, *, director: bool, edits: bool, switches: bool
) -> None:
    ways = press.day.sandbox.servers[Provider.RUNSIGNUP].results.ways  # type: ignore[attr-defined]
    ways.director, ways.edits, ways.switches = director, edits, switches
    counts = await press.publish()
    assert (counts["refused"], counts["verified"]) == (0, counts["sent"])
    assert set(await press.states()) == {RowState.VERIFIED}
    (only,) = await press.lists()
    assert (only["public"], only["preliminary"]) == (True, True)
    slow = (await finishers(press))[-1]
    await press.slow_down(slow)
    assert (await press.publish(official=True))["refused"] == 0
    (only,) = await press.lists()
    assert (only["public"], only["preliminary"]) == (True, False)
    row = (await press.shown())[int(slow.registration_id)]
    assert row["clock_time"] == (slow.gun_time_ms or 0) + 100
    assert set(await press.states()) == {RowState.VERIFIED}


async def test_a_provider_that_shows_no_results_says_so_before_anything_starts(
    press: Press,
) -> None:
    event = await syncs.event_of(press.day.runtime, press.day.event_id)
    scoring = replace(event, account_id=event.links[0].account_id, provider=Provider.COPERNICO)
    with pytest.raises(NotOffered, match="not offered by Copernico"):
        await publishing.prepare(press.day.runtime, scoring, Wish())
    assert await press.versions() == []


def test_splits_come_in_the_order_in_which_runners_reach_them() -> None:
    def line(**splits: int) -> Line:
        return Line("1", 1, None, "finished", splits=splits)

    lines: Sequence[Line] = [line(b=20, c=30), line(a=9), line(c=25)]
    assert split_order(lines) == ["a", "b", "c"]


async def test_what_the_console_publishes_can_be_cancelled_for_ten_seconds(press: Press) -> None:
    """D30."""
    runtime, clock = press.day.runtime, press.day.clock
    desk = RuntimeStandings(runtime, Operator("tester", "console"))
    wish = PublishWish(press.day.event_id, press.race.id)
    stops = {stop.key for stop in publishing.stops(await press.drafts(), frozenset())}

    async def publish() -> int:
        told = await desk.publish(wish, stops)
        job_id = int(re.findall(r"#(\d+) in 10 s", told)[0])
        assert (await press.run(job_id)).state is JobState.PENDING
        assert await press.lists() == []
        return job_id

    wrong = await publish()
    await steering.cancel(runtime, ME, [wrong])
    clock.step(FUSE_S)
    assert (await press.run(wrong)).state is JobState.CANCELLED
    assert await press.lists() == []
    meant = await publish()
    clock.step(FUSE_S)
    assert (await press.run(meant)).state is JobState.COMPLETED
    assert len(await press.shown()) > 10
