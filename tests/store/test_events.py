"""Events, races and links: mirrored once, linked once, changed only by what is new."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import inspect

from p88console.domain.errors import UsageFault
from p88console.domain.guns import parse_gun
from p88console.domain.jobs import Counts
from p88console.domain.model import EventRecord, Provider, RaceRecord
from p88console.store.tenancy import events, tenants
from p88console.store.tenancy.guns import set_guns
from tests.store.bench import GUN, Bench, event_record


def discover(bench: Bench, *records: EventRecord) -> tuple[Counts, list[int]]:
    return bench.write(events.upsert_events, bench.runsignup, records, bench.clock.step(60))


def test_discovery_again_finds_nothing_new(bench: Bench) -> None:
    before = bench.rows("SELECT * FROM events"), bench.rows("SELECT * FROM races")
    counts, discovered = discover(bench, event_record("77"), event_record("78"))
    assert (counts, discovered) == (Counts(received=2, unchanged=2), [])
    assert (bench.rows("SELECT * FROM events"), bench.rows("SELECT * FROM races")) == before


def test_only_events_never_seen_before_are_discovered(bench: Bench) -> None:
    counts, discovered = discover(bench, event_record("77"), event_record("79"))
    assert counts == Counts(received=2, created=1, unchanged=1)
    assert [bench.read(events.event, its_id).provider_event_id for its_id in discovered] == ["79"]


def test_a_moved_gun_is_an_update_of_the_same_race(bench: Bench) -> None:
    later = GUN + timedelta(minutes=15)
    moved = event_record(
        races=(RaceRecord("501", "Half Marathon", later, 21097.5, {"event_id": 501, "start": 2}),)
    )
    ids = bench.race_ids()
    assert discover(bench, moved)[0] == Counts(received=1, updated=1)
    event = bench.read(events.event, bench.event)
    assert event.guns[0] == GUN + timedelta(minutes=15)
    assert bench.race_ids()["501"] == ids["501"]


def test_the_same_provider_id_at_two_accounts_is_two_events(bench: Bench) -> None:
    other = bench.write(
        tenants.add_account,
        bench.partner,
        Provider.RUNSIGNUP,
        label="second",
        base_url=None,
        options={},
        vault_key="second",
        now=bench.now,
    )
    records = [event_record("77")]
    counts, _ = bench.write(events.upsert_events, other.id, records, bench.now)
    assert counts.created == 1


def test_guns_are_those_of_the_races_else_the_events_own_start(bench: Bench) -> None:
    assert bench.read(events.event, bench.event).guns == [GUN, GUN + timedelta(minutes=30)]
    _, (its_id,) = discover(bench, event_record("80", races=()))
    assert bench.read(events.event, its_id).guns == [GUN]


def test_a_day_without_a_time_has_no_gun_until_one_is_set(bench: Bench) -> None:
    half = RaceRecord("501", "Half Marathon", None, 21097.5, {"event_id": 501})
    record = event_record("81", starts_at=None, races=(half,), race_day=date(2026, 10, 17))
    _, (its_id,) = discover(bench, record)
    event = bench.read(events.event, its_id)
    midnight = datetime(2026, 10, 17, 5, tzinfo=UTC)
    assert (event.guns, event.day) == ([], (midnight, midnight + timedelta(days=1)))
    bench.write(set_guns, {its_id: {"half marathon": parse_gun("7:30")}, 4711: {}})
    event = bench.read(events.event, its_id)
    seven_thirty = datetime(2026, 10, 17, 12, 30, tzinfo=UTC)
    assert (event.guns, event.starts_at, event.day) == ([seven_thirty], seven_thirty, None)


def test_a_set_gun_stands_over_the_providers(bench: Bench) -> None:
    bench.write(set_guns, {bench.event: {"5K": parse_gun("9:00")}})
    nine = GUN.astimezone(ZoneInfo("America/Chicago")).replace(hour=9, minute=0)
    assert bench.read(events.event, bench.event).guns == [GUN, nine]


def test_linking_twice_changes_nothing(bench: Bench) -> None:
    tables = ("links", "race_links")
    before = [bench.rows(f"SELECT * FROM {name}") for name in tables]  # noqa: S608  # fixed names
    link = bench.linked()
    again = bench.write(
        events.link,
        bench.event,
        bench.copernico,
        event_record("lakeside-2026", name="Lakeside at Copernico"),
        races=dict(link.races),
        options={},
        now=bench.clock.step(60),
    )
    assert again == bench.link
    assert [bench.rows(f"SELECT * FROM {name}") for name in tables] == before  # noqa: S608


def test_linking_again_adds_what_is_said_anew_and_keeps_the_rest(bench: Bench) -> None:
    ours = bench.race_ids()["501"]
    for options in ({"race_uuid": "u-1"}, {"bib_write_back": "on"}):
        bench.write(
            events.link,
            bench.event,
            bench.copernico,
            event_record("lakeside-2026"),
            races={ours: ("uuid-half", "Media")},
            options=options,
            now=bench.now,
        )
    link = bench.linked()
    assert link.options == {"race_uuid": "u-1", "bib_write_back": "on"}
    assert link.races[ours] == ("uuid-half", "Media")
    assert len(link.races) == 2


def test_events_of_an_account_out_of_use_are_not_listed(bench: Bench) -> None:
    bench.write(tenants.remove_account, bench.runsignup, bench.now)
    assert bench.read(events.events) == []
    assert bench.count("SELECT count(*) FROM events") == 2


def test_a_link_to_an_account_out_of_use_is_not_listed(bench: Bench) -> None:
    bench.write(tenants.remove_account, bench.copernico, bench.now)
    assert bench.read(events.event, bench.event).links == ()


def test_a_partner_sees_only_their_own_events(bench: Bench) -> None:
    other = bench.write(tenants.add_partner, "Other Timing", bench.now)
    assert bench.read(events.events, partner_id=other.id) == []
    assert len(bench.read(events.events, partner_id=bench.partner)) == 2


def test_what_is_not_there_is_said_in_words(bench: Bench) -> None:
    with pytest.raises(UsageFault, match="no event 99"):
        bench.read(events.event, 99)
    with pytest.raises(UsageFault, match="no account 99"):
        bench.read(tenants.account, 99)


def test_the_view_shows_each_race_with_its_link(bench: Bench) -> None:
    rows = bench.rows(
        "SELECT race, remote_race_name FROM unified_events WHERE event_id = :id ORDER BY race",
        id=bench.event,
    )
    assert rows == [
        {"race": "5K", "remote_race_name": "5K"},
        {"race": "Half Marathon", "remote_race_name": "Half"},
    ]


def test_partners_have_names_of_their_own(bench: Bench) -> None:
    for name in ("Midwest Timing", "", "  "):
        with pytest.raises(UsageFault):
            bench.write(tenants.add_partner, name, bench.now)
    assert [partner.name for partner in bench.read(tenants.partners)] == ["Midwest Timing"]


def test_an_accounts_secrets_are_not_in_the_database(bench: Bench) -> None:
    with bench.db.reader() as connection:
        columns = {column["name"] for column in inspect(connection).get_columns("accounts")}
    assert not {name for name in columns if "secret" in name or "password" in name}
    assert "vault_key" in columns


def test_how_far_a_providers_clock_is_off_is_kept_once(bench: Bench) -> None:
    for offset in (1.5, -0.5):
        bench.write(tenants.note_clock_offset, bench.runsignup, offset, bench.now)
    assert bench.rows("SELECT clock_offset_s FROM account_health") == [{"clock_offset_s": -0.5}]
