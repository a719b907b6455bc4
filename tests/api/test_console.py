"""Everything else the console shows and does, by the API."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from p88console.store.work import queue
from tests.engine.conftest import RUNNERS, RaceDay


async def test_documents_are_those_of_the_command_line(
    api: httpx.AsyncClient, race_day: RaceDay
) -> None:
    await race_day.pull()
    await race_day.push()
    assert [partner["id"] for partner in (await api.get("/api/partners")).json()] == ["1"]
    accounts = (await api.get("/api/accounts")).json()
    assert {"runsignup", "copernico"} <= {account["provider"] for account in accounts}
    assert "vault_key" not in accounts[0]
    events = (await api.get("/api/events", params={"partner_id": "1"})).json()
    event = (await api.get(f"/api/events/{race_day.event_id}")).json()
    assert event in events
    found = await api.get(
        f"/api/events/{race_day.event_id}/participants", params={"filter": "active", "limit": 5}
    )
    assert len(found.json()) == 5
    person = (await api.get(f"/api/participants/{found.json()[0]['id']}")).json()
    assert {"history", "systems", "raw"} <= set(person)
    status = (await api.get("/api/status")).json()
    assert (status["engine"], status["unsent"]) == ("stopped", 0)
    attempts = (await api.get("/api/history", params={"limit": 1})).json()
    assert (await api.get(f"/api/history/{attempts[0]['id']}")).json() == attempts[0]
    assert (await api.get(f"/api/events/{race_day.event_id}/results")).json() == []
    page = (await api.get("/api/doctor")).json()
    assert {"ok", "checks"} == set(page)


@pytest.mark.parametrize(
    "path",
    [
        "/api/events/999",
        "/api/events/999/participants",
        "/api/events/999/results",
        "/api/participants/999999",
        "/api/history/999",
        "/api/doctor?event_id=999",
        "/api/status?event_id=999",
        "/api/inbox?event_id=999",
        "/api/history?event_id=999",
        "/api/events?partner_id=999",
    ],
)
async def test_an_id_that_nothing_has_is_404(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["title"].startswith("there is no")


async def test_jobs_are_retried_and_cancelled(api: httpx.AsyncClient, race_day: RaceDay) -> None:
    await race_day.runsignup.down()
    job = await race_day.pull()
    asked = {"job_ids": [str(job.id)]}
    [retried] = (await api.post("/api/queue/retry", json=asked)).json()
    assert (retried["id"], retried["state"]) == (str(job.id), "pending")
    [cancelled] = (await api.post("/api/queue/cancel", json=asked)).json()
    assert cancelled["state"] == "cancelled"
    assert (await api.post("/api/queue/cancel", json=asked)).status_code == 409


async def test_a_line_is_held_and_resumed(api: httpx.AsyncClient, race_day: RaceDay) -> None:
    assert (await api.post("/api/accounts/1/hold")).status_code == 200
    [held] = [row for row in (await api.get("/api/accounts")).json() if row["held_since"]]
    assert held["id"] == "1"
    assert (await api.post("/api/accounts/1/resume")).json()["account_id"] == "1"
    assert (await api.post("/api/accounts/99/hold")).status_code == 404
    assert await race_day.runtime.db.read(queue.find) != []


async def test_an_edit_goes_down_under_the_door_api(
    api: httpx.AsyncClient, race_day: RaceDay
) -> None:
    await race_day.pull()
    people = (await api.get(f"/api/events/{race_day.event_id}/participants")).json()
    url = f"/api/participants/{people[0]['id']}"
    [edited] = (await api.patch(url, json={"fields": {"city": "Boulder"}})).json()
    assert edited["city"] == "Boulder"
    story = (await api.get(url)).json()["history"]
    assert ("api", "city", "Boulder") in {
        (change["door"], change["field"], change["after"]) for change in story
    }
    wrong = await api.patch(url, json={"fields": {"shoe_size": "9"}})
    assert wrong.status_code == 422
    assert "shoe_size" in wrong.text


async def test_a_walk_up_is_registered_and_taken_back(
    api: httpx.AsyncClient, race_day: RaceDay
) -> None:
    url = f"/api/events/{race_day.event_id}/participants"
    race = (await api.get(f"/api/events/{race_day.event_id}")).json()["races"][0]
    typed = {"race": race["name"], "fields": {"first_name": "Ada", "bib": "90001"}}
    added = await api.post(url, json=typed)
    assert added.status_code == 201
    [person] = added.json()
    assert (person["bib"], person["race_id"], person["added_here"]) == ("90001", race["id"], True)
    undone = (await api.post("/api/undo")).json()
    assert "Ada" in undone["undone"]
    assert [one["id"] for one in undone["participants"]] == [person["id"]]
    assert (await api.post("/api/undo")).status_code == 422
    assert (await api.post(url, json=typed | {"race": "Ultra"})).status_code == 422


async def test_a_bib_worn_twice_is_decided_by_this_door(
    api: httpx.AsyncClient, race_day: RaceDay
) -> None:
    await race_day.pull()
    people = (await api.get(f"/api/events/{race_day.event_id}/participants")).json()
    first = next(person for person in people if person["bib"])
    twin = next(
        person
        for person in people
        if person["race_id"] == first["race_id"] and person["id"] != first["id"]
    )
    url = f"/api/participants/{twin['id']}"
    assert (await api.patch(url, json={"fields": {"bib": first["bib"]}})).status_code == 200
    await race_day.push()
    asked = (await api.get("/api/inbox", params={"kind": "duplicate_bib"})).json()
    assert first["bib"] in asked[0]["reason"]
    resolve = f"/api/inbox/{asked[0]['id']}/resolve"
    assert (await api.post(resolve, json={"decision": "mine"})).status_code == 422
    [done] = (await api.post(resolve, json={"decision": "keep"})).json()
    assert (done["decision"], done["door"]) == ("keep", "api")
    assert (await api.get("/api/inbox", params={"kind": "duplicate_bib"})).json() == []
    unknown = await api.post("/api/inbox/99999/resolve", json={"decision": "keep"})
    assert unknown.status_code == 404


async def test_the_feed_tells_what_changed(api: httpx.AsyncClient, race_day: RaceDay) -> None:
    async with asyncio.timeout(30), api.stream("GET", "/api/feed") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        heard: set[str] = set()
        pulling: asyncio.Task[object] | None = None
        async for line in answer.aiter_lines():
            if line == "event: hello":
                pulling = asyncio.create_task(race_day.pull())
            if line.startswith("data:"):
                heard.update(json.loads(line.removeprefix("data:"))["topics"])
            if {"participants", "history", "queue"} <= heard:
                break
        assert pulling is not None
        await pulling
    assert len((await api.get(f"/api/events/{race_day.event_id}/participants")).json()) == RUNNERS


async def test_the_feed_ends_with_the_server(race_day: RaceDay) -> None:
    from p88console.api.server import listening  # noqa: PLC0415  # this one test's own server

    headers = {"Authorization": "Bearer t"}
    async with asyncio.timeout(20), httpx.AsyncClient(headers=headers) as client:
        async with listening(race_day.runtime, 0, "t") as address:
            request = client.build_request("GET", f"{address}/api/feed")
            answer = await client.send(request, stream=True)
            assert answer.status_code == 200
        with pytest.raises(httpx.HTTPError):
            async for _ in answer.aiter_bytes():
                pass
        await answer.aclose()
    assert len(race_day.runtime.db.feed.watchers) == 0
