"""What a fault means for its job: every fault class at every attempt."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain import errors
from p88console.domain.errors import (
    Ambiguous,
    BudgetSpent,
    Call,
    Malformed,
    NotOffered,
    NotSent,
    P88Error,
    Portal,
    ProviderFault,
    Rejected,
    RowFault,
    StoreFault,
    StoreLost,
    Throttled,
    Transient,
    Unauthorized,
    UsageFault,
    VaultFault,
)
from p88console.domain.model import Provider
from p88console.domain.outcome import (
    JITTER,
    NETWORK_PROBE,
    RETRY_LADDER,
    FailPermanently,
    HoldAccount,
    HoldLine,
    HoldRow,
    Outcome,
    RetryAt,
    Verify,
    Wait,
    WaitForBudget,
    WaitForDisk,
    WaitForNetwork,
    WaitForSecrets,
    decide,
)

NOW = datetime(2026, 10, 17, 11, 0, tzinfo=UTC)
CALL = Call(Provider.RUNSIGNUP, "GET", "https://api.runsignup.com/rest/races")
ATTEMPTS = (1, 2, 3, 4)
MINUTES = (2, 4, 8)

LADDER_FAULTS: list[BaseException] = [
    Transient(CALL, "a bad moment"),
    Throttled(CALL, "fewer calls please"),
    Malformed(CALL, "a shape never seen"),
    P88Error("something"),
    ProviderFault(CALL, "something at the provider"),
    ValueError("nobody foresaw this"),
]


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)


@pytest.mark.parametrize("fault", LADDER_FAULTS, ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_bad_moment_is_retried_after_2_4_and_8_minutes_then_fails(
    fault: BaseException, attempt: int
) -> None:
    expected: Outcome = (
        RetryAt(minutes(MINUTES[attempt - 1])) if attempt <= 3 else FailPermanently()
    )
    assert decide(fault, attempt, NOW, 0.0) == expected


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_unheard_write_is_verified_on_the_same_ladder(attempt: int) -> None:
    expected: Outcome = Verify(minutes(MINUTES[attempt - 1])) if attempt <= 3 else FailPermanently()
    assert decide(Ambiguous(CALL, "no answer"), attempt, NOW, 0.0) == expected


SOON = NOW + NETWORK_PROBE


@pytest.mark.parametrize("attempt", [*ATTEMPTS, 5, 50])
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (NotSent(CALL, "offline"), WaitForNetwork(SOON)),
        (Portal(CALL, "a sign-in page"), HoldLine(SOON)),
        (BudgetSpent(CALL, "used up"), WaitForBudget(SOON)),
        (BudgetSpent(CALL, "used up", retry_after_s=120.0), WaitForBudget(minutes(2))),
        (StoreFault("the disk is full"), WaitForDisk(SOON)),
        (StoreLost("the shared database cannot be reached"), WaitForDisk(SOON)),
    ],
)
def test_what_is_not_the_jobs_doing_never_uses_retries_up(
    fault: P88Error, attempt: int, expected: Outcome
) -> None:
    assert decide(fault, attempt, NOW, 0.9) == expected
    assert isinstance(expected, Wait)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_write_answered_in_a_strange_shape_is_verified(attempt: int) -> None:
    written = replace(CALL, method="POST", writes=True)
    outcome = decide(Malformed(written, "what?"), attempt, NOW, 0.0)
    assert isinstance(outcome, Verify if attempt <= 3 else FailPermanently)


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("status", [200, 400, 409, 422])
def test_a_refused_row_that_stands_alone_is_held_and_nothing_else(
    attempt: int, status: int
) -> None:
    refused = Rejected(replace(CALL, status=status), "no such bib")
    assert decide(refused, attempt, NOW, 0.5, row=True) == HoldRow()
    assert decide(refused, attempt, NOW, 0.5) == FailPermanently()
    assert decide(RowFault("dob", "no date"), attempt, NOW, 0.5) == HoldRow()


@pytest.mark.parametrize("status", [None, 402, 404, 405, 413, 501])
def test_a_refusal_of_the_whole_call_is_no_rows_fault(status: int | None) -> None:
    refused = Rejected(replace(CALL, status=status), "no such race")
    assert decide(refused, 1, NOW, 0.5, row=True) == FailPermanently()


FAULTS = [kind for kind in vars(errors).values() if isinstance(kind, type)]
PROVIDER_FAULTS = [
    kind
    for kind in FAULTS
    if issubclass(kind, ProviderFault) and kind is not errors.RowsRefused  # it names its rows
]


@given(
    kind=st.sampled_from(PROVIDER_FAULTS),
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    status=st.none() | st.integers(100, 599),
    wait=st.none() | st.floats(0, 86_400),
    attempt=st.integers(1, 50),
    chance=st.floats(0, 1, exclude_max=True),
    row=st.booleans(),
)
def test_every_provider_fault_has_one_outcome_that_lies_ahead(
    kind: type[ProviderFault],
    method: str,
    status: int | None,
    wait: float | None,
    attempt: int,
    chance: float,
    *,
    row: bool,
) -> None:
    """D32."""
    call = Call(Provider.COPERNICO, method, "https://x", status, writes=method != "GET")
    named: dict[str, Any] = {"rows": {0: "no such bib"}} if kind is errors.RowsRefused else {}
    fault = kind(call, "it went wrong", retry_after_s=wait, **named)
    outcome = decide(fault, attempt, NOW, chance, row=row)
    due_at = getattr(outcome, "due_at", None)
    assert due_at is None or due_at >= NOW
    counts = not isinstance(outcome, Wait | HoldAccount)
    if attempt > len(RETRY_LADDER) and counts:
        assert isinstance(outcome, FailPermanently | HoldRow)
    if isinstance(outcome, HoldRow):
        assert row
    if isinstance(outcome, Verify):
        assert call.writes or kind is Ambiguous


@given(text=st.text(), attempt=st.integers(1, 3))
def test_what_nobody_foresaw_is_a_bad_moment(text: str, attempt: int) -> None:
    for fault in (Exception(text), P88Error(text), KeyError(text), MemoryError()):
        assert isinstance(decide(fault, attempt, NOW, 0.0), RetryAt)


@pytest.mark.parametrize("fault", [Unauthorized(CALL, "401"), VaultFault("the keyring is locked")])
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_bad_credentials_hold_the_whole_account(fault: P88Error, attempt: int) -> None:
    assert decide(fault, attempt, NOW, 0.5) == HoldAccount()


def test_secrets_that_another_machine_may_have_hold_nothing() -> None:
    fault = VaultFault("the keyring has no secrets of this account")
    assert decide(fault, 1, NOW, 0.5, shared=True) == WaitForSecrets(NOW)
    assert decide(Unauthorized(CALL, "401"), 1, NOW, 0.5, shared=True) == HoldAccount()


@pytest.mark.parametrize(
    "fault",
    [
        Rejected(CALL, "no such race"),
        NotOffered(Provider.HAKU, "taking participants"),
        UsageFault("no such event"),
    ],
)
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_what_is_refused_is_not_asked_again(fault: P88Error, attempt: int) -> None:
    assert decide(fault, attempt, NOW, 0.5) == FailPermanently()


@pytest.mark.parametrize("kind", [Transient, Throttled])
@pytest.mark.parametrize("wait", [1.0, 45.0, 3600.0])
@pytest.mark.parametrize("attempt", [1, 2, 3])
def test_retry_after_wins_over_the_ladder_and_over_chance(
    kind: type[Transient], wait: float, attempt: int
) -> None:
    fault = kind(CALL, "busy", retry_after_s=wait)
    assert decide(fault, attempt, NOW, 0.99) == RetryAt(NOW + timedelta(seconds=wait))


def test_retry_after_does_not_add_a_fourth_retry() -> None:
    fault = Throttled(CALL, "busy", retry_after_s=1.0)
    assert decide(fault, 4, NOW, 0.0) == FailPermanently()


@given(attempt=st.integers(1, 3), chance=st.floats(0, 1, exclude_max=True), unheard=st.booleans())
def test_chance_lengthens_a_wait_by_at_most_a_tenth(
    attempt: int, chance: float, *, unheard: bool
) -> None:
    fault = Ambiguous(CALL, "silence") if unheard else Transient(CALL, "503")
    outcome = decide(fault, attempt, NOW, chance)
    assert isinstance(outcome, RetryAt | Verify)
    wait, rung = outcome.due_at - NOW, RETRY_LADDER[attempt - 1]
    assert rung <= wait <= rung * (1 + JITTER)


def test_two_jobs_do_not_come_back_in_step() -> None:
    fault = Transient(CALL, "503")
    assert decide(fault, 1, NOW, 0.1) != decide(fault, 1, NOW, 0.2)


@given(attempt=st.integers(4, 1000), chance=st.floats(0, 1, exclude_max=True))
def test_after_the_third_retry_nothing_is_tried_again_by_itself(
    attempt: int, chance: float
) -> None:
    for fault in (Transient(CALL, "503"), Ambiguous(CALL, "silence"), OSError("disk")):
        assert decide(fault, attempt, NOW, chance) == FailPermanently()
