"""What can be set about an event's people: who owns a field, how bibs are given out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from p88console.domain.errors import UsageFault
from p88console.domain.guns import parse_gun
from p88console.domain.merge import Settle
from p88console.domain.ownership import Owner
from p88console.domain.policy import Scope
from p88console.system.settings import Settings, read_settings

EXAMPLE = """
[ownership]
email = "registration, always theirs"
bib = "timing from 12 h"
race = "timing"

[bibs]
scope = "event"
shared = ["Relay"]
ranges = { "Half Marathon" = "1-999" }

[event.7.ownership]
bib = "registration"

[event.7.bibs]
scope = "race"
ranges = { "5K" = "5000 - 5999" }
"""


def settings(folder: Path, text: str) -> Settings:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return read_settings(file)


def test_rules_of_fields_and_bibs_are_read(tmp_path: Path) -> None:
    policy = settings(tmp_path, EXAMPLE).policy_of(3)
    assert policy.ownership.of("email").both is Settle.THEIRS
    assert policy.ownership.of("bib").before_gun == timedelta(hours=12)
    assert policy.ownership.of("race_id").owner is Owner.TIMING
    assert policy.bibs.scope is Scope.EVENT
    assert policy.bibs.may_share("Relay")
    assert policy.bibs.ranges == {"Half Marathon": (1, 999)}


def test_gun_times_are_set_for_an_event(tmp_path: Path) -> None:
    found = settings(tmp_path, '[event.7.gun]\n"*" = "7:30"\n"5K" = "2026-10-18 08:00"').guns
    assert found == {7: {"*": parse_gun("7:30"), "5K": parse_gun("2026-10-18 8:00")}}
    with pytest.raises(UsageFault, match="settings"):
        settings(tmp_path, '[event.7.gun]\n"*" = "soon"')


def test_an_events_own_rules_lie_over_the_common_ones(tmp_path: Path) -> None:
    policy = settings(tmp_path, EXAMPLE).policy_of(7)
    assert policy.ownership.of("bib").owner is Owner.REGISTRATION
    assert policy.ownership.of("email").both is Settle.THEIRS
    assert policy.bibs.scope is Scope.RACE
    assert set(policy.bibs.ranges) == {"Half Marathon", "5K"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[ownership]\nlast_nam = "timing"', "did you mean last_name"),
        ('[ownership]\nbib = "nobody"', "write 'registration'"),
        ('[bibs.ranges]\n"5K" = "999-1"', "write a range like"),
        ('[bibs]\nscope = "village"', "scope"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageFault) as refused:
        settings(tmp_path, text)
    assert told in refused.value.detail
