"""One job's whole story: its fields, and every attempt with what it did or what stopped it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from p88console.store.board import HistoryRow, QueueRow
from p88console.ui.action import Situation
from p88console.ui.actions import bindings
from p88console.ui.desk import Topics
from p88console.ui.faults import ACTION
from p88console.ui.outlook import READ_AGAIN_S, Outlook
from p88console.ui.phrase import Phrase, Tone, say
from p88console.ui.reading import ReadBroke, Reading
from p88console.ui.screens.errand import cancel, job_id_of, job_name, retry
from p88console.ui.screens.job_text import is_open, story_lines, title_of
from p88console.ui.screens.sheet import Sheet
from p88console.ui.widgets.banner import fault_lines

STORY = "story"
TOPICS: Topics = frozenset({"queue", "history"})


class JobStory(Sheet[None]):
    """Opens on a job and stays true to it while the work goes on."""

    BINDINGS = bindings("story")
    scope = "story"

    def __init__(self, outlook: Outlook, row: QueueRow | HistoryRow) -> None:
        super().__init__()
        self._outlook = outlook
        self._job_id = job_id_of(row)
        self._name_at_first = job_name(row)
        self._known = {
            "event_name": row.event_name,
            "account_label": row.account_label if isinstance(row, QueueRow) else None,
        }
        self._story: Mapping[str, Any] | None = None
        self._reading = Reading(self, self._read)

    def on_mount(self) -> None:
        """Read, and read again when the job moves on."""
        self._outlook.changed.subscribe(self, self._changed)
        self._outlook.ticked.subscribe(self, self._ticked)
        self._outlook.faulted.subscribe(self, lambda _: self.retell())
        self._reading.request()

    def _changed(self, topics: Topics) -> None:
        if topics & TOPICS:
            self._reading.request()

    def _ticked(self, seconds: int) -> None:
        if self._outlook.faults.has(STORY) and seconds % READ_AGAIN_S == 0:
            self._reading.request()
        self.retell()

    async def _read(self) -> None:
        desk = self._outlook.desk
        story = await self._outlook.read(
            STORY, "the job's story", lambda: desk.job_story(self._job_id)
        )
        if story is not None:
            self._story = self._known | story
        self.retell()
        self.refresh_bindings()

    def on_read_broke(self, event: ReadBroke) -> None:
        """A story that cannot be shown is closed again."""
        self.notify("This job's story cannot be shown.", severity="error", markup=False)
        event.stop()
        self.dismiss(None)

    def on_unmount(self) -> None:
        """Its fault goes with it."""
        self._outlook.settle(STORY)

    @property
    def heading(self) -> str:
        """The job's name."""
        return title_of(self._story) if self._story else self._name_at_first

    def text(self, width: int) -> Sequence[Phrase]:
        """The story as far as it is known."""
        moment = self._outlook.moment
        faults = (self._outlook.faults.of(source) for source in (STORY, ACTION))
        told = [line for fault in faults if fault for line in fault_lines(fault, moment, width)]
        if self._story is not None:
            return [*told, *story_lines(self._story, moment, width)]
        return told or [say("reading …", Tone.DIM)]

    @property
    def settled(self) -> bool:
        """Whether nothing is being read."""
        return not self._reading.busy

    def situation(self) -> Situation:
        """Whether the job can still be retried or cancelled."""
        return Situation(
            read_only=self._outlook.desk.read_only,
            rows=1 if self._story else 0,
            cancellable=bool(self._story and is_open(self._story)),
        )

    def action_retry(self) -> None:
        """Make this job due now."""
        retry(self, self._outlook, (self._job_id,))

    def action_cancel(self) -> None:
        """Cancel this job."""
        cancel(self, self._outlook, {self._job_id: self.heading})

    def action_read_again(self) -> None:
        """Read the story anew."""
        self._reading.request()

    def action_close(self) -> None:
        """Back to the board."""
        self.dismiss(None)
