"""What the console asks of the rest of the house; screens know nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from p88console.domain.errors import StoreLost
from p88console.domain.notices import Notice
from p88console.domain.power import Power
from p88console.store.windows.board import HeaderFacts, HistoryRow, Lane, NextRun, QueueRow
from p88console.system.clock import Clock
from p88console.ui.desks.inbox import InboxDesk
from p88console.ui.desks.memory import Memory
from p88console.ui.desks.past import PastDesk
from p88console.ui.desks.people import PeopleDesk
from p88console.ui.desks.setup import SetupDesk
from p88console.ui.desks.standings import StandingsDesk
from p88console.ui.desks.work import WorkDesk

Topics = frozenset[str]
"""Names of what changed: `queue`, `history`, `participants`, `results`, `events`, `accounts`,
`schedule`, `network`, `engine`, `inbox`, `publications`, `notices`."""


class Desk(Protocol):
    """Pages to show and actions to take. Every coroutine answers without blocking the screen."""

    clock: Clock
    read_only: bool
    practice: str | None
    """What to call a practice race in the header; None on a real race day."""

    @property
    def people(self) -> PeopleDesk:
        """Participants."""
        ...

    @property
    def inbox(self) -> InboxDesk:
        """What needs a person."""
        ...

    @property
    def past(self) -> PastDesk:
        """Everything that was ever tried."""
        ...

    @property
    def standings(self) -> StandingsDesk:
        """Results, and what is published of them."""
        ...

    @property
    def memory(self) -> Memory:
        """How the operator likes the console."""
        ...

    @property
    def work(self) -> WorkDesk:
        """Work to come, and what a person decides about it."""
        ...

    @property
    def setup(self) -> SetupDesk:
        """Partners, accounts, events and links."""
        ...

    def watch(self, changed: Callable[[Topics], None]) -> Callable[[], None]:
        """Call `changed` on the event loop, at most four times a second; returns the unwatch."""
        ...

    def engine_fault(self) -> tuple[str, datetime] | None:
        """The engine's own fault in plain words and since when, while it is down."""
        ...

    def engine_waits(self) -> tuple[StoreLost, datetime] | None:
        """What keeps the engine from its database and since when, while it waits for it."""
        ...

    async def notices(self, limit: int) -> Sequence[Notice]:
        """What the engine noticed, the newest first, those that are over included."""
        ...

    async def restart_engine(self) -> None:
        """Start the engine again after a fault."""
        ...

    async def power(self) -> Power:
        """What this machine runs on, and whether it is kept awake."""
        ...

    async def header(self) -> HeaderFacts:
        """The header's facts."""
        ...

    async def lanes(self) -> Sequence[Lane]:
        """Every account's lane, registrations first."""
        ...

    async def schedule(self) -> Sequence[NextRun]:
        """What is due next, soonest first."""
        ...

    async def queue_count(self, text: str) -> int:
        """How many jobs wait or run (retries aside) that match the filter text."""
        ...

    async def queue_page(self, offset: int, limit: int, text: str) -> Sequence[QueueRow]:
        """Jobs that wait or run, in the order in which they will be served."""
        ...

    async def retry_count(self, text: str) -> int:
        """How many jobs wait after a failed attempt, are held, or have failed for good."""
        ...

    async def retry_page(self, offset: int, limit: int, text: str) -> Sequence[QueueRow]:
        """Failed, held and retrying jobs: who needs a person first, then by due time."""
        ...

    async def history_count(self, text: str) -> int:
        """How many attempts match the filter text."""
        ...

    async def history_page(self, offset: int, limit: int, text: str) -> Sequence[HistoryRow]:
        """Attempts, newest first."""
        ...

    async def history_place(self, history_id: int, text: str) -> int:
        """Where an attempt stands among those that match."""
        ...

    async def job_story(self, job_id: int) -> dict[str, Any]:
        """One job whole: its fields, and under `attempts` its history, oldest first."""
        ...

    async def pull_participants(self) -> str:
        """Queue a participants pull for every event of the day; says what it did."""
        ...

    async def push_participants(self) -> str:
        """Queue a push to every linked scoring event; says what it did."""
        ...

    async def pull_results(self) -> str:
        """Queue a results pull for every linked event; says what it did."""
        ...

    async def retry_jobs(self, job_ids: Sequence[int]) -> str:
        """Make these jobs due now; says how many could be."""
        ...

    async def cancel_jobs(self, job_ids: Sequence[int]) -> str:
        """Cancel these jobs where they have not started; says how many could be."""
        ...

    async def undo(self) -> str:
        """Take back this operator's newest change that can be; says which."""
        ...
