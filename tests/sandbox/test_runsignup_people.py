"""RunSignUp's two listings of people, and the day going through them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from .rig import Practice

ROW_KEYS = {
    *("user", "registration_id", "event_id", "rsu_transaction_id", "transaction_id", "bib_num"),
    *("chip_num", "age", "registration_date", "team_id", "team_name", "team_type_id", "team_type"),
    *("team_gender", "team_bib_num", "last_modified", "imported", "race_fee"),
    *("offline_payment_amount", "processing_fee", "processing_fee_paid_by_user"),
    *("processing_fee_paid_by_race", "partner_fee", "affiliate_profit", "extra_fees"),
}
USER_KEYS = {
    *("user_id", "first_name", "middle_name", "last_name", "email", "address", "dob", "gender"),
    *("phone", "profile_image_url"),
}
REMOVED_KEYS = {
    *("user", "registration_id", "age", "registration_date", "last_modified", "last_modified_ts"),
    *("imported", "race_fee", "processing_fee", "processing_fee_paid_by_user"),
    *("processing_fee_paid_by_race", "amount_paid", "removed_reason", "new_registration_id"),
}


async def _pages(practice: Practice, event_id: int, *, keyset: bool) -> AsyncIterator[list[Any]]:
    query: dict[str, object] = {"sort": "registration_id ASC", "results_per_page": 7}
    for number in range(1, 100):
        query |= {} if keyset else {"page": number}
        rows = await practice.people(event_id=event_id, **query)
        yield rows
        if not rows:
            return
        if keyset:
            query["after_registration_id"] = rows[-1]["registration_id"]


async def test_both_styles_of_paging_are_complete_and_repeat_nobody(practice: Practice) -> None:
    event_id = practice.event_ids[0]
    everybody = [row["registration_id"] for row in await practice.people(results_per_page=2500)]
    for keyset in (False, True):
        ids = [
            row["registration_id"]
            async for page in _pages(practice, event_id, keyset=keyset)
            for row in page
        ]
        assert len(ids) > 20
        assert ids == sorted(set(ids))
        assert set(ids) < set(everybody)
    early = [one for one in practice.world.runners if one.registered_at <= practice.clock.now()]
    assert len(everybody) == len(set(everybody)) == len(early)


async def test_a_page_has_fifty_rows_by_default_and_never_more_than_the_limit(
    practice: Practice,
) -> None:
    assert len(await practice.people()) == 50
    assert 50 < len(await practice.people(results_per_page=999_999)) <= 2500


async def test_a_row_looks_as_documented(practice: Practice) -> None:
    row = (await practice.people())[0]
    assert row.keys() >= ROW_KEYS
    assert row["user"].keys() == USER_KEYS
    assert row["user"]["address"].keys() == {"street", "city", "state", "zipcode", "country_code"}
    assert isinstance(row["bib_num"], int | None)
    assert isinstance(row["last_modified"], int)
    assert row["race_fee"].startswith("$")
    registered = practice.world.runners[0].registered_at
    # Eastern is one hour ahead of the venue and four behind UTC in summer.
    local = registered - timedelta(hours=4)
    assert row["registration_date"] == f"{local.month}/{local.day}/{local.year} {local:%H:%M}"


async def test_the_inner_list_is_empty_and_several_events_come_apart(practice: Practice) -> None:
    path, (half, ten, five) = f"{practice.race_path}/participants", practice.event_ids
    single = await practice.rsu(path, event_id=half)
    assert single[0]["event"] == {"event_id": half, "participants": []}
    assert single[0]["participants"]
    nobody = await practice.rsu(path, event_id=half, after_registration_id=10**9)
    assert nobody == [{"event": {"event_id": half, "participants": []}, "participants": []}]
    several = await practice.rsu(path, event_id=f"{half},{ten},{five}", results_per_page=2500)
    assert [element["event"]["event_id"] for element in several] == [half, ten, five]
    for element in several:
        assert element["event"]["participants"] == []
        event_id = element["event"]["event_id"]
        assert {row["event_id"] for row in element["participants"]} == {event_id}
    few = await practice.rsu(path, event_id=f"{half},{ten},{five}", results_per_page=1)
    assert sum("participants" in element for element in few) == 1


async def test_modified_after_is_inclusive(practice: Practice) -> None:
    everybody = await practice.people(results_per_page=2500)
    newest = max(row["last_modified"] for row in everybody)
    again = await practice.people(results_per_page=2500, modified_after_timestamp=newest)
    assert [row for row in everybody if row["last_modified"] == newest] == again
    assert await practice.people(modified_after_timestamp=newest + 1) == []


async def test_gender_x_shows_only_when_supported(practice: Practice) -> None:
    practice.clock.set(practice.world.day.over)
    runner = next(one for one in practice.world.runners if one.person.gender == "X")

    async def gender(**query: object) -> object:
        rows = await practice.people(search_bib=runner.bib, **query)
        return rows[0]["user"]["gender"]

    assert await gender() is None
    assert await gender(supports_nb="T") == "X"


async def test_rows_can_be_sorted_and_searched(practice: Practice) -> None:
    event_id = practice.event_ids[1]
    rows = await practice.people(event_id=event_id, sort="last_name DESC")
    assert len(rows) > 5
    names = [row["user"]["last_name"] for row in rows]
    assert names == sorted(names, reverse=True)
    found = await practice.people(search_last_name="o'brien")
    assert [row["user"]["first_name"] for row in found] == ["Siobhán"]


async def test_people_register_and_get_their_bibs_as_the_day_goes_on(practice: Practice) -> None:
    world, event_id = practice.world, practice.event_ids[0]
    race = world.races[0]
    half = [runner for runner in world.runners if runner.race is race]
    before = await practice.people(event_id=event_id, results_per_page=2500)
    assert 0 < len(before) < len(half)
    assert any(row["bib_num"] is None for row in before)
    watermark = int(practice.clock.now().timestamp())
    practice.clock.set(race.starts_at - timedelta(minutes=5))
    after = await practice.people(event_id=event_id, results_per_page=2500)
    assert {row["bib_num"] for row in after} == {runner.bib for runner in half}
    changed = await practice.people(
        event_id=event_id, results_per_page=2500, modified_after_timestamp=watermark
    )
    old = {row["registration_id"]: row for row in before}
    differing = [row for row in after if row != old.get(row["registration_id"])]
    assert differing == changed
    ledger = await practice.ledger()
    active = [row for row in ledger["registrations"] if row["event_id"] == event_id]
    assert {row["bib"] for row in active} == {runner.bib for runner in half}
    assert {row["status"] for row in active} == {"active"}


async def test_removed_rows_are_inside_the_event(practice: Practice) -> None:
    row = (await practice.people())[0]
    number, event_id = row["registration_id"], row["event_id"]
    now = int(practice.clock.now().timestamp())
    await practice.control(f"/registrations/{number}/remove", {"reason": "deferred"})
    path = f"{practice.race_path}/removed-participants"
    elements = await practice.rsu(path, event_id=event_id, modified_after_timestamp=now)
    assert [element.keys() for element in elements] == [{"event"}]
    (removed,) = elements[0]["event"]["participants"]
    assert removed.keys() == REMOVED_KEYS
    assert removed["registration_id"] == number
    assert (removed["removed_reason"], removed["new_registration_id"]) == ("deferred", None)
    assert removed["last_modified_ts"] == now
    assert removed["last_modified"] == "2026-10-17 07:00:00"
    ids = [one["registration_id"] for one in await practice.people(event_id=event_id)]
    assert number not in ids
    later = await practice.rsu(path, event_id=event_id, modified_after_timestamp=now + 1)
    assert later[0]["event"]["participants"] == []


async def test_a_transfer_links_the_old_id_to_a_new_one(practice: Practice) -> None:
    half, ten, _ = practice.event_ids
    row = (await practice.people(event_id=half))[0]
    old = row["registration_id"]
    moved = await practice.control(f"/registrations/{old}/transfer", {"event_id": ten})
    removed = await practice.rsu(f"{practice.race_path}/removed-participants", event_id=half)
    (gone,) = removed[0]["event"]["participants"]
    assert gone["removed_reason"] == "transferred"
    assert gone["new_registration_id"] == moved["registration_id"]
    arrived = (await practice.people(event_id=ten, sort="registration_id DESC"))[0]
    assert arrived["registration_id"] == moved["registration_id"]
    assert arrived["user"]["first_name"] == row["user"]["first_name"]
