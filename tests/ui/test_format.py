"""Words and numbers as operators read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from p88console.ui.format import (
    Moment,
    as_instant,
    clock_time,
    countdown,
    counts_phrase,
    duration,
    gun_phrase,
    interval_words,
    labelled_time,
    of_total,
    offset_words,
    operation_words,
    outcome_phrase,
    percent,
    provider_short,
    race_clock,
    short_duration,
    zone_of,
)
from p88console.ui.phrase import plain
from p88console.ui.states import attempt_state, job_state, job_words, lane_state, network_state
from tests.ui.cast import NOW
from tests.ui.stage import GUN

CHICAGO = zone_of("America/Chicago")


@pytest.mark.parametrize(
    ("seconds", "long", "short", "clock"),
    [
        (-3, "0:00", "0:00", "0:00:00"),
        (0, "0:00", "0:00", "0:00:00"),
        (42, "0:42", "0:42", "0:00:42"),
        (725, "12:05", "12:05", "0:12:05"),
        (3_600, "1:00:00", "1h00", "1:00:00"),
        (8_040, "2:14:00", "2h14", "2:14:00"),
        (172_799, "47:59:59", "47h59", "47:59:59"),
        (273_600, "3 d 4 h", "3 d", "3 d 4 h"),
    ],
)
def test_spans(seconds: int, long: str, short: str, clock: str) -> None:
    assert duration(seconds) == long
    assert short_duration(seconds) == short
    assert race_clock(seconds) == clock


def test_countdowns_round_up_and_end_in_now() -> None:
    assert countdown(NOW + timedelta(seconds=0.2), NOW) == "0:01"
    assert countdown(NOW, NOW) == "now"
    assert countdown(NOW - timedelta(hours=1), NOW) == "now"


def test_local_time_carries_its_label_on_both_sides_of_a_change() -> None:
    summer = datetime(2026, 10, 31, 11, 42, 10, tzinfo=UTC)
    winter = datetime(2026, 11, 1, 11, 42, 10, tzinfo=UTC)
    assert labelled_time(summer, Moment(summer, CHICAGO)) == "06:42:10 CDT"
    assert labelled_time(winter, Moment(winter, CHICAGO)) == "05:42:10 CST"


def test_another_day_is_named() -> None:
    assert clock_time(NOW - timedelta(hours=9), Moment(NOW, CHICAGO)) == "Fri 21:42"


def test_zones_without_letters_show_their_offset() -> None:
    zone = zone_of("America/Sao_Paulo")
    assert labelled_time(NOW, Moment(NOW, zone)) == "08:42:10 UTC-03"


def test_an_unknown_zone_is_utc() -> None:
    assert labelled_time(NOW, Moment(NOW, zone_of("Mars/Olympus"))) == "11:42:10 UTC"


def test_the_gun() -> None:
    assert plain(gun_phrase(GUN, Moment(NOW))) == "gun in 0:17:50"
    assert plain(gun_phrase(GUN, Moment(GUN))) == "since gun 0:00:00"
    assert plain(gun_phrase(GUN, Moment(GUN + timedelta(seconds=723)))) == "since gun 0:12:03"
    assert plain(gun_phrase(None, Moment(NOW))) == "no gun time"


def test_operations_name_both_ends() -> None:
    assert operation_words("participants", "pull", "runsignup") == "participants ← RunSignUp"
    assert operation_words("participants", "push", "copernico") == "participants → Copernico"
    assert operation_words("results", "pull", "chronotrack", short=True) == "results ← CT"
    assert operation_words("results", "pull", "elsewhere") == "results ← elsewhere"
    assert provider_short("elsewhere") == "else"


def test_counts() -> None:
    assert of_total(1_137, 2_000) == "1,137/2,000"
    assert of_total(7, None) == "7"
    assert percent(1_137, 2_000) == "56 %"
    assert percent(3, 2) == "100 %"
    assert percent(3, 0) == percent(3, None) == ""


def test_outcomes_say_what_changed() -> None:
    assert (
        plain(outcome_phrase({"received": 1_204, "unchanged": 1_204})) == "1,204 seen · 0 changed"
    )
    assert plain(outcome_phrase({"received": 3, "created": 2, "updated": 1})) == "2 new · 1 changed"
    assert plain(outcome_phrase({"sent": 50, "verified": 48, "refused": 2})) == (
        "2 refused · 48 verified · 50 sent"
    )
    assert plain(outcome_phrase({"received": 0, "created": 0})) == "nothing to do"
    assert plain(outcome_phrase({})) == ""
    assert plain(counts_phrase({"received": 5, "made_up": "x"})) == "5 received"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(60, "1 min"), (900, "15 min"), (14_400, "4 h"), (86_400, "day"), (90, "1:30")],
)
def test_intervals(seconds: int, words: str) -> None:
    assert interval_words(seconds) == words


def test_clock_offsets() -> None:
    assert offset_words(0.3) == "+0.3 s"
    assert offset_words(-7_200) == "-2:00:00"


def test_instants_come_in_two_shapes() -> None:
    assert as_instant("2026-10-17T06:42:10-05:00") == NOW
    assert as_instant(NOW.replace(tzinfo=None)) == NOW
    assert as_instant("yesterday") is None
    assert as_instant(17) is None


@pytest.mark.parametrize(
    ("state", "direction", "attempt", "words"),
    [
        ("pending", "pull", 0, "waiting"),
        ("pending", "pull", 1, "retry in 1:42"),
        ("running", "pull", 1, "pulling"),
        ("running", "push", 1, "sending"),
        ("verify", "push", 1, "checking"),
        ("held", "pull", 1, "held"),
        ("completed", "pull", 1, "done"),
        ("failed_permanent", "pull", 4, "failed"),
        ("cancelled", "pull", 0, "dropped"),
        ("a state of tomorrow", "pull", 0, "a state of tomorrow"),
    ],
)
def test_job_states_in_the_words_of_timers(
    state: str, direction: str, attempt: int, words: str
) -> None:
    assert job_words(state, direction, attempt, NOW + timedelta(seconds=102), NOW) == words


def test_a_retry_that_is_due_says_so() -> None:
    assert job_words("pending", "pull", 2, NOW, NOW) == "retry now"


def test_every_state_has_a_glyph_and_a_word() -> None:
    states = [
        *(job_state(word, "pull", 0) for word in ("pending", "running", "verify", "held")),
        *(attempt_state(word, "push") for word in ("running", "waiting", "abandoned", "new")),
        *(lane_state(word) for word in ("ok", "idle", "retrying", "offline", "held", "failing")),
        *(network_state(word) for word in ("online", "portal", "no_uplink", "offline", "odd")),
    ]
    assert all(state.glyph and state.word for state in states)
