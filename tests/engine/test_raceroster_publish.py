"""Race Roster's results: posted by an assumed form, believed only as the public site shows them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from p88console.domain.case import Grade
from p88console.domain.errors import NotOffered
from p88console.domain.inbox import Decision, Kind
from p88console.domain.jobs import Job, JobState, Operator, Trigger
from p88console.domain.model import Provider
from p88console.domain.publication import Line, Mode, RowState
from p88console.runtime import operators, publishing, syncs
from p88console.runtime.practice import set_up
from p88console.runtime.runtime import Runtime, open_runtime
from p88console.sandbox.raceroster.server import RaceRosterServer
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import WorldOptions, make_world
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.decisions import Verdict
from p88console.store.results import publications
from p88console.store.results.drafts import Draft, Wish
from p88console.store.results.revisions import RESULTS, WITHDRAWN
from p88console.store.tenancy.events import EventRow, RaceRow
from p88console.store.work import history
from p88console.system.home import Home
from p88console.system.settings import Settings, checked
from p88console.system.vault import MemoryVault
from tests.support.clock import SteppedClock

ME = Operator("me", "cli")
HERE = Provider.RACEROSTER
DESKS = ((HERE, 1.0),)
FAST = {"raceroster": {"per_second": 1000}}
RUNNERS = 60


@dataclass
class Desk:
    """A race that people registered for at Race Roster, over and scored at Copernico."""

    runtime: Runtime
    sandbox: Sandbox
    event: EventRow
    race: RaceRow

    @property
    def server(self) -> RaceRosterServer:
        server = self.sandbox.servers[HERE]
        assert isinstance(server, RaceRosterServer)
        return server

    async def draft(self, **wish: bool) -> Draft:
        (made,) = await publishing.prepare(self.runtime, self.event, Wish(**wish), self.race.id)
        return made

    async def publish(self, **wish: bool) -> dict[str, Any]:
        """Publish now; returns the counts."""
        job = await self.run(**wish)
        assert job.state is JobState.COMPLETED, job.error
        (attempt,) = await self.runtime.db.read(history.attempts, job_id=job.id, limit=1)
        return attempt.counts

    async def run(self, **wish: bool) -> Job:
        made = [await self.draft(**wish)]
        queued = await publishing.publish(self.runtime, self.event, made, Trigger.OPERATOR, ME)
        assert queued is not None
        (job,) = await self.runtime.run_jobs([queued.job_id])
        return job

    async def states(self) -> dict[str, int]:
        newest = (await self.runtime.db.read(publications.versions, self.event.id))[0].id
        return (await self.runtime.db.read(publications.row_states, [newest]))[newest]

    async def site(self) -> dict[str, list[dict[str, Any]]]:
        """What the public sees, each result by itself, by bib."""
        catalog, base = self.server.catalog, f"{self.sandbox.base_url(HERE)}/v2/api"
        (number,) = [
            one for one, race in catalog.results_races.items() if race.name == self.race.name
        ]
        listing = f"{base}/result-events/{catalog.result_event_id}/sub-events/{number}/results"
        found: dict[str, list[dict[str, Any]]] = {}
        async with httpx.AsyncClient() as http:
            listed = (await http.get(listing, params={"limit": "1000"})).json()["data"]
            for row in listed:
                flat = (await http.get(f"{base}/results/{row['id']}")).json()["data"]
                found.setdefault(flat["bib"], []).append(flat)
        return found

    async def correct(self, line: Line, **values: Any) -> None:
        one = RESULTS.c.participant_id == line.participant_id
        statement = update(RESULTS).where(one).values(**values)
        await self.runtime.db.write(lambda tx: tx.connection.execute(statement))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    world = make_world(WorldOptions(runners=RUNNERS, seed=7, desks=DESKS))
    clock = SteppedClock(world.day.guns[-1] - timedelta(minutes=5))
    settings = checked(Settings, {"limits": FAST})
    async with (
        Sandbox(world, clock) as sandbox,
        open_runtime(
            Home(tmp_path), clock=clock, vault=MemoryVault(), settings=settings
        ) as runtime,
    ):
        (event_id,) = await set_up(runtime, sandbox.description(), desks=(HERE,))
        event = await syncs.event_of(runtime, event_id)
        for ask in (syncs.pull_participants, syncs.push_participants, syncs.pull_results):
            if ask is syncs.pull_results:
                clock.reach(world.day.over)
            queued = await ask(runtime, event, Trigger.OPERATOR)
            jobs = queued if isinstance(queued, list) else [queued]
            await runtime.run_jobs([one.job_id for one in jobs])
        yield Desk(runtime, sandbox, event, event.races[0])


async def test_a_race_is_posted_and_the_public_site_shows_every_line(desk: Desk) -> None:
    draft = await desk.draft()
    assert draft.mode is Mode.FULL
    codes = {finding.code: finding.grade for finding in draft.findings}
    assert (codes["unmarked"], codes["no_splits"]) == (Grade.LOOK, Grade.NOTE)
    counts = await desk.publish()
    assert counts["sent"] == counts["created"] == counts["verified"] == len(draft.lines) > 10
    assert await desk.states() == {RowState.VERIFIED: len(draft.lines)}
    assert desk.server.posted.count() == len(draft.lines)
    shown = await desk.site()
    for line in draft.lines:
        (row,) = shown[line.bib or ""]
        assert row["overallPlace"] == (line.place or "")
        if line.gun_time_ms is not None:
            assert row["gunTimeSec"] == line.gun_time_ms // 1000
        assert (row["firstName"], row["age"]) == (line.runner["first_name"], line.runner["age"])
        assert row["division"] == line.runner["category"]
    assert (await desk.draft()).idle


@pytest.mark.parametrize("overwrites", [True, False])
async def test_corrections_replace_what_is_shown_however_a_post_is_taken(
    desk: Desk, *, overwrites: bool
) -> None:
    desk.server.ways.post_overwrites = overwrites
    await desk.publish()
    lines = [line for line in (await desk.draft()).lines if line.status == "finished"]
    slow, late, gone = lines[-3:]
    await desk.correct(slow, gun_time_ms=(slow.gun_time_ms or 0) + 5_000)
    await desk.correct(late, category="M99")
    await desk.correct(gone, **WITHDRAWN)
    draft = await desk.draft()
    assert draft.mode is Mode.PARTIAL
    counts = await desk.publish()
    assert (counts["sent"], counts["verified"], counts["refused"]) == (2, 2, 0)
    shown = await desk.site()
    (row,) = shown[slow.bib or ""]
    assert row["gunTimeSec"] == ((slow.gun_time_ms or 0) + 5_000) // 1000
    (row,) = shown[late.bib or ""]
    assert row["division"] == "M99"
    assert gone.bib not in shown
    assert (await desk.draft()).idle


async def test_a_line_that_is_refused_stands_alone(desk: Desk) -> None:
    first = (await desk.draft()).lines[5]
    gone = {"gun_time_ms": None, "chip_time_ms": None, "place": None}
    await desk.correct(first, status="dq", **gone)
    counts = await desk.publish()
    assert counts["refused"] == 1
    assert await desk.states() == {
        RowState.VERIFIED: counts["sent"] - 1,
        RowState.REFUSED: 1,
    }


async def test_a_refused_line_waits_in_the_inbox_and_is_sent_again_from_there(desk: Desk) -> None:
    first = (await desk.draft()).lines[5]
    gone = {"gun_time_ms": None, "chip_time_ms": None, "place": None}
    await desk.correct(first, status="dq", **gone)
    await desk.publish()
    (item,) = await desk.runtime.db.read(inbox.items, event_id=desk.event.id)
    assert (item.kind, item.participant_id) == (Kind.REFUSED, first.participant_id)
    assert "raceStatus is invalid" in item.reason
    waiting = next(one for one in (await desk.draft()).findings if one.code == "inbox")
    assert waiting.text.startswith("1 unresolved")
    desk.server.ways.takes_dq = True
    me = Operator("me", "cli")
    await operators.resolve(desk.runtime, me, [item], Verdict(Decision.RETRY))
    (version,) = await desk.runtime.db.read(publications.versions, desk.event.id)
    await desk.runtime.run_jobs([version.job_id or 0])
    assert set(await desk.states()) == {RowState.VERIFIED}
    assert await desk.runtime.db.read(inbox.items, event_id=desk.event.id) == []


async def test_lines_of_somebody_else_are_left_and_told(desk: Desk) -> None:
    await desk.publish()
    catalog = desk.server.catalog
    (number,) = [one for one, race in catalog.results_races.items() if race.name == desk.race.name]
    row = dict.fromkeys(desk.server.posted.of(number)[0].values)
    row |= {"bib": "9999", "firstName": "Ann", "raceStatus": "COMPLETE", "gunTime": "3:00:00"}
    desk.server.posted.post(number, [row], overwrite=False)
    line = (await desk.draft()).lines[-1]
    await desk.correct(line, place=500)
    job = await desk.run()
    assert "in no version published from here" in str(await remark(desk, job))
    assert "9999" in await desk.site()


async def remark(desk: Desk, job: Job) -> object:
    (attempt,) = await desk.runtime.db.read(history.attempts, job_id=job.id, limit=1)
    return attempt.error


@pytest.mark.parametrize("wish", ["unpublish", "official", "notify"])
async def test_what_race_roster_cannot_do_is_said_before_anything_starts(
    desk: Desk, wish: str
) -> None:
    with pytest.raises(NotOffered, match="not offered by Race Roster"):
        await desk.draft(**{wish: True})


async def test_without_a_results_race_of_the_name_it_says_what_to_do(desk: Desk) -> None:
    desk.race = next(race for race in desk.event.races if race.id != desk.race.id)
    races = desk.server.catalog.results_races
    for number, race in list(races.items()):
        if race.name == desk.race.name:
            del races[number]  # type: ignore[attr-defined]
    job = await desk.run()
    assert job.state is JobState.FAILED_PERMANENT
    assert job.error is not None
    assert "make it there" in job.error["hint"]
