"""ChronoTrack: people in, entry by entry, read back, withdrawn; and a far side that takes none."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from p88console.domain.errors import (
    Ambiguous,
    Rejected,
    Transient,
    Unauthorized,
    UsageFault,
    VerbRefused,
)
from p88console.domain.model import Provider
from p88console.providers.base import Entry, ScoringTarget
from p88console.providers.chronotrack.adapter import ChronoTrackPush
from p88console.providers.chronotrack.push import FEW
from tests.providers.practice import Practice, bare, chronotrack_at, seen_of
from tests.providers.wire import Answering, Line, Request, Say, say_json

CT = Provider.CHRONOTRACK
TARGET = ScoringTarget("90001", {}, {"7": ("60101", "Half Marathon"), "8": ("60102", "5K")})
ADA: dict[str, str | None] = {
    "first_name": "Ada",
    "last_name": "Example",
    "gender": "F",
    "birth_date": "1984-02-03",
    "bib": "0501",
    "race": "7",
    "email": "ada@example.com",
    "city": "Springfield",
    "region": None,
    "country": "US",
}
THERE: dict[str, Any] = {
    "entry_id": "3000001",
    "entry_external_id": "runsignup-1",
    "entry_status": "CONF",
    "entry_bib": "0501",
    "athlete_first_name": "Ada",
    "athlete_last_name": "Example",
    "athlete_sex": "F",
    "athlete_birthdate": "1984-02-03",
    "athlete_email": "ada@example.com",
    "location_city": "Springfield",
    "location_region": None,
    "location_country": "US",
    "race_id": "60101",
    "race_name": "Half Marathon",
}


@asynccontextmanager
async def told(answer: Say | Answering, **wire: str) -> AsyncIterator[tuple[ChronoTrackPush, Line]]:
    async with Line(answer) as line:
        access = replace(bare(CT, line.url), wire=wire)
        async with chronotrack_at(access) as adapter:
            yield adapter, line


@pytest.fixture
async def adapter(practice: Practice) -> AsyncIterator[ChronoTrackPush]:
    async with chronotrack_at(practice.access(CT)) as opened:
        yield opened


def body(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(request.body)
    return found


# The assumed form


async def test_a_new_entry_is_posted_under_our_id_without_what_is_absent() -> None:
    async with told(say_json({"entry": THERE}, 201)) as (adapter, line):
        await adapter.send(TARGET, [Entry("runsignup-1", ADA)])
    (request,) = line.requests
    assert (request.method, request.path) == ("POST", "/api/event/90001/entry")
    assert body(request) == {
        "entry_external_id": "runsignup-1",
        "entry_type": "IND",
        "athlete_first_name": "Ada",
        "athlete_last_name": "Example",
        "athlete_sex": "F",
        "athlete_birthdate": "1984-02-03",
        "entry_bib": "0501",
        "race_id": "60101",
        "athlete_email": "ada@example.com",
        "location_city": "Springfield",
        "location_country": "US",
    }


async def test_entries_are_made_under_their_race_where_the_event_takes_none() -> None:
    def answer(request: Request) -> Say:
        return say_json({"entry": THERE}, 201) if "/race/" in request.path else Say(405)

    async with told(answer) as (adapter, line):
        for number in ("1", "2"):
            await adapter.send(TARGET, [Entry(f"runsignup-{number}", {**ADA, "bib": number})])
    assert [request.path for request in line.requests] == [
        "/api/event/90001/entry",
        *["/api/race/60101/entry"] * 2,
    ]


async def test_a_known_entry_is_put_with_what_is_absent_blanked_and_its_status_left() -> None:
    entry = Entry("runsignup-1", {**ADA, "bib": None, "gender": "Prefer not to say"}, "3000001")
    async with told(say_json({"entry": THERE})) as (adapter, line):
        await adapter.send(TARGET, [entry])
    (request,) = line.requests
    assert (request.method, request.path) == ("PUT", "/api/entry/3000001")
    sent = body(request)
    assert (sent["entry_bib"], sent["location_region"], sent["athlete_sex"]) == (None, None, None)
    assert not {"entry_status", "entry_type"} & set(sent)


async def test_whoever_was_withdrawn_is_put_back_in_standing() -> None:
    entry = Entry("runsignup-1", ADA, "3000001", reinstates=True)
    async with told(say_json({"entry": THERE})) as (adapter, line):
        await adapter.send(TARGET, [entry])
    assert body(line.requests[0])["entry_status"] == "CONF"


async def test_paths_verbs_and_fields_are_as_settings_say() -> None:
    settings = {
        "create_entry": "/api/race/{race}/registrant",
        "create_verb": "put",
        "update_entry": "/api/event/{event}/entry/{entry}",
        "update_verb": "PATCH",
        "send_first_name": "first",
        "send_email": "",
        "send_type": "",
    }
    async with told(Say(), **settings) as (adapter, line):
        assert "email" not in adapter.push_traits.fields
        await adapter.send(TARGET, [Entry("r-1", ADA), Entry("r-2", ADA, "3000002")])
    made, changed = line.requests
    assert (made.method, made.path) == ("PUT", "/api/race/60101/registrant")
    assert (changed.method, changed.path) == ("PATCH", "/api/event/90001/entry/3000002")
    assert body(made)["first"] == "Ada"
    assert not {"athlete_first_name", "athlete_email", "entry_type", ""} & set(body(made))


def test_a_setting_that_does_not_exist_is_named() -> None:
    with pytest.raises(UsageFault, match="create_entry"):
        ChronoTrackPush(replace(bare(CT), wire={"create_entri": "/x"}))


# A far side that refuses


@pytest.mark.parametrize("status", [404, 405, 501])
@pytest.mark.parametrize("entry", [Entry("r-1", ADA), Entry("r-1", ADA, "3000001")])
async def test_a_verb_that_is_refused_is_said_so_with_the_file_as_the_way(
    status: int, entry: Entry
) -> None:
    def answer(request: Request) -> Say:
        return say_json({"entry": THERE}) if request.method == "GET" else Say(status)

    async with told(answer) as (adapter, _):
        with pytest.raises(VerbRefused) as caught:
            await adapter.send(TARGET, [entry])
    assert "p88console export chronotrack-entries" in caught.value.hint
    assert caught.value.call.status == status


async def test_a_client_that_may_only_read_is_no_broken_account() -> None:
    def answer(request: Request) -> Say:
        return say_json({"event": []}) if request.method == "GET" else Say(403)

    async with told(answer) as (adapter, _):
        with pytest.raises(VerbRefused):
            await adapter.send(TARGET, [Entry("r-1", ADA)])


@pytest.mark.parametrize("status", [401, 403])
async def test_credentials_that_are_refused_altogether_are_no_refused_verb(status: int) -> None:
    async with told(Say(status)) as (adapter, _):
        with pytest.raises(Unauthorized):
            await adapter.send(TARGET, [Entry("r-1", ADA)])


async def test_an_entry_that_was_deleted_there_is_made_again() -> None:
    def answer(request: Request) -> Say:
        return say_json({"entry": THERE}, 201) if request.method == "POST" else Say(404)

    async with told(answer) as (adapter, line):
        await adapter.send(TARGET, [Entry("r-1", ADA, "3000009")])
    assert [request.method for request in line.requests] == ["PUT", "GET", "POST"]


async def test_a_bad_value_is_refused_as_a_row(
    practice: Practice, adapter: ChronoTrackPush
) -> None:
    entry = practice.entry(practice.world.runners[0], birth_date="yesterday")
    with pytest.raises(Rejected) as caught:
        await adapter.send(practice.target_at(CT), [entry])
    assert (type(caught.value), caught.value.call.status) == (Rejected, 400)


@pytest.mark.parametrize("said", [Say(502), Say(reset=True), Say(cut=True)])
async def test_a_write_without_a_usable_answer_is_ambiguous(said: Say) -> None:
    async with told(said) as (adapter, _):
        with pytest.raises(Ambiguous):
            await adapter.send(TARGET, [Entry("r-1", ADA)])


# Reading back


@pytest.mark.parametrize("count", [1, FEW, 60])
async def test_few_new_entries_are_read_one_by_one_by_the_ids_they_came_back_with(
    practice: Practice, adapter: ChronoTrackPush, count: int
) -> None:
    target = practice.target_at(CT)
    entries = [practice.entry(runner) for runner in practice.world.runners[:count]]
    await adapter.send(target, entries)
    there = await seen_of(adapter, target, entries)
    assert set(there) == {entry.our_id for entry in entries}
    calls = practice.chronotrack.calls
    singly, listed = calls["GET /api/entry/{entry_id}"], calls["GET /api/event/{event_id}/entry"]
    assert (singly, listed) == ((count, 0) if count <= FEW else (0, 1))


async def test_known_people_are_found_after_a_restart_by_their_external_id(
    practice: Practice, adapter: ChronoTrackPush
) -> None:
    target = practice.target_at(CT)
    entries = [practice.entry(runner) for runner in practice.world.runners[:3]]
    await adapter.send(target, entries)
    async with chronotrack_at(practice.access(CT)) as later:
        there = await seen_of(later, target, entries)
    assert set(there) == {entry.our_id for entry in entries}
    assert all(one.remote_id for one in there.values())


def listing(*rows: dict[str, Any], count: int | None = None) -> Say:
    told = json.dumps({"event_entry": list(rows)}).encode()
    return Say(200, told, {"X-Ctlive-Row-Count": str(len(rows) if count is None else count)})


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([THERE], "3000001"),
        ([{**THERE, "entry_external_id": "other-1"}], None),
        ([{**THERE, "entry_external_id": None}], "3000001"),
        ([{**THERE, "entry_external_id": None, "entry_bib": "7"}], None),
        ([{**THERE, "entry_external_id": None, "entry_id": i} for i in ("1", "2")], None),
        ([{**THERE, "entry_external_id": None, "entry_id": "1"}, THERE], "3000001"),
    ],
    ids=["ours", "another's", "nobody's", "nobody's, other bib", "doubles", "ours among nobody's"],
)
async def test_who_is_there_is_told_by_our_id_else_by_who_it_is(
    rows: list[dict[str, Any]], found: str | None
) -> None:
    async with told(listing(*rows)) as (adapter, _):
        there = await seen_of(adapter, TARGET, [Entry("runsignup-1", ADA)])
    assert {our_id: one.remote_id for our_id, one in there.items()} == (
        {"runsignup-1": found} if found else {}
    )


async def test_two_who_are_alike_here_are_not_told_apart_by_name() -> None:
    twins = [Entry("runsignup-1", ADA), Entry("runsignup-2", ADA)]
    async with told(listing({**THERE, "entry_external_id": None})) as (adapter, _):
        assert await seen_of(adapter, TARGET, twins) == {}


async def test_the_known_entry_counts_before_another_under_our_id() -> None:
    double = {**THERE, "entry_id": "3000002"}
    many = [Entry(f"runsignup-{n}", ADA, f"30{n:05}") for n in range(2, FEW + 2)]
    async with told(listing(THERE, double)) as (adapter, _):
        there = await seen_of(adapter, TARGET, [Entry("runsignup-1", ADA, "3000002"), *many])
    assert there["runsignup-1"].remote_id == "3000002"


async def test_a_list_that_lacks_rows_never_says_that_somebody_is_not_there() -> None:
    async with told(listing(count=3)) as (adapter, _):
        with pytest.raises(Transient, match="changed while it was read"):
            await seen_of(adapter, TARGET, [Entry("runsignup-1", ADA)])


async def test_what_is_read_back_is_in_our_words() -> None:
    elsewhere = {**THERE, "race_id": "60199", "race_name": "Kids' Mile", "athlete_sex": "U"}
    async with told(listing(THERE)) as (adapter, _):
        there = await seen_of(adapter, TARGET, [Entry("runsignup-1", ADA)])
    assert dict(there["runsignup-1"].values) == ADA
    assert not there["runsignup-1"].withdrawn
    async with told(listing({**elsewhere, "entry_status": "wd"})) as (adapter, _):
        there = await seen_of(adapter, TARGET, [Entry("runsignup-1", ADA)])
    assert there["runsignup-1"].withdrawn
    assert there["runsignup-1"].values["race"] == "Kids' Mile"
    assert there["runsignup-1"].values["gender"] == "U"


async def test_whoever_could_be_read_is_told_before_the_fault() -> None:
    def answer(request: Request) -> Say:
        return say_json({"entry": THERE}) if request.path.endswith("3000001") else Say(503)

    known = [Entry("runsignup-1", ADA, "3000001"), Entry("runsignup-2", ADA, "3000002")]
    async with told(answer) as (adapter, _):
        back = adapter.read_back(TARGET, known)
        assert (await anext(back)).our_id == "runsignup-1"
        with pytest.raises(Transient):
            await anext(back)


# Withdrawing


async def test_a_withdrawal_shows_when_it_is_read_back(
    practice: Practice, adapter: ChronoTrackPush
) -> None:
    target = practice.target_at(CT)
    entry = practice.entry(practice.world.runners[0])
    await adapter.send(target, [entry])
    known = replace(
        entry, remote_id=(await seen_of(adapter, target, [entry]))[entry.our_id].remote_id
    )
    await adapter.withdraw(target, [known])
    there = (await seen_of(adapter, target, [known]))[entry.our_id]
    assert there.withdrawn
    assert there.values["bib"] == entry.values["bib"]
    await adapter.withdraw(target, [replace(known, values={**known.values, "bib": None})])
    assert (await seen_of(adapter, target, [known]))[entry.our_id].values["bib"] is None
    await adapter.send(target, [replace(known, reinstates=True)])
    back = (await seen_of(adapter, target, [known]))[entry.our_id]
    assert (back.withdrawn, back.values["bib"]) == (False, entry.values["bib"])


async def test_the_status_that_withdraws_is_as_settings_say() -> None:
    async with told(Say(), withdrawn_status="SCR", send_status="status") as (adapter, line):
        await adapter.withdraw(TARGET, [Entry("r-1", ADA, "3000001"), Entry("r-2", ADA)])
    (request,) = line.requests
    assert (request.path, body(request)) == ("/api/entry/3000001", {"status": "SCR"})


async def test_a_read_only_far_side_refuses_withdrawals_too(
    practice: Practice, adapter: ChronoTrackPush
) -> None:
    url = f"{practice.sandbox.base_url(CT)}/_sandbox/switches"
    async with httpx.AsyncClient() as http:
        (await http.post(url, json={"writable": False})).raise_for_status()
    with pytest.raises(VerbRefused):
        await adapter.withdraw(practice.target_at(CT), [Entry("r-1", ADA, "3000001")])
