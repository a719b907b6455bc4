"""The rooms' faces: a console with nothing yet, a busy morning, no network, and trouble."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from p88console.store.windows.board import HistoryRow, NextRun
from p88console.store.windows.roster_rows import EventChoice
from tests.ui import postbox, workshop
from tests.ui.cast import LAKESIDE, NOW, field_of
from tests.ui.chronicle import deeds
from tests.ui.finishline import GUN as AFTER
from tests.ui.finishline import field_finished, guarded, published
from tests.ui.stage import GUN, StageDesk, attempt, facts, job, lane
from tests.ui.worklist import agenda, morning, planned

GUN_NEAR = "gun less than 4 h away"


def empty() -> StageDesk:
    """The first start: no account, no event."""
    nothing = facts(
        event_id=None,
        event_name=None,
        timezone="UTC",
        gun_at=None,
        next_pull_at=None,
        participants=0,
        verified=0,
    )
    return StageDesk(facts=nothing)


def busy() -> StageDesk:
    """Eighteen minutes to the gun: a long push runs, one retry waits, one account is held."""
    return _peopled(_busy())


def equipped() -> StageDesk:
    """The evening before: accounts, events and links, one of them not as it should be."""
    desk = busy()
    desk.setup.things = workshop.set_up()
    desk.setup.checks = workshop.page()
    return desk


def waiting() -> StageDesk:
    """A morning on which ten things need a person."""
    desk = busy()
    desk.facts = replace(desk.facts, needs_you=10)
    desk.inbox.rows = postbox.waiting()
    return desk


def _peopled(desk: StageDesk, count: int = 120) -> StageDesk:
    """A field of runners, some of whom need a look."""
    desk.people.rows = field_of(count)
    desk.work.made = planned()
    desk.work.agenda = agenda()
    desk.past.done = deeds()
    desk.work.story = morning()
    desk.people.choices = [
        EventChoice(1, LAKESIDE, "America/Chicago", "runsignup", GUN, 2_000),
        EventChoice(2, "Harbor 10", "America/Chicago", "raceroster", GUN + timedelta(days=1), 812),
    ]
    return desk


def racing() -> StageDesk:
    """Two hours after the gun: most have finished, the guard has been asked."""
    desk = busy()
    desk.facts = replace(desk.facts, gun_at=AFTER, finished=117, unsent=0, oldest_unsent_at=None)
    desk.standings.rows = field_finished(120)
    desk.standings.made = guarded()
    desk.standings.before = [published(), published(id=2, version=2, state="superseded")]
    return desk


def _busy() -> StageDesk:
    return StageDesk(
        practice="practice race",
        facts=facts(
            unsent=863,
            oldest_unsent_at=NOW - timedelta(minutes=4, seconds=12),
            needs_you=1,
            verified=1_137,
        ),
        accounts=[
            lane(1),
            lane(
                2,
                provider="haku",
                label="Lakeside",
                state="held",
                last_pull_at=NOW - timedelta(hours=2, minutes=14),
                error={"title": "Haku does not accept this sign-in"},
                error_since=NOW - timedelta(minutes=11),
                clock_offset_s=None,
                next_due_at=None,
            ),
            lane(
                3,
                provider="raceroster",
                label="Midwest Timing",
                state="retrying",
                last_pull_at=NOW - timedelta(minutes=3, seconds=5),
                error={"title": "too many calls, asked to wait"},
                error_since=NOW - timedelta(minutes=2, seconds=1),
            ),
            lane(
                4,
                provider="copernico",
                label="Finish tent",
                last_pull_at=NOW - timedelta(minutes=12),
                last_push_at=NOW - timedelta(minutes=5),
                running="participants push",
                progress_done=1_137,
                progress_total=2_000,
            ),
        ],
        queue=[
            job(
                812,
                provider="copernico",
                direction="push",
                state="running",
                trigger="operator",
                priority=1,
                progress_done=1_137,
                progress_total=2_000,
            ),
            job(813),
            job(814, provider="copernico", operation="results", due_at=NOW + timedelta(minutes=14)),
            job(815, provider="raceroster", operation="events", due_at=NOW + timedelta(hours=19)),
        ],
        retries=[
            job(
                790,
                provider="haku",
                state="held",
                attempt=1,
                error_title="Haku does not accept this sign-in",
            ),
            job(
                801,
                provider="raceroster",
                attempt=2,
                due_at=NOW + timedelta(seconds=102),
                error_title="too many calls, asked to wait",
            ),
        ],
        history=_morning(),
        runs=[
            NextRun(1, LAKESIDE, "participants", NOW + timedelta(seconds=18), 60, GUN_NEAR),
            NextRun(1, LAKESIDE, "results", NOW + timedelta(minutes=14), 1800, "before the finish"),
            NextRun(
                1,
                LAKESIDE,
                "events",
                NOW + timedelta(hours=19, minutes=18),
                86_400,
                "daily at 02:00",
            ),
        ],
        stories={801: story()},
    )


def _morning() -> list[HistoryRow]:
    """Sixty attempts: mostly quiet pulls, now and then something new."""
    rows = []
    for place in range(1_204):
        history_id, ago_s = 2_000 - place, 42 + 60 * place
        match place % 7:
            case 1:
                counts = {"received": 3, "created": 2, "updated": 1, "unchanged": 0}
                rows.append(attempt(history_id, ago_s, counts=counts))
            case 3:
                counts = {"sent": 50, "verified": 48, "refused": 2}
                rows.append(
                    attempt(
                        history_id, ago_s, provider="copernico", direction="push", counts=counts
                    )
                )
            case 5:
                rows.append(
                    attempt(
                        history_id,
                        ago_s,
                        provider="raceroster",
                        state="failed",
                        counts={},
                        error_title="too many calls, asked to wait",
                    )
                )
            case _:
                rows.append(attempt(history_id, ago_s))
    return rows


def offline() -> StageDesk:
    """The venue's network has gone; what was queued waits without losing a try."""
    return _peopled(_offline())


def _offline() -> StageDesk:
    gone = NOW - timedelta(minutes=6, seconds=30)
    no_way = {"title": "no network"}
    return StageDesk(
        facts=facts(
            network="offline",
            unsent=37,
            oldest_unsent_at=gone,
            next_pull_at=NOW,
            verified=1_963,
        ),
        accounts=[
            lane(1, state="offline", last_pull_at=gone, error=no_way, error_since=gone),
            lane(
                4,
                provider="copernico",
                label="Finish tent",
                state="offline",
                last_pull_at=None,
                last_push_at=gone,
                error=no_way,
                error_since=gone,
            ),
        ],
        queue=[
            job(820, due_at=NOW + timedelta(seconds=9), error_title="no network"),
            job(
                821,
                provider="copernico",
                direction="push",
                due_at=NOW + timedelta(seconds=9),
                error_title="no network",
            ),
        ],
        history=[
            attempt(70, 6, state="waiting", counts={}, error_title="no network"),
            attempt(
                69,
                21,
                provider="copernico",
                direction="push",
                state="waiting",
                counts={},
                error_title="no network",
            ),
            attempt(68, 392),
        ],
    )


def error() -> StageDesk:
    """The engine has stopped; neither the history nor the roster can be read."""
    desk = busy()
    desk.practice = None
    desk.stopped = ("the disk is full", NOW - timedelta(minutes=2, seconds=40))
    desk.faults["history_page"] = OSError("disk I/O error")
    desk.faults["people.page"] = OSError("disk I/O error")
    desk.faults["past.page"] = OSError("disk I/O error")
    desk.faults["standings.page"] = OSError("disk I/O error")
    return desk


def story() -> dict[str, Any]:
    """A pull from Race Roster that was throttled twice and waits for its third try."""
    throttled = {
        "code": "throttled",
        "title": "too many calls, asked to wait",
        "detail": "GET /api/v1/events/8841/participants → 429",
        "hint": "it goes on by itself",
    }
    tries = [
        {
            "id": 1_400 + place,
            "job_id": 801,
            "attempt": place,
            "direction": "pull",
            "operation": "participants",
            "state": "failed",
            "started_at": NOW - timedelta(minutes=10 - 3 * place),
            "finished_at": NOW - timedelta(minutes=10 - 3 * place) + timedelta(seconds=4),
            "trigger": "schedule",
            "counts": {"received": 400 * place, "created": 12},
            "error": throttled,
        }
        for place in (1, 2)
    ]
    return {
        "id": 801,
        "provider": "raceroster",
        "account_label": "Midwest Timing",
        "event_id": 1,
        "event_name": LAKESIDE,
        "operation": "participants",
        "direction": "pull",
        "state": "pending",
        "priority": 5,
        "due_at": NOW + timedelta(seconds=102),
        "attempt": 2,
        "trigger": "schedule",
        "progress": {"done": 800, "total": 1_240},
        "full": False,
        "error": throttled,
        "attempts": tries,
    }
