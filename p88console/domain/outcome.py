"""What a fault means for its job: one pure function, the only place that decides it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from p88console.domain.errors import (
    Ambiguous,
    BudgetSpent,
    Malformed,
    NotOffered,
    NotSent,
    Rejected,
    Transient,
    Unauthorized,
    UsageFault,
    VaultFault,
)

RETRY_LADDER = (timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8))
"""Waits before the first, second and third retry."""

JITTER = 0.1
"""Largest share of a wait that is added by chance, so that jobs do not come back in step."""

NETWORK_PROBE = timedelta(seconds=15)
"""How soon a job that could not leave this machine is tried again."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try the same row again at `due_at`, one priority lower."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class WaitForNetwork:
    """Try again at `due_at`; the attempt does not count."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class WaitForBudget:
    """Go on at `due_at`, when this account may call again; the attempt does not count."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class Verify:
    """Read the far side before anything is sent again, at `due_at`."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class HoldAccount:
    """Every open job of the account waits for a person."""


@dataclass(frozen=True, slots=True)
class FailPermanently:
    """Retries are spent or useless; a person may retry by hand."""


Outcome = RetryAt | WaitForNetwork | WaitForBudget | Verify | HoldAccount | FailPermanently


def decide(fault: BaseException, attempt: int, now: datetime, chance: float) -> Outcome:
    """Say what happens to a job whose attempt number `attempt` (from 1) ended in `fault`.

    Args:
        fault: What ended the attempt; an unknown exception counts as transient.
        attempt: How many attempts have been made, this one included.
        now: The instant of the decision.
        chance: A random number in [0, 1) for the jitter.
    """
    match fault:
        case NotSent() | Malformed():
            return WaitForNetwork(now + NETWORK_PROBE)
        case BudgetSpent(retry_after_s=wait):
            return WaitForBudget(now + timedelta(seconds=wait or NETWORK_PROBE.total_seconds()))
        case Unauthorized() | VaultFault():
            return HoldAccount()
        case Rejected() | NotOffered() | UsageFault():
            return FailPermanently()
        case _:
            wait = fault.retry_after_s if isinstance(fault, Transient) else None
            verify = isinstance(fault, Ambiguous)
            return _next_on_ladder(attempt, now, chance, verify=verify, at_least_s=wait)


def _next_on_ladder(
    attempt: int, now: datetime, chance: float, *, verify: bool, at_least_s: float | None
) -> Outcome:
    if attempt > len(RETRY_LADDER):
        return FailPermanently()
    if at_least_s is not None:
        return RetryAt(now + timedelta(seconds=at_least_s))
    wait = RETRY_LADDER[attempt - 1] * (1 + JITTER * chance)
    return Verify(now + wait) if verify else RetryAt(now + wait)
