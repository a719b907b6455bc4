"""The two endpoints that other programs were built for, to the letter."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from p88console.store.work import queue
from tests.engine.conftest import RUNNERS, RaceDay

MANUAL, STATUS = "/api/sync/manual", "/api/sync/status"
ASKED: dict[str, Any] = {"timing_partner_id": "1", "provider_name": "runsignup"}


async def work_off(race_day: RaceDay, answer: httpx.Response) -> None:
    assert answer.status_code == 202, answer.text
    await race_day.runtime.run_jobs([int(job_id) for job_id in answer.json()["job_ids"]])


async def test_sync_now_queues_and_says_what(api: httpx.AsyncClient, race_day: RaceDay) -> None:
    answer = await api.post(MANUAL, json=ASKED)
    assert answer.status_code == 202
    body = answer.json()
    assert set(body) == {"success", "message", "job_ids"}
    assert body["success"] is True
    [job_id] = body["job_ids"]
    job = await race_day.runtime.db.read(queue.get, int(job_id))
    assert job is not None
    assert (job.operation, job.direction, job.priority) == ("participants", "pull", 1)
    again = (await api.post(MANUAL, json=ASKED | {"event_id": str(race_day.event_id)})).json()
    assert again["job_ids"] == [job_id]
    assert "already queued" in again["message"]


async def test_a_race_goes_to_scoring_and_back_by_this_door(
    api: httpx.AsyncClient, race_day: RaceDay
) -> None:
    await work_off(race_day, await api.post(MANUAL, json=ASKED | {"timing_partner_id": 1}))
    scoring = ASKED | {"provider_name": "copernico"}
    await work_off(race_day, await api.post(MANUAL, json=scoring))
    await work_off(race_day, await api.post(MANUAL, json=scoring | {"operation_type": "results"}))
    events = await api.post(MANUAL, json=ASKED | {"operation_type": "events"})
    await work_off(race_day, events)
    people = (await api.get(f"/api/events/{race_day.event_id}/participants")).json()
    assert len(people) == RUNNERS
    assert {person["push_state"] for person in people} == {"verified"}
    told = (await api.get(f"{STATUS}/1")).json()
    assert set(told) == {
        "timing_partner_id",
        "recent_syncs",
        "last_successful_sync",
        "pending_jobs",
    }
    assert told["timing_partner_id"] == "1"
    assert told["last_successful_sync"] == told["recent_syncs"][0]["finished_at"]
    assert told["pending_jobs"] == 0
    did = {(row["operation"], row["direction"]) for row in told["recent_syncs"]}
    assert {("participants", "pull"), ("participants", "push"), ("results", "pull")} <= did


async def test_a_status_tells_the_twenty_newest(api: httpx.AsyncClient, race_day: RaceDay) -> None:
    for _ in range(22):
        await race_day.pull()
    told = (await api.get(f"{STATUS}/1")).json()["recent_syncs"]
    assert len(told) == 20
    assert [row["id"] for row in told] == sorted((row["id"] for row in told), key=int, reverse=True)


@pytest.mark.parametrize("partner", ["9", "nobody", "01", "-1", 9, "1 OR 1=1"])
async def test_an_unknown_partner_is_404(api: httpx.AsyncClient, partner: str | int) -> None:
    assert (await api.post(MANUAL, json=ASKED | {"timing_partner_id": partner})).status_code == 404
    assert (await api.get(f"{STATUS}/{partner}")).status_code == 404


async def test_an_unknown_event_is_404(api: httpx.AsyncClient) -> None:
    assert (await api.post(MANUAL, json=ASKED | {"event_id": "999"})).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"timing_partner_id": None}, "timing_partner_id"),
        ({"timing_partner_id": ["1"]}, "timing_partner_id"),
        ({"provider_name": "fax"}, "provider_name"),
        ({"provider_name": "haku"}, "provider_name"),
        ({"operation_type": "everything"}, "operation_type"),
        ({"operation_type": "results"}, "operation_type"),
        ({"event_id": "x"}, "event_id"),
        ({"event_id": 1.5}, "event_id"),
        ({"evnet_id": "1"}, "evnet_id"),
    ],
)
async def test_what_cannot_be_used_is_422_with_the_field(
    api: httpx.AsyncClient, change: dict[str, Any], field: str
) -> None:
    answer = await api.post(MANUAL, json=ASKED | change)
    assert answer.status_code == 422
    assert field in answer.json()["error"]["detail"]


async def test_a_missing_field_and_no_json_are_422(api: httpx.AsyncClient) -> None:
    missing = await api.post(MANUAL, json={})
    assert missing.status_code == 422
    assert [one["loc"] for one in missing.json()["detail"]] == [
        ["body", "timing_partner_id"],
        ["body", "provider_name"],
    ]
    json = {"Content-Type": "application/json"}
    assert (await api.post(MANUAL, content=b"{", headers=json)).status_code == 422
