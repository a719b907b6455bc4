"""Haku's short list and long details, and the day going through them."""

from __future__ import annotations

from datetime import datetime, timedelta

from .organisation import Organisation

LISTED = {
    *("registration_number", "person_full_name", "email", "age", "gender"),
    *("event_category_info", "team", "registered_at", "is_cancelled", "transaction_amount"),
}
DETAILED = {
    *("registration_number", "created_at", "updated_at", "is_cancelled", "cancelled_at"),
    *("transaction_amount", "shirt_size_name", "shirt_size_code", "current_pace"),
    *("strava_athlete_identification", "formatted_submitted_result_time", "fundraising_option"),
    *("fundraised_amount", "fundraiser_goal", "wants_sms_communications", "subscription_number"),
    *("team", "entity", "club", "partner", "device", "browser", "browser_version", "os"),
    *("os_version", "products", "additional_questions", "emergency_contact_name"),
    *("emergency_contact_phone_number", "emergency_contact_relationship", "participant"),
    "event_categories",
}
CATEGORY = {
    *("id", "name", "master_name", "is_active", "participation_option", "corral_name"),
    *("wave_name", "wave_code", "tag_number", "chip_number", "created_at", "updated_at"),
}
GENDERS = {"F": "Female", "M": "Male", "X": "Non-Binary", None: None}


async def test_pages_are_clamped_complete_and_repeat_nobody(haku: Organisation) -> None:
    early = [one for one in haku.runners if one.registered_at <= haku.clock.now()]
    assert len(early) > 50
    for size in (500, 25):
        assert len(await haku.body(haku.people_path, per_page=size)) == 25
    for size in (500, 7):
        numbers = [row["registration_number"] for row in await haku.people(per_page=size)]
        assert len(set(numbers)) == len(numbers) == len(early)


async def test_list_rows_hold_no_bib_and_details_everything(haku: Organisation) -> None:
    await haku.end_of_day()
    rows = await haku.people()
    assert len(rows) == len(haku.runners)
    for row, runner in zip(rows, haku.runners, strict=True):
        assert row.keys() == LISTED
        assert len(row["registration_number"]) == 10
        assert row["event_category_info"] == runner.race.name
        assert row["gender"] == GENDERS[runner.person.gender]
    for row, runner in zip(rows[:30], haku.runners, strict=False):
        person, found = runner.person, await haku.detail(row["registration_number"])
        assert found.keys() == DETAILED
        told = found["participant"]
        assert (told["first_name"], told["last_name"]) == (person.first_name, person.last_name)
        assert told["dob"] == (person.birth_date.isoformat() if person.birth_date else None)
        assert told["phone"] == person.phone
        (category, *former) = found["event_categories"]
        assert category.keys() == CATEGORY
        assert (category["name"], category["tag_number"]) == (runner.race.name, str(runner.bib))
        assert category["is_active"]
        assert not any(other["is_active"] or other["tag_number"] for other in former)


async def test_names_are_one_text(haku: Organisation) -> None:
    await haku.end_of_day()
    for row, runner in zip(await haku.people(), haku.runners, strict=True):
        person = runner.person
        names = [person.first_name, person.middle_name, person.last_name]
        assert row["person_full_name"] == " ".join(name for name in names if name)


async def test_some_registrations_hold_a_category_that_was_left(haku: Organisation) -> None:
    await haku.end_of_day()
    details = [await haku.detail(row["registration_number"]) for row in await haku.people()]
    two = [found for found in details if len(found["event_categories"]) == 2]
    assert 0 < len(two) < len(details) / 4
    assert [one["is_active"] for one in two[0]["event_categories"]] == [True, False]
    chips = [found["event_categories"][0]["chip_number"] for found in details]
    assert {len(chip) for chip in chips if chip} == {24}
    assert None in chips
    await haku.control("/ways", {"former_category_first": True})
    again = await haku.detail(two[0]["registration_number"])
    assert [one["is_active"] for one in again["event_categories"]] == [False, True]


async def test_a_registration_can_hold_two_races(haku: Organisation) -> None:
    number = (await haku.people())[0]["registration_number"]
    own = (await haku.detail(number))["event_categories"][0]
    other = "5K" if own["name"] != "5K" else "10K"
    second = {"race": other, "bib": "0007"}
    await haku.control(f"/registrations/{number}/second-race", second)
    row = (await haku.newest())[0]
    assert row["registration_number"] == number
    assert row["event_category_info"] == f"{own['name']}, {other}"
    first, added = (await haku.detail(number))["event_categories"]
    assert first["name"] == own["name"]
    assert (added["name"], added["tag_number"], added["is_active"]) == (other, "0007", True)
    room = f"/_sandbox/registrations/{number}/second-race"
    assert (await haku.http.post(room, json={"race": "Marathon"})).status_code == 404


async def test_whoever_changed_floats_to_the_top(haku: Organisation) -> None:
    old = (await haku.people())[5]["registration_number"]
    before = await haku.detail(old)
    haku.wait(1)
    edit = {"id": old, "bib": 4711, "phone": "312-555-0001"}
    await haku.control("/registrations", edit)
    assert (await haku.newest())[0]["registration_number"] == old
    after = await haku.detail(old)
    assert after["event_categories"][0]["tag_number"] == "4711"
    assert after["participant"]["phone"] == "312-555-0001"
    assert after["updated_at"] > before["updated_at"]
    order = {"sort_column": "updated_at", "sort_direction": "asc"}
    rows = await haku.people(**order)
    assert rows[-1]["registration_number"] == old
    assert len(rows) == len(await haku.people())


async def test_the_order_follows_the_day(haku: Organisation) -> None:
    before = {row["registration_number"] for row in await haku.people()}
    haku.wait(1800)
    changed = haku.clock.now() - timedelta(seconds=1800)
    at = [
        moment
        for runner in haku.runners
        for moment in (runner.registered_at, *(change.at for change in runner.changes))
        if changed < moment <= haku.clock.now()
    ]
    rows = await haku.newest()
    stamps = [(await haku.detail(row["registration_number"]))["updated_at"] for row in rows]
    assert stamps == sorted(stamps, reverse=True)
    assert datetime.fromisoformat(stamps[0]) == max(at)
    assert {row["registration_number"] for row in await haku.people()} > before


async def test_whoever_left_stays_and_is_cancelled(haku: Organisation) -> None:
    rows = await haku.people()
    gone = rows[3]["registration_number"]
    await haku.control(f"/registrations/{gone}/remove", {"reason": "cancelled"})
    again = await haku.people()
    assert len(again) == len(rows)
    assert [row["registration_number"] for row in again if row["is_cancelled"]] == [gone]
    found = await haku.detail(gone)
    assert (found["is_cancelled"], found["cancelled_at"]) == (True, "2026-10-17T11:00:00Z")


async def test_a_transfer_is_a_cancellation_and_somebody_new(haku: Organisation) -> None:
    row = next(row for row in await haku.people() if row["event_category_info"] != "5K")
    old = row["registration_number"]
    moved = await haku.control(f"/registrations/{old}/transfer", {"race": "5K"})
    rows = {one["registration_number"]: one for one in await haku.people()}
    assert rows[old]["is_cancelled"]
    arrived = rows[moved["id"]]
    assert (arrived["is_cancelled"], arrived["event_category_info"]) == (False, "5K")
    assert arrived["person_full_name"] == row["person_full_name"]
    ledger = {one["id"]: one["status"] for one in (await haku.ledger())["registrations"]}
    assert (ledger[old], ledger[moved["id"]]) == ("transferred", "active")


async def test_the_control_room_adds(haku: Organisation) -> None:
    added = await haku.control("/registrations", {"race": "10K", "first_name": "Ada", "bib": "A12"})
    found = await haku.detail(added["id"])
    assert found["participant"]["first_name"] == "Ada"
    assert found["event_categories"][0]["tag_number"] == "A12"
    unknown = {"id": "B0000001AA", "first_name": "Ada"}
    room = "/_sandbox/registrations"
    assert (await haku.http.post(room, json=unknown)).status_code == 404
