"""What the Board reads: panes in windows, lanes, the header, and what needs a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from p88console.domain.errors import Call, Malformed, NotSent, P88Error, Portal, Rejected, Transient
from p88console.domain.jobs import Operation
from p88console.domain.model import ParticipantStatus, Provider, RemovalRecord
from p88console.domain.network import Probe, Reach
from p88console.domain.outcome import decide
from p88console.store.mirror import removals
from p88console.store.tenancy import events
from p88console.store.windows import header, overview
from p88console.store.windows.board import Lane
from p88console.store.work import history, holds, lines, settle
from p88console.store.work.settle import Attempt
from tests.store.bench import GUN, PULL_SOURCE, Bench, ada, event_record, timed_twice

CALL = Call(Provider.RUNSIGNUP, "GET", "https://api.runsignup.com/rest/races")


def fail(bench: Bench, attempt: Attempt, fault: P88Error) -> None:
    outcome = decide(fault, attempt.job.attempt, bench.now, 0.0)
    bench.write(settle.fail, attempt, fault, outcome, bench.now)


def lane(bench: Bench, provider: str = "runsignup") -> Lane:
    (found,) = [one for one in bench.read(overview.lanes, bench.now) if one.provider == provider]
    return found


def test_the_panes_share_all_open_and_failed_work_between_them(bench: Bench) -> None:
    running = bench.claimed(bench.push_key)
    retrying = bench.claimed()
    fail(bench, retrying, Transient(CALL, "RunSignUp has a fault of its own"))
    failed = bench.claimed(bench.key(event=bench.other_event))
    fail(bench, failed, Rejected(CALL, "Race not found."))
    waiting = bench.enqueue(bench.key(Operation.RESULTS, event=bench.other_event))
    queued = bench.read(overview.queue_page, 0, 10, "")
    retried = bench.read(overview.retry_page, 0, 10, "")
    assert [row.id for row in queued] == [running.job.id, waiting.job_id]
    assert [row.id for row in retried] == [failed.job.id, retrying.job.id]
    assert retried[0].error_title == "Race not found."
    assert bench.read(overview.queue_count, "") == 2
    assert bench.read(overview.retry_count, "") == 2


def test_a_pane_is_read_a_window_at_a_time(bench: Bench) -> None:
    for operation in (Operation.PARTICIPANTS, Operation.RESULTS):
        for event in (bench.event, bench.other_event):
            bench.enqueue(bench.key(operation, event=event))
    whole = [row.id for row in bench.read(overview.queue_page, 0, 10, "")]
    pieces = [row.id for at in range(4) for row in bench.read(overview.queue_page, at, 1, "")]
    assert pieces == whole
    assert len(set(whole)) == 4


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 2), ("copernico", 1), ("PUSH", 1), ("lakeside pull", 1), ("%", 0), ("lakeside zzz", 0)],
)
def test_every_word_of_the_filter_has_to_match(bench: Bench, text: str, count: int) -> None:
    bench.enqueue()
    bench.enqueue(bench.push_key)
    assert bench.read(overview.queue_count, text) == count
    assert len(bench.read(overview.queue_page, 0, 10, text)) == count


def test_history_is_listed_newest_first_and_counted_alike(bench: Bench) -> None:
    fail(bench, bench.claimed(), Rejected(CALL, "Race not found."))
    bench.write(settle.complete, bench.claimed(bench.push_key), bench.now)
    rows = bench.read(history.page, 0, 10, "")
    assert [(row.provider, row.state) for row in rows] == [
        ("copernico", "completed"),
        ("runsignup", "failed_permanent"),
    ]
    for text, count in (("", 2), ("race not found", 1), ("copernico", 1), ("haku", 0)):
        assert bench.read(history.count, text) == count
        assert len(bench.read(history.page, 0, 10, text)) == count
    assert bench.read(history.state_counts)["completed"] == 1
    (attempt,) = bench.read(history.attempts, event_id=bench.event, limit=1)
    assert (attempt.state, attempt.provider) == ("completed", "copernico")


def test_registrations_come_first_among_the_lanes(bench: Bench) -> None:
    lanes = bench.read(overview.lanes, bench.now)
    assert [one.provider for one in lanes] == ["runsignup", "copernico"]


def test_a_lane_nobody_used_is_idle_and_a_good_pull_makes_it_ok(bench: Bench) -> None:
    assert lane(bench).state == "idle"
    bench.write(settle.complete, bench.claimed(), bench.clock.step(5))
    assert (lane(bench).state, lane(bench).last_pull_at) == ("ok", bench.now)
    assert lane(bench).last_push_at is None


def test_a_lane_says_since_when_it_fails(bench: Bench) -> None:
    attempt = bench.claimed()
    began = bench.now
    bench.clock.step(30)
    fail(bench, attempt, Transient(CALL, "RunSignUp has a fault of its own"))
    failing = lane(bench)
    assert (failing.state, failing.error_since) == ("retrying", began)
    assert failing.error is not None
    assert failing.error["title"] == "RunSignUp has a fault of its own"


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (NotSent(CALL, "offline"), "offline"),
        (Portal(CALL, "a sign-in page"), "offline"),
        (Malformed(CALL, "a strange shape"), "retrying"),
        (Rejected(CALL, "no"), "failing"),
    ],
)
def test_a_lane_tells_the_network_from_a_refusal(bench: Bench, fault: P88Error, state: str) -> None:
    fail(bench, bench.claimed(), fault)
    assert lane(bench).state == state


def test_a_held_lane_says_why_and_since_when(bench: Bench) -> None:
    bench.write(holds.hold_account, bench.runsignup, "the key is not accepted", bench.now)
    held = lane(bench)
    assert (held.state, held.error_since) == ("held", bench.now)
    assert held.error is not None
    assert held.error["title"] == "the key is not accepted"
    assert lane(bench, "copernico").state == "idle"


def test_a_lane_shows_what_runs(bench: Bench) -> None:
    bench.claimed(bench.push_key)
    assert lane(bench, "copernico").running == "participants push"


def test_the_header_counts_down_to_the_next_gun_then_shows_the_last(bench: Bench) -> None:
    assert bench.read(header.facts, GUN - timedelta(hours=1)).gun_at == GUN
    second = GUN + timedelta(minutes=30)
    assert bench.read(header.facts, GUN).gun_at == second
    assert bench.read(header.facts, GUN + timedelta(days=1)).gun_at == second


def test_of_one_days_events_the_header_follows_the_one_that_tells_its_gun(bench: Bench) -> None:
    fair = event_record("fair", starts_at=None, races=(), race_day=GUN.date())
    _, (its_id,) = bench.write(events.upsert_events, bench.runsignup, [fair], bench.now)
    there = event_record("4712")
    bench.write(events.link, its_id, bench.copernico, there, races={}, options={}, now=bench.now)
    noon = GUN + timedelta(hours=4)
    assert bench.read(header.facts, noon).event_id == bench.event
    assert bench.read(header.facts, noon - timedelta(days=3)).event_id == bench.event


def test_the_header_says_how_many_wait_and_since_when(bench: Bench) -> None:
    bench.mirror(ada("1"), ada("2", bib=None))
    facts = bench.read(header.facts, bench.clock.step(60))
    assert (facts.participants, facts.unsent, facts.verified) == (2, 2, 0)
    assert facts.oldest_unsent_at == bench.now - timedelta(seconds=60)
    assert facts.event_id == bench.event


def test_who_is_scored_twice_is_verified_once_both_systems_hold_them(bench: Bench) -> None:
    bench.mirror(ada())
    seen = (
        "INSERT INTO push_ledger (link_id, participant_id, state, mirror_hash) "
        "VALUES (:link, :id, 'verified', :hash)"
    )
    person = bench.person()
    known = {"id": person["id"], "hash": person["content_hash"]}
    bench.execute(seen, link=bench.linked().id, **known)
    assert bench.read(header.facts, bench.now).verified == 1
    second = timed_twice(bench)
    assert bench.read(header.facts, bench.now).verified == 0
    bench.execute(seen, link=second.id, **known)
    assert bench.read(header.facts, bench.now).verified == 1


def test_held_jobs_and_quarantined_people_need_a_person(bench: Bench) -> None:
    assert bench.read(overview.needs_you) == 0
    fail(bench, bench.claimed(), Rejected(CALL, "no"))
    bench.mirror(ada())
    removal = [RemovalRecord("1", ParticipantStatus.REMOVED)]
    bench.write(removals.note_removals, bench.event, removal, PULL_SOURCE, bench.now)
    assert bench.read(overview.needs_you) == 2


def test_a_lane_and_the_header_tell_the_network_and_what_to_do_about_it(bench: Bench) -> None:
    fail(bench, bench.claimed(), NotSent(CALL, "no way out"))
    silent = dict.fromkeys((bench.runsignup, bench.copernico), Probe(Reach.SILENT))
    bench.write(lines.probed, silent, None, bench.now)
    facts = bench.read(header.facts, bench.clock.step(60))
    assert (facts.network, facts.network_since) == ("dns only", bench.now - timedelta(seconds=60))
    assert "firewall" in facts.network_advice
    for provider in ("runsignup", "copernico"):
        found = lane(bench, provider)
        assert (found.state, found.network) == ("offline", "dns only")
        assert found.advice
