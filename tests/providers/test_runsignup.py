"""RunSignUp: credentials, paging to the end, watermarks, and its rows in our fields."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from p88console.domain.errors import (
    Forbidden,
    ProviderFault,
    Rejected,
    RowFault,
    Throttled,
    Transient,
    Unauthorized,
)
from p88console.domain.model import ParticipantStatus, Provider, RaceRecord
from p88console.providers.base import PageRequest, Scope
from p88console.providers.runsignup.adapter import RunSignUp
from tests.providers.practice import Practice, bare, rows_of, runsignup_at
from tests.providers.wire import Line, say_json

MARGIE: dict[str, Any] = {
    "user": {
        "user_id": 123123123,
        "first_name": "Margie",
        "middle_name": None,
        "last_name": "Stephens",
        "email": "margie.stephens@example.com",
        "address": {
            "street": "960 Avondale Ave",
            "city": "Moorestown",
            "state": "NJ",
            "zipcode": "08057",
            "country_code": "US",
        },
        "dob": "1986-01-06",
        "gender": "F",
        "phone": "856-850-1510",
        "profile_image_url": None,
    },
    "registration_id": 2645624,
    "event_id": 12890,
    "bib_num": None,
    "chip_num": None,
    "age": 35,
    "registration_date": "9/7/2021 15:15",
    "team_id": None,
    "team_name": None,
    "last_modified": 1631042122,
    "imported": "F",
    "race_fee": "$55.00",
}
JANE_REMOVED: dict[str, Any] = {
    "user": {"first_name": "Jane", "last_name": "Doe", "dob": "1970-01-01", "gender": "F"},
    "registration_id": 2645629,
    "age": 51,
    "registration_date": "2021-09-07 15:20:36",
    "last_modified": "2021-09-23 09:54:37",
    "last_modified_ts": 1632405277,
    "removed_reason": "removed",
    "new_registration_id": None,
}


@pytest.fixture
async def adapter() -> RunSignUp:
    made = RunSignUp(bare(Provider.RUNSIGNUP))
    await made.close()
    return made


def person(**changes: Any) -> dict[str, Any]:
    """Margie with other values; `user` and `address` values by their own names."""
    row = {**MARGIE, "user": {**MARGIE["user"]}}
    for name, value in changes.items():
        where = row["user"] if name in MARGIE["user"] else row
        where[name] = value
    return row


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (6, Unauthorized),
        (7, Forbidden),
        (14, Throttled),
        (4, Transient),
        (5, Transient),
        (1, Rejected),
        (201, Rejected),
        (301, Rejected),
    ],
)
async def test_codes_inside_a_200_are_sorted_by_what_to_do(
    code: int, kind: type[ProviderFault]
) -> None:
    said = say_json({"error": {"error_code": code, "error_msg": "What RunSignUp says"}})
    async with Line(said) as line, runsignup_at(bare(Provider.RUNSIGNUP, line.url)) as adapter:
        with pytest.raises(ProviderFault) as caught:
            await adapter.test()
    assert type(caught.value) is kind
    assert caught.value.provider_code == str(code)
    assert "What RunSignUp says" in str(caught.value)


async def test_everybody_registered_so_far_is_listed_once(practice: Practice) -> None:
    async with runsignup_at(practice.access(Provider.RUNSIGNUP)) as adapter:
        rows = await rows_of(adapter.participants(practice.scope, PageRequest()))
        people = [adapter.participant(row) for row in rows]
    so_far = [one for one in practice.world.runners if one.registered_at <= practice.clock.now()]
    assert len(people) == len(so_far) == len({one.provider_id for one in people})
    assert {(one.first_name, one.last_name) for one in people} == {
        (one.registered_as.first_name, one.registered_as.last_name or None) for one in so_far
    }
    assert all(one.flags == () for one in people)


async def test_no_more_than_two_calls_are_under_way(practice: Practice) -> None:
    """The practice server throttles a third; none of these may meet that."""
    async with runsignup_at(practice.access(Provider.RUNSIGNUP)) as adapter:
        scopes = [
            Scope(practice.scope.provider_event_id, (one,))
            for one in practice.scope.provider_race_ids
        ] * 3
        for listing in [adapter.participants(scope, PageRequest()) for scope in scopes]:
            await rows_of(listing)


async def test_only_what_changed_since_the_watermark_is_listed(practice: Practice) -> None:
    """D9."""
    async with runsignup_at(practice.access(Provider.RUNSIGNUP)) as adapter:
        everybody = await rows_of(adapter.participants(practice.scope, PageRequest()))
        practice.clock.step(1)
        since = practice.clock.now()
        changed = everybody[3]["registration_id"]
        await practice.control("/registrations", {"registration_id": changed, "bib_num": "9999"})
        request = PageRequest(modified_since=since)
        rows = await rows_of(adapter.participants(practice.scope, request))
        assert changed in [row["registration_id"] for row in rows]
        assert len(rows) < len(everybody)
        (row,) = [row for row in rows if row["registration_id"] == changed]
        assert adapter.participant(row).bib == "9999"
        later = PageRequest(modified_since=since + timedelta(hours=1))
        assert await rows_of(adapter.participants(practice.scope, later)) == []


async def test_removals_come_with_reason_and_new_registration(practice: Practice) -> None:
    async with runsignup_at(practice.access(Provider.RUNSIGNUP)) as adapter:
        everybody = await rows_of(adapter.participants(practice.scope, PageRequest()))
        first, second = (row["registration_id"] for row in everybody[:2])
        await practice.control(f"/registrations/{first}/remove", {"reason": "deferred"})
        other = next(one for one in practice.runsignup.catalog.event_ids)
        moved = await practice.control(f"/registrations/{second}/transfer", {"event_id": other})
        rows = await rows_of(adapter.removals(practice.scope, PageRequest()))
        found = {one.provider_id: one for one in map(adapter.removal, rows)}
    assert found[str(first)].status is ParticipantStatus.DEFERRED
    assert found[str(second)].status is ParticipantStatus.TRANSFERRED
    assert found[str(second)].moved_to == str(moved["registration_id"])


async def test_distances_of_past_years_are_left_out(practice: Practice) -> None:
    async with runsignup_at(practice.access(Provider.RUNSIGNUP)) as adapter:
        event = await adapter.find_event(practice.scope.provider_event_id)
    ids = [race.provider_race_id for race in event.races]
    assert sorted(ids) == sorted(practice.scope.provider_race_ids)
    assert event.timezone == "America/Chicago"


def test_a_documented_registration_is_read_field_by_field(adapter: RunSignUp) -> None:
    margie = adapter.participant(MARGIE)
    assert (margie.provider_id, margie.provider_race_id) == ("2645624", "12890")
    assert (margie.first_name, margie.last_name) == ("Margie", "Stephens")
    assert (margie.gender, margie.birth_date) == ("F", date(1986, 1, 6))
    assert (margie.bib, margie.chip, margie.team) == (None, None, None)
    assert (margie.email, margie.phone) == ("margie.stephens@example.com", "856-850-1510")
    assert (margie.city, margie.region, margie.country) == ("Moorestown", "NJ", "US")
    assert margie.registered_at == datetime(2021, 9, 7, 19, 15, tzinfo=UTC)
    assert margie.modified_at == datetime.fromtimestamp(1631042122, UTC)
    assert margie.flags == ()
    assert margie.raw == MARGIE


def test_a_documented_removal_is_read(adapter: RunSignUp) -> None:
    jane = adapter.removal(JANE_REMOVED)
    assert (jane.provider_id, jane.status) == ("2645629", ParticipantStatus.REMOVED)
    assert jane.moved_to is None


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("removed", "removed"),
        ("cleared", "removed"),
        ("Transferred", "transferred"),
        ("deferred", "deferred"),
        ("never heard of", "removed"),
        (None, "removed"),
    ],
)
def test_every_reason_for_a_removal_has_a_status(
    adapter: RunSignUp, reason: str | None, status: str
) -> None:
    assert adapter.removal({**JANE_REMOVED, "removed_reason": reason}).status == status


@pytest.mark.parametrize(
    ("said", "gender", "flags"),
    [
        ("F", "F", ()),
        ("m", "M", ()),
        ("X", "X", ()),
        (None, None, ()),
        ("", None, ()),
        ("Z", "Z", ("gender",)),
        (7, "7", ("gender",)),
        (True, None, ("gender",)),
    ],
)
def test_a_gender_is_read_or_kept_raw_and_flagged(
    adapter: RunSignUp, said: object, gender: str | None, flags: tuple[str, ...]
) -> None:
    """D25."""
    read = adapter.participant(person(gender=said))
    assert (read.gender, read.flags) == (gender, flags)


@pytest.mark.parametrize(
    ("said", "bib"), [(512, "512"), ("0007", "0007"), ("A12", "A12"), (" 7 ", "7"), ("", None)]
)
def test_bibs_are_text(adapter: RunSignUp, said: object, bib: str | None) -> None:
    assert adapter.participant(person(bib_num=said)).bib == bib


@pytest.mark.parametrize("dob", ["soon", "0000-00-00", "01/06/1986"])
def test_a_birth_date_that_cannot_be_read_is_flagged_not_guessed(
    adapter: RunSignUp, dob: str
) -> None:
    read = adapter.participant(person(dob=dob))
    assert (read.birth_date, read.flags) == (None, ("dob",))


def test_odd_but_normal_rows_are_read(adapter: RunSignUp) -> None:
    read = adapter.participant(
        {
            "registration_id": "2645624",
            "event_id": "12890",
            "user": {"first_name": "Zoë-Aïda", "last_name": None, "phone": "0" * 33},
            "chip_num": "65f1c0ffee65f1c0ffee65f1",
            "registration_date": None,
            "last_modified": None,
        }
    )
    assert (read.first_name, read.last_name, read.chip) == (
        "Zoë-Aïda",
        None,
        "65f1c0ffee65f1c0ffee65f1",
    )
    assert (read.phone, read.city, read.registered_at) == ("0" * 33, None, None)
    assert read.flags == ()


def test_a_registration_without_an_id_is_read_without_one(adapter: RunSignUp) -> None:
    assert adapter.participant(person(registration_id=None)).provider_id is None


@pytest.mark.parametrize("user", [None, [], "nobody"])
def test_a_registration_without_a_person_is_still_a_registration(
    adapter: RunSignUp, user: object
) -> None:
    read = adapter.participant({**MARGIE, "user": user})
    assert (read.provider_id, read.first_name) == ("2645624", None)


def test_a_row_that_names_no_distance_is_set_aside_with_the_field(adapter: RunSignUp) -> None:
    with pytest.raises(RowFault) as caught:
        adapter.participant(person(event_id=None))
    assert caught.value.field == "event_id"


def race_body(**changes: Any) -> dict[str, Any]:
    return {
        "race_id": 77,
        "name": "Lakeside",
        "timezone": "America/Chicago",
        "next_date": "10/17/2026",
        "last_date": "10/18/2025",
        "events": [
            {
                "event_id": 501,
                "name": "Half Marathon",
                "start_time": "10/17/2026 07:30",
                "distance": "13.1 Miles",
            }
        ],
    } | changes


def test_a_start_is_in_the_zone_of_the_race(adapter: RunSignUp) -> None:
    """D20."""
    event = adapter.event(race_body())
    assert event.starts_at == datetime(2026, 10, 17, 12, 30, tzinfo=UTC)
    assert event.races == (
        RaceRecord(
            "501",
            "Half Marathon",
            datetime(2026, 10, 17, 12, 30, tzinfo=UTC),
            21082.4,
            race_body()["events"][0],
        ),
    )


@pytest.mark.parametrize(
    ("zone", "utc_hour"), [("America/Los_Angeles", 14), (None, 11), ("Mars/Olympus", 7)]
)
def test_a_missing_zone_is_eastern_and_an_unknown_one_is_utc(
    adapter: RunSignUp, zone: str | None, utc_hour: int
) -> None:
    event = adapter.event(race_body(timezone=zone))
    assert event.starts_at is not None
    assert (event.starts_at.hour, event.starts_at.minute) == (utc_hour, 30)


def test_a_race_without_distances_starts_on_its_date(adapter: RunSignUp) -> None:
    event = adapter.event(race_body(events=None))
    assert event.races == ()
    assert (event.starts_at, event.race_day) == (None, date(2026, 10, 17))


def test_a_race_without_an_id_is_set_aside(adapter: RunSignUp) -> None:
    with pytest.raises(RowFault):
        adapter.event(race_body(race_id=None))
