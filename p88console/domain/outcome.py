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
    Portal,
    Rejected,
    RowFault,
    StoreFault,
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
"""How often it is looked whether what keeps work from leaving this machine has gone."""

ROW_STATUSES = (200, 400, 409, 422)
"""Answers of a refusal that may be about one row of a batch; others are about the whole of it."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try the same job again at `due_at`, one priority lower."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class WaitForNetwork:
    """Go on once a probe reaches the provider, at `due_at` or later; the attempt does not count."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class HoldLine:
    """Nothing of this account leaves until the provider itself answers; no attempt counts."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class WaitForBudget:
    """Go on at `due_at`, when this account may call again; the attempt does not count."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class WaitForDisk:
    """Go on at `due_at`, when the database may be written again; the attempt does not count."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class WaitForSecrets:
    """Leave it to a machine whose keyring has the account's secrets; the attempt does not count."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class Verify:
    """Read the far side before anything is sent again, at `due_at`."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class HoldRow:
    """This row waits for a person, the others go on."""


@dataclass(frozen=True, slots=True)
class HoldAccount:
    """Every open job of the account waits for a person."""


@dataclass(frozen=True, slots=True)
class FailPermanently:
    """Retries are spent or useless; a person may retry by hand."""


Wait = WaitForNetwork | HoldLine | WaitForBudget | WaitForDisk | WaitForSecrets
"""Outcomes of an attempt that does not count."""

Outcome = RetryAt | Wait | Verify | HoldRow | HoldAccount | FailPermanently


def decide(
    fault: BaseException,
    attempt: int,
    now: datetime,
    chance: float,
    *,
    row: bool = False,
    theirs: bool = False,
    shared: bool = False,
) -> Outcome:
    """Say what happens to a job whose attempt number `attempt` (from 1) ended in `fault`.

    Args:
        fault: What ended the attempt; an unknown exception counts as transient.
        attempt: How many attempts have been made, this one included.
        now: The instant of the decision.
        chance: A random number in [0, 1) for the jitter.
        row: Whether the fault met one row that stood alone.
        theirs: Whether the provider itself was met right after, so that a page was its own.
        shared: Whether other machines work on the same jobs.
    """
    match fault:
        case RowFault():
            return HoldRow()
        case Rejected() if row and about_rows(fault):
            return HoldRow()
        case Unauthorized() | VaultFault():
            elsewhere = shared and isinstance(fault, VaultFault)
            return WaitForSecrets(now) if elsewhere else HoldAccount()
        case Rejected() | NotOffered() | UsageFault():
            return FailPermanently()
        case Portal() if theirs:
            return _next_on_ladder(fault, attempt, now, chance)
    return _wait(fault, now) or _next_on_ladder(fault, attempt, now, chance)


def _wait(fault: BaseException, now: datetime) -> Wait | None:
    """How long a job waits whose attempt was spoilt by something that is not its own."""
    soon = now + NETWORK_PROBE
    match fault:
        case NotSent():
            return WaitForNetwork(soon)
        case Portal():
            return HoldLine(soon)
        case StoreFault():
            return WaitForDisk(soon)
        case BudgetSpent(retry_after_s=wait):
            return WaitForBudget(now + timedelta(seconds=wait) if wait else soon)
    return None


def about_rows(fault: Rejected) -> bool:
    """Whether a refused batch may be taken without one of its rows."""
    return fault.call.status in ROW_STATUSES


def _next_on_ladder(fault: BaseException, attempt: int, now: datetime, chance: float) -> Outcome:
    if attempt > len(RETRY_LADDER):
        return FailPermanently()
    wait = RETRY_LADDER[attempt - 1] * (1 + JITTER * chance)
    match fault:
        case Ambiguous():
            return Verify(now + wait)
        case Malformed() if fault.call.writes:
            return Verify(now + wait)
        case Transient(retry_after_s=theirs) if theirs is not None:
            return RetryAt(now + timedelta(seconds=theirs))
    return RetryAt(now + wait)
