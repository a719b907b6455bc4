"""Writing to RunSignUp: the vendor's own call, and the control room's hand."""

from __future__ import annotations

import json
from datetime import timedelta

from .rig import Practice


async def test_a_bib_is_written_and_the_day_leaves_it_alone(practice: Practice) -> None:
    row = next(row for row in await practice.people() if row["bib_num"] is None)
    number, event_id = row["registration_id"], row["event_id"]
    practice.clock.set(practice.clock.now() + timedelta(seconds=1))
    answer = await practice.write(event_id, [{"registration_id": number, "bib_num": 90001}])
    assert answer == {"participants": [{"registration_id": number}]}
    (written,) = await practice.people(search_bib=90001)
    assert written["registration_id"] == number
    assert written["last_modified"] == int(practice.clock.now().timestamp())
    practice.clock.set(practice.world.day.over)
    assert await practice.people(search_bib=90001)


async def test_bad_rows_are_named_by_their_place(practice: Practice) -> None:
    first, second = (await practice.people(event_id=practice.event_ids[0]))[:2]
    rows = [
        {"registration_id": first["registration_id"], "bib_num": 90002},
        {"registration_id": second["registration_id"], "bib_num": "A12"},
        {"registration_id": 1, "bib_num": 90003},
        {"registration_id": second["registration_id"], "user": {"gender": "W"}},
        {"registration_id": second["registration_id"], "user": {"dob": "yesterday"}},
        {"bib_num": 90004},
    ]
    answer = await practice.write(practice.event_ids[0], rows)
    assert answer["error"]["error_code"] == 11
    codes = [detail and detail["error_code"] for detail in answer["error_details"]]
    assert codes == [None, 115, 15, 114, 117, 104]
    assert await practice.people(search_bib=90002)


async def test_a_field_not_sent_stays_and_null_clears(practice: Practice) -> None:
    row = next(row for row in await practice.people() if row["bib_num"] and row["user"]["dob"])
    number, event_id = row["registration_id"], row["event_id"]
    edit = {"registration_id": number, "bib_num": None, "user": {"last_name": "Edited"}}
    await practice.write(event_id, [edit])
    (edited,) = await practice.people(search_last_name="Edited")
    assert edited["bib_num"] is None
    assert edited["user"]["first_name"] == row["user"]["first_name"]
    assert edited["user"]["dob"] == row["user"]["dob"]


async def test_a_row_without_an_id_adds(practice: Practice) -> None:
    walk_up = {"bib_num": 90005, "user": {"first_name": "Walk", "last_name": "Up"}}
    answer = await practice.write(practice.event_ids[2], [walk_up])
    (added,) = await practice.people(search_bib=90005)
    assert added["registration_id"] == answer["participants"][0]["registration_id"]
    assert (added["event_id"], added["imported"]) == (practice.event_ids[2], "T")


async def test_multipart_forms_are_read_too(practice: Practice) -> None:
    row = (await practice.people())[0]
    request = {"participants": [{"registration_id": row["registration_id"], "bib_num": 90006}]}
    form = {
        "event_id": str(row["event_id"]),
        "request_format": "json",
        "request": json.dumps(request),
    }
    answer = await practice.http.post(
        f"{practice.runsignup_url}{practice.race_path}/participants",
        params={**practice.runsignup.credentials.v1, "format": "json"},
        files={name: (None, value) for name, value in form.items()},
    )
    assert "error" not in answer.json()
    assert await practice.people(search_bib=90006)


async def test_a_body_that_is_no_request_is_refused(practice: Practice) -> None:
    for form in ({}, {"request_format": "json", "request": "[]"}, {"request_format": "json"}):
        answer = await practice.http.post(
            f"{practice.runsignup_url}{practice.race_path}/participants",
            params={
                **practice.runsignup.credentials.v1,
                "format": "json",
                "event_id": str(practice.event_ids[0]),
            },
            data=form,
        )
        assert answer.json()["error"]["error_code"] == 11


async def test_the_control_room_adds_and_edits(practice: Practice) -> None:
    added = await practice.control(
        "/registrations",
        {"event_id": practice.event_ids[1], "first_name": "Ada", "bib_num": 90007, "dob": None},
    )
    assert added["status"] == "active"
    edit = {"registration_id": added["registration_id"], "last_name": "Lovelace"}
    await practice.control("/registrations", edit)
    (row,) = await practice.people(search_bib=90007)
    assert (row["user"]["first_name"], row["user"]["last_name"]) == ("Ada", "Lovelace")


async def test_the_control_room_refuses_what_it_does_not_know(practice: Practice) -> None:
    room = f"{practice.runsignup_url}/_sandbox/registrations"
    wrong: list[tuple[str, dict[str, object]]] = [
        ("", {"registration_id": 1}),
        ("", {"event_id": 1, "first_name": "Ada"}),
        ("", {"event_id": practice.event_ids[0], "bib_num": "A12"}),
        ("/1/remove", {"reason": "removed"}),
        ("/1/transfer", {"event_id": practice.event_ids[0]}),
    ]
    for path, body in wrong:
        assert (await practice.http.post(room + path, json=body)).status_code in {400, 404}
