"""The Roster: anybody is found at once, each facet holds whom it says, every order is stable."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Select

from p88console.domain.model import ParticipantStatus, PushState, RemovalRecord
from p88console.store.database.db import Database, Reading
from p88console.store.database.migrate import migrate
from p88console.store.mirror import removals
from p88console.store.people import edits
from p88console.store.people.edits import Hand
from p88console.store.windows import roster
from p88console.store.windows.roster_rows import RosterFacet, RosterOrder, RosterQuery, RosterRow
from p88console.store.work import ledger
from p88console.store.work.ledger import Settled
from tests.store.bench import PULL_SOURCE, Bench, ada

FIELD = (
    ada("1", bib="512", first_name="Ada", last_name="Byron"),
    ada("2", bib="51", first_name="Zoë", last_name="de la Cruz"),
    ada("3", bib="A12", first_name="Bob", last_name="O'Brien", provider_race_id="502"),
    ada("4", bib=None, first_name="Carl", last_name="Cruz"),
    ada("5", bib="7", first_name=None, last_name=None),
)

ONE_PERSON = """
INSERT INTO partners (id, name, created_at) VALUES (1, 'Midwest', '2026-10-17 11:00:00');
INSERT INTO accounts (id, partner_id, provider, label, options, vault_key, created_at)
VALUES (1, 1, 'runsignup', 'RunSignUp', '{}', 'key', '2026-10-17 11:00:00');
INSERT INTO events (id, account_id, provider_event_id, name, timezone, raw, raw_hash,
                    first_seen_at, changed_at)
VALUES (1, 1, '77', 'Lakeside', 'UTC', '{}', '', '2026-10-17 11:00:00', '2026-10-17 11:00:00');
INSERT INTO participants (event_id, row_key, first_name, last_name, status, flags, raw, raw_hash,
                          content_hash, first_seen_at, changed_at)
VALUES (1, '1', 'Zoë', 'Núñez', 'active', '[]', '{}', '', '', '2026-10-17 11:00:00',
        '2026-10-17 11:00:00')
"""
"""Somebody in a database of schema version 0003."""


def asked(bench: Bench, text: str = "", **changes: object) -> RosterQuery:
    return RosterQuery(**({"event_id": bench.event, "text": text} | changes))  # type: ignore[arg-type]  # a test's short way


def listed(bench: Bench, query: RosterQuery) -> list[RosterRow]:
    rows = bench.read(roster.page, query, 0, 100)
    for at_most in (None, 0, 1, 2, 100):
        counted = len(rows) if at_most is None else min(len(rows), at_most + 1)
        if not query.text and query.facet is RosterFacet.EVERYBODY:
            counted = len(rows)  # known without counting
        assert bench.read(roster.count, query, at_most) == counted
    for number, row in enumerate(rows):
        assert bench.read(roster.place, query, row.id) == number
        assert bench.read(roster.page, query, number, 1) == [row]
    return rows


def bibs(bench: Bench, text: str = "", **changes: object) -> list[str | None]:
    return [row.bib for row in listed(bench, asked(bench, text, **changes))]


def verify(bench: Bench, state: PushState = PushState.VERIFIED, *provider_ids: str) -> None:
    fields = ("bib", "race")
    settled = [
        Settled(one.participant_id, state, one.our_id, one.desired, one.mirror_hash)
        for one in bench.read(ledger.candidates, bench.link, fields)
        if not provider_ids or one.our_id.removeprefix("runsignup-") in provider_ids
    ]
    bench.write(ledger.settle, bench.link, settled, bench.now)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("512", ["512"]),
        ("51", ["51", "512"]),
        ("12", []),
        ("cruz", [None, "51"]),
        ("CRUZ zoe", ["51"]),
        ("la", ["51"]),
        ("uz", []),
        ("o'b", ["A12"]),
        ("obri bob", ["A12"]),
        ("a12", ["A12"]),
        ("byron 51", ["512"]),
        ("%", []),
        ("_", []),
        ("'", []),
    ],
)
def test_a_runner_is_found_by_bib_or_by_any_word_of_the_name(
    bench: Bench, text: str, found: list[str | None]
) -> None:
    bench.mirror(*FIELD)
    assert bibs(bench, text) == found
    assert [row.bib for row in listed(bench, RosterQuery(text=text))] == found


def test_a_runner_is_found_by_the_name_and_bib_they_have_now(bench: Bench) -> None:
    bench.mirror(*FIELD)
    ada_id, hand = bench.person("1")["id"], Hand("pat", "cli", bench.clock.step(1))
    bench.write(edits.edit, hand, ada_id, {"last_name": "Lovelace", "bib": "K9"})
    assert bibs(bench, "byr") == []
    assert bibs(bench, "love") == bibs(bench, "k") == ["K9"]
    bench.mirror(ada("4", bib=None, first_name="Carl", last_name="Otto"))
    assert bibs(bench, "cruz") == ["51"]
    assert bibs(bench, "ott") == [None]


def test_whoever_has_two_words_that_begin_so_is_listed_once(bench: Bench) -> None:
    bench.mirror(ada("1", bib="1", first_name="Anna", last_name="Annabel"), ada("2", bib="2"))
    assert bibs(bench, "ann") == ["1"]
    assert bibs(bench, "ann annab") == ["1"]


@pytest.mark.parametrize(
    ("order", "sorted_bibs"),
    [
        (RosterOrder.NAME, ["7", "512", None, "51", "A12"]),
        (RosterOrder.BIB, ["7", "51", "512", "A12", None]),
        (RosterOrder.RACE, ["7", "512", None, "51", "A12"]),
    ],
)
def test_every_order_is_whole_and_stable(
    bench: Bench, order: RosterOrder, sorted_bibs: list[str | None]
) -> None:
    bench.mirror(*FIELD)
    assert bibs(bench, order=order) == sorted_bibs


def test_the_newest_change_comes_first(bench: Bench) -> None:
    bench.mirror(*FIELD)
    since = bench.clock.step(60)
    bench.mirror(ada("2", bib="52", first_name="Zoë", last_name="de la Cruz"))
    assert bibs(bench, order=RosterOrder.CHANGED)[0] == "52"
    assert bibs(bench, facet=RosterFacet.CHANGED, since=since) == ["52"]


def test_each_facet_holds_whom_it_says(bench: Bench) -> None:
    bench.mirror(*FIELD, ada("6", bib="512", last_name="Twin"), ada("7", bib="9"))
    verify(bench)
    verify(bench, PushState.REFUSED, "1")
    bench.mirror(ada("5", bib="8", first_name="New", last_name="Name"))
    removal = [RemovalRecord("7", ParticipantStatus.CANCELLED)]
    for _ in range(2):
        now = bench.clock.step(60)
        bench.write(removals.note_removals, bench.event, removal, PULL_SOURCE, now)
    held = {facet: bibs(bench, facet=facet, since=bench.now) for facet in RosterFacet}
    assert held[RosterFacet.NO_BIB] == [None]
    assert held[RosterFacet.DUPLICATE] == ["512", "512"]
    assert held[RosterFacet.UNSENT] == ["8"]
    assert held[RosterFacet.REMOVED] == ["9"]
    assert held[RosterFacet.CHANGED] == ["9"]
    assert len(held[RosterFacet.EVERYBODY]) == len(FIELD) + 2
    counts = bench.read(roster.facet_counts, bench.event, bench.now)
    assert counts == {facet: len(found) for facet, found in held.items()}
    assert bench.read(roster.facet_counts, bench.other_event, bench.now) == dict.fromkeys(
        RosterFacet, 0
    )


def test_who_waits_for_a_person_has_a_facet(bench: Bench) -> None:
    bench.mirror(*FIELD)
    people = bench.read(ledger.candidates, bench.link, ("bib",))
    refused = [
        Settled(one.participant_id, PushState.REFUSED, None, None, one.mirror_hash)
        for one in people
        if one.desired["bib"] == "512"
    ]
    bench.write(ledger.settle, bench.link, refused, bench.now)
    (row,) = listed(bench, asked(bench, facet=RosterFacet.NEEDS_YOU))
    assert (row.bib, row.scoring) == ("512", "refused")


def test_whoever_the_inbox_asks_about_needs_you(bench: Bench) -> None:
    bench.mirror(*FIELD)
    gone = [RemovalRecord("2", ParticipantStatus.DEFERRED)]
    bench.write(removals.note_removals, bench.event, gone, PULL_SOURCE, bench.now)
    hand = Hand("pat", "cli", bench.now)
    bench.write(edits.edit, hand, bench.person("4")["id"], {"first_name": "Ours"})
    bench.mirror(ada("4", bib=None, first_name="Theirs", last_name="Cruz"))
    rows = listed(bench, asked(bench, facet=RosterFacet.NEEDS_YOU))
    assert {row.id for row in rows} == {bench.person(key)["id"] for key in "24"}
    counts = bench.read(roster.facet_counts, bench.event, bench.now)
    assert counts[RosterFacet.NEEDS_YOU] == 2


def test_a_row_tells_event_race_and_scoring(bench: Bench) -> None:
    bench.mirror(*FIELD)
    (row,) = listed(bench, asked(bench, "obrien"))
    assert (row.event_name, row.race_name, row.provider) == ("Lakeside Half", "5K", "runsignup")
    assert (row.scoring, row.status, row.quarantined) == ("unsent", "active", False)
    verify(bench)
    (row,) = listed(bench, asked(bench, "obrien"))
    assert row.scoring == "verified"
    bench.execute("DELETE FROM push_ledger")
    bench.execute("DELETE FROM race_links")
    bench.execute("DELETE FROM links")
    (row,) = listed(bench, asked(bench, "obrien"))
    assert row.scoring is None


def test_events_to_choose_from_say_how_many_they_have(bench: Bench) -> None:
    bench.mirror(*FIELD)
    chosen = bench.read(roster.events)
    assert [(one.name, one.participants) for one in chosen] == [
        ("Lakeside Half", 5),
        ("Lakeside Half", 0),
    ]


def test_people_mirrored_before_names_were_folded_are_found_too(tmp_path: Path) -> None:
    database = Database(tmp_path / "older.db")
    config = Config()
    config.set_main_option("script_location", "p88console.store:migrations")
    config.set_main_option("path_separator", "os")
    with database.writer() as tx:
        config.attributes["connection"] = tx.connection
        command.upgrade(config, "0003")
        for statement in ONE_PERSON.split(";"):
            tx.connection.exec_driver_sql(statement)
        assert migrate(tx.connection)
    with database.reader() as connection:
        assert roster.count(connection, RosterQuery(text="nunez zoe")) == 1
        assert roster.count(connection, RosterQuery()) == 1
    database.close()


def test_fifty_thousand_are_searched_through_indexes(file_bench: Bench) -> None:
    """No search, order or facet reads the table's rows, which hold the providers' raw ones."""
    for text in ("512", "cruz"):
        for event_id in (file_bench.event, None):
            plan = file_bench.read(_plan, roster.count_query(RosterQuery(event_id, text)))
            assert "COVERING INDEX" in plan or "USING INDEX ix_participants_event_bib" in plan, plan


@pytest.mark.parametrize("event_id", [1, None])
def test_bibs_are_read_in_their_order_without_sorting_the_rest(
    file_bench: Bench, event_id: int | None
) -> None:
    file_bench.mirror(*FIELD)
    asked_for = RosterQuery(event_id, "5")  # of the only event with people, or of all
    plan = file_bench.read(_plan, file_bench.read(roster.page_query, asked_for))
    assert "ix_participants_event_number" in plan
    assert "TEMP B-TREE" not in plan


def test_bibs_that_begin_alike_stand_as_numbers_whatever_their_length(bench: Bench) -> None:
    worn = ["50", "5", "5-RELAY-RUNNER", "599", "0005", "5A1", "51", "A5", "500000", None, "6"]
    bench.mirror(*(ada(str(number), bib=bib) for number, bib in enumerate(worn)))
    assert bibs(bench, "5") == ["5", "50", "51", "599", "5A1", "500000", "5-RELAY-RUNNER"]
    assert bibs(bench, "50") == ["50", "500000"]
    assert bibs(bench, "000") == ["0005"]
    assert bibs(bench, "77") == []


def _plan(connection: Reading, statement: Select[Any]) -> str:
    told = statement.compile(connection.engine, compile_kwargs={"literal_binds": True})
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {told}")
    return "\n".join(row.detail for row in rows)


def test_what_changed_since_needs_no_zone(bench: Bench) -> None:
    bench.mirror(*FIELD)
    later = bench.now + timedelta(seconds=1)
    assert bibs(bench, facet=RosterFacet.CHANGED, since=later) == []
    assert len(bibs(bench, facet=RosterFacet.CHANGED, since=bench.now)) == len(FIELD)
