"""Who a stray result probably belongs to: the name first, then the bib, nobody on a tie."""

from __future__ import annotations

from dataclasses import replace

import pytest

from p88console.domain.orphans import Known, Stray, likely

STRAY = Stray(race_id=1, bib="512", first_name="Ada", last_name="Example")
ADA = Known(1, 1, "521", "Ada", "Example")
BO = Known(2, 1, "512", "Bo", "Sample")


def test_the_name_counts_for_more_than_the_bib() -> None:
    found = likely(STRAY, [BO, ADA])
    assert found is not None
    assert (found.participant_id, found.reason) == (1, "same name")


def test_a_bib_alone_is_enough_to_suggest() -> None:
    found = likely(STRAY, [BO])
    assert found is not None
    assert (found.participant_id, found.reason) == (2, "wears bib 512")


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        ("ADA", "EXAMPLE", "same name"),
        ("Example", "Ada", "same name"),
        ("Adá", "Example", "same name"),
        ("Ada", "Exampel", "similar name"),
    ],
)
def test_names_are_compared_as_people_write_them(first: str, last: str, why: str) -> None:
    found = likely(STRAY, [replace(ADA, first_name=first, last_name=last)])
    assert found is not None
    assert found.reason == why


def test_what_speaks_against_it_is_told() -> None:
    found = likely(STRAY, [replace(ADA, race_id=2, status="removed")])
    assert found is not None
    assert found.reason == "same name, registered in another race, registration removed"


def test_two_who_fit_equally_well_are_both_left_alone() -> None:
    assert likely(STRAY, [ADA, replace(ADA, participant_id=3)]) is None


def test_who_stands_in_this_race_fits_better_than_their_namesake_elsewhere() -> None:
    found = likely(STRAY, [replace(ADA, participant_id=3, race_id=2), ADA])
    assert found is not None
    assert found.participant_id == 1


def test_whoever_has_a_result_in_this_race_is_out_of_the_question() -> None:
    assert likely(STRAY, [replace(ADA, has_result=True)]) is None
    elsewhere = replace(ADA, race_id=2, has_result=True)
    assert likely(STRAY, [elsewhere]) is not None


def test_nobody_fits_a_result_without_bib_and_name() -> None:
    assert likely(Stray(1, None, None, None), [ADA, replace(BO, bib=None, last_name=None)]) is None
