"""Who owns a field, and from which moment of the race clock on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from p88console.domain.merge import Settle
from p88console.domain.ownership import BUILT_IN, FieldRule, Owner, Ownership, parse_rule

GUN = datetime(2026, 10, 17, 12, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_registration_owns_the_person() -> None:
    rule = Ownership().of("last_name")
    assert not rule.timing_owns(GUN + MINUTE, GUN, set_here=True)


def test_timing_owns_a_bib_that_was_set_here() -> None:
    rule = Ownership().of("bib")
    assert rule.timing_owns(GUN - timedelta(days=9), GUN, set_here=True)
    assert not rule.timing_owns(GUN - MINUTE, GUN, set_here=False)


def test_timing_owns_every_bib_from_the_gun_on() -> None:
    rule = Ownership().of("bib")
    assert rule.timing_owns(GUN, GUN, set_here=False)
    assert not rule.timing_owns(GUN, None, set_here=False)


def test_a_race_of_last_week_is_history() -> None:
    rule = Ownership().of("bib")
    assert rule.timing_owns(GUN + timedelta(days=7), GUN, set_here=False)
    assert not rule.timing_owns(GUN + timedelta(days=7) + MINUTE, GUN, set_here=False)


def test_a_moment_before_the_gun_can_be_set() -> None:
    rule = parse_rule("timing from 12 h")
    assert rule.timing_owns(GUN - timedelta(hours=12), GUN, set_here=False)
    assert not rule.timing_owns(GUN - timedelta(hours=12) - MINUTE, GUN, set_here=False)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("registration", FieldRule()),
        ("timing", FieldRule(Owner.TIMING)),
        ("timing from gun", FieldRule(Owner.TIMING)),
        ("Timing from 90 min", FieldRule(Owner.TIMING, timedelta(minutes=90))),
        ("timing from 2d, always ours", FieldRule(Owner.TIMING, timedelta(days=2), Settle.OURS)),
        ("registration, always theirs", FieldRule(both=Settle.THEIRS)),
    ],
)
def test_rules_as_settings_write_them(text: str, rule: FieldRule) -> None:
    assert parse_rule(text) == rule


@pytest.mark.parametrize("text", ["", "nobody", "registration from 12 h", "timing from noon"])
def test_another_word_is_no_rule(text: str) -> None:
    with pytest.raises(ValueError, match="write 'registration'"):
        parse_rule(text)


def test_a_rule_that_is_set_stands_in_place_of_the_built_in_one() -> None:
    own = Ownership({"bib": parse_rule("registration")})
    assert own.of("bib").owner is Owner.REGISTRATION
    assert own.of("chip") == BUILT_IN["chip"]
