"""Listings that cannot be believed: rows that say nothing, and a field that is suddenly gone."""

from __future__ import annotations

from typing import Any

from p88console.domain.inbox import Decision, Kind
from p88console.domain.jobs import Operator
from p88console.runtime import operators
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.decisions import Verdict
from p88console.store.people import lists as people
from p88console.store.work import queue, touched
from tests.engine.conftest import RUNNERS, RaceDay

PAT = Operator("pat", "cli")


def rows_of(answer: Any) -> list[dict[str, Any]]:
    """The registrations in RunSignUp's answer, race by race."""
    return [row for event in answer for row in event.get("participants", ())]


def without_distance(answer: Any) -> Any:
    for event in answer:
        for row in event.get("participants", ())[:1]:
            row.pop("event_id", None)
        event.get("event", {}).pop("event_id", None)
    return answer


def only_one_in_twenty(answer: Any) -> Any:
    for event in answer:
        listed = event.get("participants", ())
        event["participants"] = [row for row in listed if row["registration_id"] % 20 == 0]
    return answer


async def test_a_row_that_cannot_be_read_is_asked_about_once_until_it_can(
    race_day: RaceDay,
) -> None:
    race_day.runsignup.hits = "/participants"
    race_day.runsignup.bend = without_distance
    for _ in range(2):
        job = await race_day.pull(full=True)
        counts = (await race_day.last_attempt(job)).counts
        known = ("created", "updated", "unchanged", "conflicts", "refused")
        assert counts["refused"] > 0
        assert counts["received"] == sum(counts[name] for name in known) == RUNNERS
    items = await race_day.runtime.db.read(inbox.items, kind=Kind.REFUSED)
    understood = await race_day.runtime.db.read(people.participants, race_day.event_id)
    assert len(items) == RUNNERS - len(understood)
    assert all("event_id" in item.reason for item in items)
    assert {item.provider for item in items} == {"runsignup"}
    race_day.runsignup.bend = None
    await operators.resolve(race_day.runtime, PAT, items[:1], Verdict(Decision.RETRY))
    (waiting,) = [
        job for job in await race_day.runtime.db.read(queue.find) if job.full and not job.attempt
    ]
    await race_day.runtime.run_jobs([waiting.id])
    assert await race_day.runtime.db.read(inbox.items, kind=Kind.REFUSED) == []
    assert len(await race_day.runtime.db.read(people.participants, race_day.event_id)) == RUNNERS


async def test_a_field_that_is_listed_no_longer_pulls_the_brake_where_absence_says_nothing(
    race_day: RaceDay,
) -> None:
    await race_day.pull()
    await race_day.push()
    race_day.runsignup.hits = "/participants"
    race_day.runsignup.bend = only_one_in_twenty
    for _ in range(3):
        race_day.clock.step(60)
        job = await race_day.pull(full=True)
        attempt = await race_day.last_attempt(job)
        assert attempt.counts["removed"] == 0
        assert attempt.counts["quarantined"] > RUNNERS - 10
        behind = await race_day.runtime.db.read(touched.of_attempt, attempt.id)
        assert behind.sizes["quarantined"] == attempt.counts["quarantined"]
        (brake,) = await race_day.runtime.db.read(inbox.items, kind=Kind.REMOVAL)
        assert "at once; nobody was removed" in brake.reason
        await race_day.push()
    found = await race_day.runtime.db.read(people.participants, race_day.event_id)
    assert {person.row["status"] for person in found} == {"active"}
    race_day.runsignup.bend = None
    race_day.clock.step(60)
    job = await race_day.pull()
    assert (await race_day.last_attempt(job)).counts["quarantined"] == 0
    assert await race_day.runtime.db.read(inbox.items) == []
