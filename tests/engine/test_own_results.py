"""Results of an event that is scored nowhere else than at its own registration provider."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from p88console.domain.jobs import JobState, Trigger
from p88console.domain.model import Provider
from p88console.runtime import present, syncs, tenancy
from p88console.store.people import lists as people
from p88console.store.work import history
from tests.engine.desks import Desk, desk_at


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """RunSignUp five minutes before the gun."""
    async with desk_at(Provider.RUNSIGNUP, tmp_path, limits={"per_second": 1000}) as it:
        yield it


async def publish(desk: Desk, event_id: str, registration_id: int) -> None:
    """Somebody else shows one result at RunSignUp."""
    access = await desk.runtime.shop.adapters.of(desk.account_id)
    assert access.provider is Provider.RUNSIGNUP
    secrets = desk.runtime.vault.get(await vault_key(desk))
    event = await syncs.event_of(desk.runtime, desk.event_id)
    url = f"{desk.base_url}/rest/race/{event.provider_event_id}/results/full-results"
    row = f'{{"registration_id":{registration_id},"place":1,"clock_time":"1:13:12"}}'
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            url,
            params={**secrets, "format": "json", "event_id": event_id},
            data={"request_format": "json", "request": f'{{"results":[{row}]}}'},
        )
    assert "error" not in answer.json(), answer.text


async def vault_key(desk: Desk) -> str:
    (account,) = await tenancy.account_rows(desk.runtime)
    return account.vault_key


async def test_they_come_from_there_and_find_their_runners(desk: Desk) -> None:
    await desk.pull()
    (its_id, person), *_ = (await desk.people()).items()
    event = await syncs.event_of(desk.runtime, desk.event_id)
    (race,) = [race for race in event.races if race.id == person.row["race_id"]]
    await publish(desk, race.provider_race_id, int(its_id or 0))
    desk.clock.step(30)

    queued = await syncs.pull_results(desk.runtime, event, Trigger.OPERATOR)
    (job,) = await desk.runtime.run_jobs([one.job_id for one in queued])
    assert job.state is JobState.COMPLETED
    (result,) = await desk.runtime.db.read(people.results, desk.event_id)
    assert (result["participant_id"], result["place"]) == (person.row["id"], 1)
    assert result["gun_time_ms"] == 4_392_000

    # by schedule, sets that nobody touched are passed over; whoever asks by hand gets them all
    for trigger, received in ((Trigger.SCHEDULE, 0), (Trigger.OPERATOR, 1)):
        queued = await syncs.pull_results(desk.runtime, event, trigger)
        (job,) = await desk.runtime.run_jobs([one.job_id for one in queued])
        (attempt,) = await desk.runtime.db.read(history.attempts, job_id=job.id)
        assert attempt.counts["received"] == received

    # the link is told as what it is, made once, and never counts anybody as unsent
    event = await syncs.event_of(desk.runtime, desk.event_id)
    await syncs.pull_results(desk.runtime, event, Trigger.OPERATOR)
    (link,) = present.event(await syncs.event_of(desk.runtime, desk.event_id))["links"]
    assert (link["provider"], link["takes_people"]) == ("runsignup", False)
    assert await syncs.push_participants(desk.runtime, event, Trigger.OPERATOR) == []


async def test_an_account_that_only_gives_results_is_linked_for_results(desk: Desk) -> None:
    event = await syncs.event_of(desk.runtime, desk.event_id)
    linked = await tenancy.link_event(
        desk.runtime, event.id, desk.account_id, event.provider_event_id
    )
    (link,) = linked.links
    assert (link.takes_people, len(link.races)) == (False, len(event.races))
