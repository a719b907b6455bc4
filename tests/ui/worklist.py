"""Work to come on the stage: plans, lanes, the schedule, as prepared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from p88console.domain.model import PushState
from p88console.domain.plan import Candidate, Plan, make_plan
from p88console.store.windows.board import QueueRow
from p88console.store.windows.day_rows import DayAttempt, DayGun, DayStory
from p88console.store.windows.work_rows import PlanTold, ScheduledRun
from tests.ui.cast import LAKESIDE, NOW

T = TypeVar("T")


class Answer(Protocol):
    """How the stage answers: by name, after whatever it has to wait for."""

    def __call__(self, name: str, answer: Callable[[], T], *asked: Any) -> Awaitable[T]: ...


class StageWork:
    """Prepared plans and runs; what is asked for is only written down."""

    def __init__(self, answer: Answer, retries: Callable[[], Sequence[QueueRow]]) -> None:
        self._answer = answer
        self._retries = retries
        self.made: Sequence[PlanTold] = ()
        self.agenda: Sequence[ScheduledRun] = ()
        self.story = DayStory(NOW, (), (), ())

    async def plans(self) -> Sequence[PlanTold]:
        return await self._answer("plans", lambda: self.made)

    def _needing(self, text: str) -> Sequence[QueueRow]:
        states = ("held", "failed_permanent")
        return [
            row
            for row in self._retries()
            if row.state in states and text.casefold() in repr(row).casefold()
        ]

    async def needing_count(self, text: str) -> int:
        return await self._answer("needing_count", lambda: len(self._needing(text)), text)

    async def needing_page(self, offset: int, limit: int, text: str) -> Sequence[QueueRow]:
        def page() -> Sequence[QueueRow]:
            return self._needing(text)[offset : offset + limit]

        return await self._answer("needing_page", page, offset, limit, text)

    async def day(self, since: datetime) -> DayStory:
        return await self._answer("day", lambda: replace(self.story, since=since), since)

    async def snooze(self, job_ids: Sequence[int], span: timedelta) -> str:
        words = f"{len(job_ids)} put off"
        return await self._answer("snooze", lambda: words, tuple(job_ids), span)

    async def hold(self, account_id: int) -> str:
        return await self._answer("hold", lambda: "the lane is held", account_id)

    async def resume(self, account_id: int) -> str:
        return await self._answer("resume", lambda: "the lane goes on", account_id)

    async def runs(self) -> Sequence[ScheduledRun]:
        return await self._answer("runs", lambda: self.agenda)

    async def run_now(self, run: ScheduledRun) -> str:
        return await self._answer("run_now", lambda: "queued as #900", run.id)

    async def skip(self, run: ScheduledRun) -> str:
        return await self._answer("skip", lambda: "left out once", run.id)


class StageMemory:
    """Keeps words for as long as the stage stands."""

    def __init__(self) -> None:
        self.kept: dict[str, Collection[str]] = {}

    def recall(self, name: str) -> Collection[str]:
        return self.kept.get(name, ())

    async def keep(self, name: str, words: Collection[str]) -> None:
        self.kept[name] = words


def planned() -> list[PlanTold]:
    """A morning's changes: late sign-ups, a swapped bib, a withdrawal, a bib that two wear."""
    held = {
        "first_name": "Amara",
        "last_name": "Okafor",
        "bib": "512",
        "race": "Half",
        "gender": "F",
    }
    plain = Candidate(1, "reg-1", "c-1", held, held, PushState.VERIFIED, "hash")
    people = [
        replace(plain, participant_id=2, desired=held | {"bib": "640"}),
        *(
            replace(
                plain,
                participant_id=place,
                acknowledged=None,
                remote_id=None,
                desired=held | {"first_name": first, "last_name": last, "bib": str(800 + place)},
            )
            for place, (first, last) in enumerate(
                [("Zoë-Aïda", "Núñez"), ("Lee", "Park"), ("[b]Bo", "O'Neil")], 3
            )
        ),
        replace(plain, participant_id=7, gone=True, stopped="transferred to somebody else"),
        replace(plain, participant_id=8, desired=held | {"first_name": "Ida", "bib": "77"}),
    ]
    made = make_plan(people, {8: "bib 77 is worn by two people"})
    return [
        PlanTold("copernico", LAKESIDE, made),
        PlanTold("chronotrack", LAKESIDE, Plan()),
    ]


def agenda() -> list[ScheduledRun]:
    """One run on time, one under way, one that the engine should have had long ago."""
    first = ScheduledRun(
        id=1,
        account_id=3,
        provider="raceroster",
        event_id=1,
        event_name=LAKESIDE,
        operation="participants",
        last_ok_at=NOW - timedelta(minutes=3, seconds=5),
        due_at=NOW - timedelta(minutes=2),
        interval_s=60,
        reason="gun less than 4 h away",
        state="pending",
    )
    return [
        first,
        replace(
            first,
            id=2,
            account_id=1,
            provider="runsignup",
            last_ok_at=NOW - timedelta(seconds=42),
            due_at=NOW + timedelta(seconds=18),
            state="running",
        ),
        replace(
            first,
            id=3,
            account_id=4,
            provider="copernico",
            operation="results",
            last_ok_at=None,
            due_at=NOW + timedelta(minutes=14),
            interval_s=1_800,
            reason="before the finish",
            state=None,
        ),
        replace(
            first,
            id=4,
            account_id=1,
            provider="runsignup",
            event_id=None,
            event_name="Midwest Timing",
            operation="events",
            last_ok_at=NOW - timedelta(hours=4, minutes=42),
            due_at=NOW + timedelta(hours=19, minutes=18),
            interval_s=86_400,
            reason="daily at 02:00 America/Chicago",
            state=None,
        ),
    ]


def morning() -> DayStory:
    """Since two in the morning: quiet pulls, a push at five, the network gone for half an hour."""
    began = NOW - timedelta(hours=4, minutes=42)
    attempts: list[DayAttempt] = []
    jobs: list[tuple[datetime, datetime | None]] = [(NOW - timedelta(minutes=3), None)]
    for minute in range(0, 282, 3):
        at = began + timedelta(minutes=minute)
        away = 200 <= minute < 230
        for account in (1, 3, 4):
            moved = (minute * account) % 37 if minute > 120 and minute % 9 == 0 else 0
            took = timedelta(seconds=1 + minute % 7 + (20 if minute > 230 else 0))
            state = (
                "waiting" if away else "failed" if account == 3 and minute > 255 else "completed"
            )
            attempts.append(DayAttempt(account, state, at, at + took, 0 if away else moved))
            jobs.append((at, at + took + timedelta(minutes=30 * away)))
    guns = [
        DayGun(NOW + timedelta(minutes=18), "Half Marathon"),
        DayGun(NOW + timedelta(minutes=48), "5K"),
    ]
    return DayStory(began, attempts, jobs, guns)
