"""How things stand between this machine and the providers: every class, and what to do about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.network import (
    BREAKS_AT,
    MACHINE_WIDE,
    NetworkClass,
    Probe,
    Reach,
    Standing,
    advice_for,
    classify,
)

NOW = datetime(2026, 10, 17, 11, 0, tzinfo=UTC)
LATER, BEFORE = NOW + timedelta(minutes=5), NOW - timedelta(seconds=1)
THEIRS = Probe(Reach.THEIRS)


def both(reach: Reach, *, named: bool = True) -> dict[int, Standing]:
    return {
        1: Standing("RunSignUp", Probe(reach, named)),
        2: Standing("Copernico", Probe(reach, named)),
    }


@pytest.mark.parametrize(
    ("standings", "neutral", "expected"),
    [
        ({}, None, NetworkClass.ONLINE),
        ({1: Standing("RunSignUp")}, None, NetworkClass.ONLINE),
        (both(Reach.THEIRS), None, NetworkClass.ONLINE),
        (both(Reach.NO_ROUTE), Probe(Reach.NO_ROUTE), NetworkClass.OFFLINE),
        (both(Reach.REFUSED, named=False), None, NetworkClass.OFFLINE),
        (both(Reach.NO_NAME), Probe(Reach.NO_NAME), NetworkClass.NO_UPLINK),
        (both(Reach.SILENT), Probe(Reach.SILENT), NetworkClass.DNS_ONLY),
        (both(Reach.REFUSED), Probe(Reach.SILENT), NetworkClass.DNS_ONLY),
        (both(Reach.FOREIGN), None, NetworkClass.PORTAL),
        (both(Reach.SILENT), Probe(Reach.FOREIGN), NetworkClass.PORTAL),
        (both(Reach.SILENT), THEIRS, NetworkClass.PROVIDER_DOWN),
        (both(Reach.NO_NAME), THEIRS, NetworkClass.PROVIDER_DOWN),
        (both(Reach.BROKEN), None, NetworkClass.PROVIDER_DOWN),
        (both(Reach.FOREIGN), THEIRS, NetworkClass.PORTAL),
    ],
)
def test_the_class_as_a_whole(
    standings: dict[int, Standing], neutral: Probe | None, expected: NetworkClass
) -> None:
    found = classify(standings, neutral, NOW)
    assert found.kind is expected
    assert set(found.accounts.values()) <= {expected}
    assert bool(found.advice) == (expected is not NetworkClass.ONLINE)


def test_one_provider_that_answers_proves_the_network_good() -> None:
    standings = {
        1: Standing("RunSignUp", Probe(Reach.SILENT)),
        2: Standing("Copernico", THEIRS),
        3: Standing("Haku", Probe(Reach.FOREIGN)),
    }
    found = classify(standings, None, NOW)
    assert found.kind is NetworkClass.ONLINE
    assert found.accounts == {
        1: NetworkClass.PROVIDER_DOWN,
        2: NetworkClass.ONLINE,
        3: NetworkClass.PORTAL,
    }


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (Standing("Haku", THEIRS, throttled_until=LATER), NetworkClass.THROTTLED_BY_THEM),
        (Standing("Haku", THEIRS, throttled_until=BEFORE), NetworkClass.ONLINE),
        (Standing("Haku", THEIRS, spent_until=LATER), NetworkClass.THROTTLED_BY_US),
        (Standing("Haku", spent_until=BEFORE), NetworkClass.ONLINE),
        (Standing("Haku", broken_off=BREAKS_AT - 1), NetworkClass.ONLINE),
        (Standing("Haku", THEIRS, broken_off=BREAKS_AT), NetworkClass.PROVIDER_DOWN),
    ],
)
def test_how_the_calls_of_an_account_went(standing: Standing, expected: NetworkClass) -> None:
    assert classify({1: standing}, None, NOW).kind is expected


def test_the_gravest_is_told_when_no_account_works_and_names_whom_it_is_about() -> None:
    standings = {
        1: Standing("RunSignUp", THEIRS, throttled_until=LATER),
        2: Standing("Copernico", Probe(Reach.SILENT)),
    }
    found = classify(standings, THEIRS, NOW)
    assert found.kind is NetworkClass.PROVIDER_DOWN
    assert "Copernico" in found.advice
    assert "RunSignUp" not in found.advice


def test_no_call_leaves_until_a_probe_gets_through_unless_only_the_pace_is_wrong() -> None:
    open_kinds = {kind for kind in NetworkClass if not kind.closes}
    assert open_kinds == {
        NetworkClass.ONLINE,
        NetworkClass.THROTTLED_BY_US,
        NetworkClass.THROTTLED_BY_THEM,
    }
    assert all(advice_for(kind, "Haku") for kind in NetworkClass if kind.closes)


PROBES = st.none() | st.builds(Probe, st.sampled_from(Reach), st.booleans())
STANDINGS = st.builds(
    Standing,
    title=st.just("Haku"),
    probe=PROBES,
    broken_off=st.integers(0, 5),
    throttled_until=st.sampled_from([None, BEFORE, LATER]),
    spent_until=st.sampled_from([None, BEFORE, LATER]),
)


@given(standings=st.dictionaries(st.integers(1, 5), STANDINGS, max_size=5), neutral=PROBES)
def test_every_account_has_a_class_and_a_page_of_somebody_else_gets_no_credentials(
    standings: dict[int, Standing], neutral: Probe | None
) -> None:
    found = classify(standings, neutral, NOW)
    assert found.accounts.keys() == standings.keys()
    for account, one in standings.items():
        if one.probe is not None and one.probe.reach is Reach.FOREIGN:
            assert found.accounts[account] is NetworkClass.PORTAL
    if found.kind in MACHINE_WIDE and found.kind is not NetworkClass.PORTAL:
        assert set(found.accounts.values()) <= {found.kind}
    if NetworkClass.ONLINE in found.accounts.values():
        assert found.kind is NetworkClass.ONLINE
