"""The field's own words, as data and on screen."""

from __future__ import annotations

import pytest

from p88console.domain.model import (
    Gender,
    ParticipantStatus,
    Provider,
    PushState,
    ResultStatus,
)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("runsignup", "RunSignUp"),
        ("raceroster", "Race Roster"),
        ("haku", "Haku"),
        ("copernico", "Copernico"),
        ("chronotrack", "ChronoTrack"),
    ],
)
def test_providers_are_titled_as_they_write_themselves(name: str, title: str) -> None:
    assert Provider(name).title == title


def test_three_providers_register_and_two_score() -> None:
    assert {one.value for one in Provider if one.registers} == {"runsignup", "raceroster", "haku"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (Gender, {"F", "M", "X"}),
        (
            ParticipantStatus,
            {"active", "removed", "transferred", "deferred", "cancelled", "withdrawn"},
        ),
        (ResultStatus, {"notstarted", "running", "finished", "dnf", "dns", "dq"}),
        (
            PushState,
            {"unsent", "sent", "verified", "differs", "ignored", "refused", "held"},
        ),
    ],
)
def test_the_words_are_those_of_the_contract(words: type, expected: set[str]) -> None:
    assert {word.value for word in words} == expected  # type: ignore[attr-defined]
