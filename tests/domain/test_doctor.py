"""What is a no-go, what only a warning, and that every finding comes with a way out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from p88console.domain.doctor import (
    AccountFacts,
    Answered,
    EventFacts,
    Facts,
    Level,
    LinkFacts,
    Machine,
    is_go,
    judge,
)
from p88console.domain.model import Provider

EVE = datetime(2026, 10, 16, 20, 0, tzinfo=UTC)
GUN = EVE + timedelta(hours=15)
YES, NO = Answered(True, "fine"), Answered(False, "broken", "mend it")
MACHINE = Machine(
    keyring=YES,
    database=YES,
    free_bytes=50_000_000_000,
    stays_awake=True,
    sleep_told="stays awake",
    engine_runs=True,
    backup_age=timedelta(hours=1),
)
ACCOUNT = AccountFacts("1 (RunSignUp)", Provider.RUNSIGNUP, YES, 0.3)
LINK = LinkFacts("Copernico City Run", YES)
EVENT = EventFacts("City Run", YES, GUN, links=(LINK,), people=500)


def facts(
    machine: Machine = MACHINE, account: AccountFacts = ACCOUNT, event: EventFacts = EVENT
) -> Facts:
    return Facts(machine, (account,), (event,))


def findings(found: Facts, now: datetime = EVE) -> dict[str, Level]:
    """What is not in order, by name; each has a detail and a fix."""
    checks = judge(found, now)
    assert all(check.detail for check in checks)
    assert all(check.fix for check in checks if check.level is not Level.OK)
    return {check.name: check.level for check in checks if check.level is not Level.OK}


def test_a_laptop_that_is_ready_has_nothing_to_mend() -> None:
    assert findings(facts()) == {}
    assert is_go(judge(facts(), EVE))


@pytest.mark.parametrize(
    ("machine", "name", "level"),
    [
        (replace(MACHINE, keyring=NO), "keyring", Level.FAILING),
        (replace(MACHINE, database=NO), "database", Level.FAILING),
        (replace(MACHINE, free_bytes=1_999_999_999), "disk", Level.WARNING),
        (replace(MACHINE, free_bytes=299_999_999), "disk", Level.FAILING),
        (replace(MACHINE, stays_awake=False), "sleep", Level.WARNING),
        (replace(MACHINE, stays_awake=None), "sleep", Level.UNKNOWN),
        (replace(MACHINE, engine_runs=False), "engine", Level.WARNING),
        (replace(MACHINE, backup_age=None), "backup", Level.WARNING),
        (replace(MACHINE, backup_age=timedelta(hours=25)), "backup", Level.WARNING),
    ],
)
def test_the_machine(machine: Machine, name: str, level: Level) -> None:
    assert findings(facts(machine=machine)) == {name: level}
    assert is_go(judge(facts(machine=machine), EVE)) is (level is not Level.FAILING)


@pytest.mark.parametrize(
    ("account", "name", "level"),
    [
        (replace(ACCOUNT, answered=NO), "account 1 (RunSignUp)", Level.FAILING),
        (replace(ACCOUNT, held="wrong key"), "account 1 (RunSignUp)", Level.FAILING),
        (replace(ACCOUNT, clock_offset_s=-2.1), "clock against 1 (RunSignUp)", Level.WARNING),
        (replace(ACCOUNT, clock_offset_s=30.1), "clock against 1 (RunSignUp)", Level.FAILING),
    ],
)
def test_an_account(account: AccountFacts, name: str, level: Level) -> None:
    assert findings(facts(account=account)) == {name: level}


@pytest.mark.parametrize(
    ("day", "level"),
    [
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), Level.WARNING),
        (datetime(2027, 1, 1, tzinfo=UTC), Level.FAILING),
    ],
)
def test_a_notice_becomes_a_no_go_on_the_day_it_is_enforced(day: datetime, level: Level) -> None:
    warned = replace(ACCOUNT, warnings=("the registration pair is missing",))
    assert findings(facts(account=warned), day) == {"notice of 1 (RunSignUp)": level}
    haku = replace(warned, provider=Provider.HAKU)
    assert findings(facts(account=haku), day) == {"notice of 1 (RunSignUp)": Level.WARNING}


@pytest.mark.parametrize(
    ("hours", "told"), [(20, "holds until"), (1, "before the last gun: it is renewed by itself")]
)
def test_a_token_that_ends_before_the_race_is_told(hours: int, told: str) -> None:
    """D6."""
    token = replace(ACCOUNT, token_until=EVE + timedelta(hours=hours))
    [check] = [one for one in judge(facts(account=token), EVE) if one.name.startswith("token")]
    assert told in check.detail


@pytest.mark.parametrize(
    ("event", "name", "level"),
    [
        (replace(EVENT, own=NO), "City Run: registration", Level.FAILING),
        (replace(EVENT, without_gun=("5K",)), "City Run: guns", Level.WARNING),
        (replace(EVENT, last_gun=None), "City Run: guns", Level.WARNING),
        (replace(EVENT, links=()), "City Run: scoring", Level.FAILING),
        (
            replace(EVENT, links=(replace(LINK, answered=NO),)),
            "City Run: Copernico City Run",
            Level.FAILING,
        ),
        (
            replace(EVENT, links=(replace(LINK, unmapped=("5K",)),)),
            "City Run: races at Copernico City Run",
            Level.FAILING,
        ),
        (replace(EVENT, people=0), "City Run: people", Level.WARNING),
        (replace(EVENT, duplicates=("7",)), "City Run: bibs", Level.FAILING),
        (replace(EVENT, waiting=2), "City Run: inbox", Level.WARNING),
    ],
)
def test_an_event(event: EventFacts, name: str, level: Level) -> None:
    assert findings(facts(event=event)) == {name: level}


def test_no_event_at_all_is_told() -> None:
    assert findings(Facts(MACHINE, (ACCOUNT,))) == {"events": Level.WARNING}


def test_a_link_whose_people_may_not_be_taken_is_told() -> None:
    doubted = replace(EVENT, links=(replace(LINK, doubt=("no race UUID is set", "set it")),))
    assert findings(facts(event=doubted)) == {
        "City Run: people at Copernico City Run": Level.WARNING
    }
