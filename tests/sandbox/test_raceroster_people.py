"""Race Roster's participants, and the day going through them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from p88console.sandbox.people import email_for

from .roster import Roster


async def test_pages_are_complete_and_repeat_nobody(roster: Roster) -> None:
    path = f"/events/{roster.event_id}/participants"
    early = [one for one in roster.runners if one.registered_at <= roster.clock.now()]
    first = await roster.body(path)
    assert len(first["data"]) == 50
    assert first["metadata"] == {"totalResults": len(early)}
    assert len((await roster.body(path, limit=5_000))["data"]) == min(100, len(early))
    for limit in (7, 50, 5_000):
        ids = [row["participantId"] for row in await roster.people(limit=limit)]
        assert len(set(ids)) == len(ids) == len(early)
    assert (await roster.call(path, limit="all")).status_code == 400


async def test_a_row_has_the_confirmed_keys_in_their_places(roster: Roster) -> None:
    roster.clock.set(roster.world.day.over)
    rows = await roster.people()
    for row in rows:
        assert isinstance(row["participantId"], str)
        assert {"firstName", "lastName", "gender", "bibNumber", "isActive"} <= row.keys()
        assert row["profile"]["email"].endswith("@example.org")
        assert "email" not in row
    assert {type(row["bibNumber"]) for row in rows} == {int, str}
    assert {type(row["subEventId"]) for row in rows} == {int, str}
    ends = {row["registrationDate"][-1] for row in rows}
    assert ends == {"Z", "0"}


async def test_everything_of_a_person_is_as_registered(roster: Roster) -> None:
    roster.clock.set(roster.world.day.over)
    rows = await roster.people()
    codes = {"M": 1, "F": 2, "X": 9, None: 0}
    sub_events = roster.server.catalog.sub_event_ids
    assert len(rows) == len(roster.runners)
    for row, runner in zip(rows, roster.runners, strict=True):
        person = runner.person
        assert (row["firstName"], row["lastName"]) == (person.first_name, person.last_name)
        assert row["gender"] == codes[person.gender]
        assert str(row["bibNumber"]) == str(runner.bib)
        assert int(row["subEventId"]) == sub_events[runner.race.number]
        assert datetime.fromisoformat(row["registrationDate"]) == runner.registered_at
        born = row["profile"]["dateOfBirth"]
        assert born == (person.birth_date.isoformat() if person.birth_date else None)
        assert row["profile"]["phone"] == person.phone
        assert (row["city"], row["provinceState"]) == (person.city, person.region)


async def test_people_register_and_get_their_bibs_as_the_day_goes_on(roster: Roster) -> None:
    before = {row["participantId"]: row for row in await roster.people()}
    assert any(row["bibNumber"] is None for row in before.values())
    roster.clock.set(roster.world.races[-1].starts_at - timedelta(minutes=5))
    after = {row["participantId"]: row for row in await roster.people()}
    assert before.keys() < after.keys()
    assert all(row["bibNumber"] is not None for row in after.values())
    since = roster.world.day.start.astimezone(UTC)
    for number, row in after.items():
        changed = datetime.fromisoformat(row["lastModifiedDate"]) > since
        assert changed == (row != before.get(number))


async def test_whoever_left_is_inactive_or_absent(roster: Roster) -> None:
    gone = (await roster.people())[3]["participantId"]
    await roster.control(f"/registrations/{gone}/remove", {"reason": "cancelled"})
    rows = await roster.people()
    assert [row["participantId"] for row in rows if not row["isActive"]] == [gone]
    await roster.control("/ways", {"leavers_absent": True})
    assert await roster.people() == [row for row in rows if row["isActive"]]


async def test_the_control_room_adds_edits_and_transfers(roster: Roster) -> None:
    added = await roster.control(
        "/registrations",
        {"race": "10K", "first_name": "Ada", "gender": "F", "bib": "A12", "birth_date": None},
    )
    assert added["status"] == "active"
    edit = {"id": added["id"], "last_name": "Lovelace", "email": email_for("Ada", "Lovelace", 1)}
    await roster.control("/registrations", edit)
    row = (await roster.people())[-1]
    assert (row["participantId"], row["lastName"]) == (added["id"], "Lovelace")
    assert (row["bibNumber"], row["gender"]) == ("A12", 2)
    moved = await roster.control(f"/registrations/{added['id']}/transfer", {"race": "5K"})
    old, new = (await roster.people())[-2:]
    assert (old["participantId"], old["isActive"]) == (added["id"], False)
    assert (new["participantId"], new["isActive"]) == (moved["id"], True)
    assert int(new["subEventId"]) == roster.server.catalog.sub_event_ids[2]
    ledger = {row["id"]: row for row in (await roster.ledger())["registrations"]}
    assert ledger[added["id"]]["status"] == "transferred"
    assert ledger[moved["id"]] == {
        "id": moved["id"],
        "race": "5K",
        "bib": "A12",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "status": "active",
    }


async def test_the_control_room_refuses_what_it_does_not_know(roster: Roster) -> None:
    wrong: list[tuple[str, dict[str, object]]] = [
        ("/registrations", {"id": "1", "first_name": "Ada"}),
        ("/registrations", {"race": "Marathon", "first_name": "Ada"}),
        ("/registrations", {"race": "5K", "first_name": ""}),
        ("/registrations", {"race": "5K", "first_name": "Ada", "gender": "female"}),
        ("/registrations", {"race": "5K", "first_name": "Ada", "birth_date": "1/2/1990"}),
        ("/registrations", {"race": "5K", "first_name": "Ada", "phone": 1.5}),
        ("/registrations/1/remove", {"reason": "removed"}),
        ("/registrations/1/transfer", {"race": "5K"}),
        ("/ways", {"no_such_way": True}),
        ("/ways", {"other_events": "many"}),
    ]
    for path, body in wrong:
        answer = await roster.http.post(f"/_sandbox{path}", json=body)
        assert answer.status_code in {400, 404}, (path, body)
