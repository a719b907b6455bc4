"""Pushing registrations into Copernico."""

from __future__ import annotations

from typing import Any

import pytest

from .rig import Practice


async def test_a_known_id_is_overwritten_not_added(practice: Practice) -> None:
    runner = practice.world.runners[0]
    answer = await practice.push([practice.entry(runner)])
    assert answer.status_code == 200
    assert answer.json()["result"] == {"code": 0, "message": ""}
    await practice.push([practice.entry(runner, name="Corrected", dorsal="77")])
    (athlete,) = await practice.data("/athletes")
    assert (athlete["name"], athlete["events"][0]["dorsal"]) == ("Corrected", "77")
    ledger = await practice.ledger(copernico=True)
    assert [row["id"] for row in ledger["athletes"]] == ["r0"]
    assert (ledger["writes"], ledger["rows_written"]) == (2, 2)


async def test_rows_without_an_id_become_somebody_new_each_time(practice: Practice) -> None:
    row = practice.entry(practice.world.runners[0], id=None)
    await practice.push([row])
    await practice.push([row])
    athletes = (await practice.ledger(copernico=True))["athletes"]
    assert len({athlete["id"] for athlete in athletes}) == 2
    assert len({athlete["dorsal"] for athlete in athletes}) == 1


async def test_an_athlete_can_change_the_event(practice: Practice) -> None:
    runner = practice.world.runners[0]
    await practice.push([practice.entry(runner, eventId="5K")])
    await practice.push([practice.entry(runner, eventId="10K")])
    assert await practice.preset("5K") == []
    assert [row["id"] for row in await practice.preset("10K")] == ["r0"]


async def test_other_columns_are_kept_under_their_own_names(practice: Practice) -> None:
    extra = {"e-mail": "a@example.org", "club": "Club Demo", "TALLA": "M", "team": "Team A"}
    await practice.push([practice.entry(practice.world.runners[0], **extra)])
    athlete = await practice.data("/athlete/r0/full")
    assert (athlete["e-mail"], athlete["club"]) == ("a@example.org", "Club Demo")
    assert athlete["TALLA"] == "M"
    assert athlete["events"][0]["team"] == "Team A"
    assert "raceId" not in athlete


async def test_categories_follow_age_and_gender(practice: Practice) -> None:
    runner = practice.world.runners[0]
    people: list[tuple[str | None, str | None, str]] = [
        ("1990-10-17", "female", "Veteran F"),
        ("1991-10-18", "male", "Senior M"),
        ("2010-01-01", "mixed", "Sub 20 X"),
        (None, "male", ""),
        ("1970-01-01", None, ""),
    ]
    rows = [
        practice.entry(runner, id=f"c{place}", birthdate=birthdate, gender=gender)
        for place, (birthdate, gender, _) in enumerate(people)
    ]
    await practice.push(rows)
    athletes = await practice.data("/athletes")
    assert [one["events"][0]["category"] for one in athletes] == [name for _, _, name in people]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": None},
        {"eventId": "Marathon"},
        {"raceId": "another"},
        {"gender": "F"},
        {"birthdate": "1/2/1990"},
        {"dorsal": 1.5},
        {"surname": 7},
    ],
)
async def test_one_bad_row_refuses_the_batch(practice: Practice, changes: dict[str, Any]) -> None:
    good, bad = practice.world.runners[:2]
    answer = await practice.push([practice.entry(good), practice.entry(bad, **changes)])
    assert answer.status_code == 400
    assert answer.json().keys() == {"message"}
    assert (await practice.ledger(copernico=True))["athletes"] == []


async def test_only_an_array_for_the_race_is_taken(practice: Practice) -> None:
    assert (await practice.push({"id": "a"})).status_code == 400
    assert (await practice.push(["a"])).status_code == 400
    url = f"{practice.copernico_url}/race-registrations"
    assert (
        await practice.http.post(f"{url}/{practice.copernico.slug}", json=[])
    ).status_code == 404
    broken = await practice.http.post(f"{url}/{practice.copernico.race_uuid}", content=b"[{")
    assert broken.status_code == 400


async def test_the_operators_hand_at_copernico(practice: Practice) -> None:
    await practice.push_everybody()
    edited = await practice.control("/athletes/r1", {"dorsal": "0007"}, copernico=True)
    assert edited["dorsal"] == "0007"
    await practice.control("/athletes/r0/remove", {}, copernico=True)
    ids = [athlete["id"] for athlete in await practice.data("/athletes")]
    assert "r0" not in ids
    gone = f"{practice.copernico_url}/_sandbox/athletes/r0"
    assert (await practice.http.post(gone, json={})).status_code == 404
    assert (await practice.http.post(f"{gone}/remove")).status_code == 404
