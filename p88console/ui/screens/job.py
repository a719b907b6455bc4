"""One job's whole story: its fields, and every attempt with what it did or what stopped it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from p88console.store.windows.board import HistoryRow, QueueRow
from p88console.ui.action import Situation
from p88console.ui.actions import bindings
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import Phrase
from p88console.ui.screens.errand import cancel, job_id_of, job_name, retry, snooze
from p88console.ui.screens.job_text import is_open, story_lines, title_of
from p88console.ui.screens.readsheet import ReadSheet


class JobStory(ReadSheet[Mapping[str, Any]]):
    """Opens on a job and stays true to it while the work goes on."""

    BINDINGS = bindings("story")
    scope = "story"
    source = "story"
    what = "the job's story"
    topics = frozenset({"queue", "history"})

    def __init__(
        self,
        outlook: Outlook,
        job_id: int,
        name: str,
        event_name: str | None,
        account_label: str | None = None,
    ) -> None:
        super().__init__(outlook)
        self._job_id = job_id
        self._name_at_first = name
        self._known = {"event_name": event_name, "account_label": account_label}

    @classmethod
    def of(cls, outlook: Outlook, row: QueueRow | HistoryRow) -> Self:
        """The story of the job that a row is about."""
        label = row.account_label if isinstance(row, QueueRow) else None
        return cls(outlook, job_id_of(row), job_name(row), row.event_name, label)

    async def ask(self) -> Mapping[str, Any]:
        """The job as it stands, with what the list knew of it."""
        return self._known | await self.outlook.desk.job_story(self._job_id)

    @property
    def heading(self) -> str:
        """The job's name."""
        return title_of(self.answer) if self.answer else self._name_at_first

    def told(self, story: Mapping[str, Any], width: int) -> Sequence[Phrase]:
        """The story in lines."""
        return story_lines(story, self.outlook.moment, width)

    def situation(self) -> Situation:
        """Whether the job can still be retried or cancelled."""
        return Situation(
            read_only=self.outlook.desk.read_only,
            rows=1 if self.answer else 0,
            cancellable=bool(self.answer and is_open(self.answer)),
        )

    def action_retry(self) -> None:
        """Make this job due now."""
        retry(self, self.outlook, {self._job_id: self.heading})

    def action_snooze(self) -> None:
        """Put this job off."""
        snooze(self, self.outlook, {self._job_id: self.heading})

    def action_cancel(self) -> None:
        """Cancel this job."""
        cancel(self, self.outlook, {self._job_id: self.heading})
