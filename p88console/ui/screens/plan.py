"""The plan: what a push would do, person by person, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from p88console.domain.plan import Action, Step
from p88console.store.windows.work_rows import PlanTold
from p88console.ui.action import Situation
from p88console.ui.actions import bindings
from p88console.ui.format import Moment, number, provider_title
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, join, say, wrap
from p88console.ui.screens.errand import run_errand
from p88console.ui.screens.listsheet import ListSheet
from p88console.ui.states import State
from p88console.ui.widgets.columns import Column, Look

PLANNED = {
    Action.BLOCKED: State("▲", "blocked", Tone.HELD),
    Action.WITHDRAW: State("–", "withdraw", Tone.FAIL),
    Action.FREE: State("–", "free bib", Tone.RETRY),
    Action.UPDATE: State("~", "update", Tone.RUN),
    Action.CREATE: State("+", "create", Tone.OK),
}
"""Every kind of step, what needs a look first."""

REST_S = 2.0
"""Machine seconds between two plans while the mirror moves."""

ONE_LINE = 64
TOLD_ELSEWHERE = ("first_name", "last_name", "bib")


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a plan as a row."""

    id: int
    provider: str
    step: Step


class PlanSheet(ListSheet[Sequence[PlanTold], PlannedStep]):
    """Stays true while the mirror moves; `p` sends what it shows."""

    BINDINGS = bindings("plan")
    scope = "plan"
    source = "plan"
    what = "what a push would do"
    topics = frozenset({"participants", "queue", "events"})

    def __init__(self, outlook: Outlook) -> None:
        look = Look(
            COLUMNS,
            lambda _: say("nothing to send: scoring holds what is here", Tone.DIM),
            lambda row, _: _changes(row.step),
            ONE_LINE,
            11,
        )
        super().__init__(outlook, look, rest_s=REST_S)

    async def ask(self) -> Sequence[PlanTold]:
        """The plans as of now."""
        return await self.outlook.desk.work.plans()

    @property
    def heading(self) -> str:
        """What it is."""
        return "Plan: what a push would do now"

    def rows_of(self, story: Sequence[PlanTold]) -> Sequence[PlannedStep]:
        """Every step, what needs a look first."""
        steps = [
            (told.provider, step)
            for action in PLANNED
            for told in story
            for step in told.plan.of(action)
        ]
        return [PlannedStep(at, provider, step) for at, (provider, step) in enumerate(steps)]

    def told(self, story: Sequence[PlanTold], width: int) -> Sequence[Phrase]:
        """Far side by far side, how many of each kind."""
        if not story:
            return [say("No event of the day is linked to a scoring event.", Tone.DIM), NOTHING]
        lines = [line for told in story for line in wrap(_summary(told), width, 2)]
        return [*lines, NOTHING]

    def situation(self) -> Situation:
        """Whether there is anything to send."""
        outgoing = sum(len(told.plan.steps) for told in self.answer or ())
        known = not self.outlook.faults.has(self.source)
        return Situation(read_only=self.outlook.desk.read_only, rows=outgoing if known else 0)

    def action_push(self) -> None:
        """Send it."""
        run_errand(self.app.screen_stack[0], self.outlook, "push", self._push)
        self.dismiss(None)

    async def _push(self) -> str:
        return await self.outlook.desk.push_participants()


def _summary(told: PlanTold) -> Phrase:
    counts = [
        say(f"{state.glyph} {number(count)} {state.word}", state.tone)
        for action, state in PLANNED.items()
        if (count := len(told.plan.of(action)))
    ]
    head = (
        Piece(f"→ {provider_title(told.provider)}", Tone.STRONG),
        Piece(f"  {told.event_name}  ", Tone.DIM),
    )
    return (*head, *(join(counts, " · ") or say("✓ nothing to send", Tone.OK)))


def _kind(row: PlannedStep, _: Moment) -> Phrase:
    return PLANNED[row.step.action].phrase


def _bib(row: PlannedStep, _: Moment) -> Phrase:
    return say(row.step.candidate.desired.get("bib") or "–")


def _name(row: PlannedStep, _: Moment) -> Phrase:
    return say(row.step.candidate.name or row.step.candidate.our_id)


def _far_side(row: PlannedStep, _: Moment) -> Phrase:
    return say(provider_title(row.provider), Tone.DIM)


def _changes(step: Step) -> Phrase:
    why = say(step.reason, Tone.HELD) if step.reason else NOTHING
    if step.candidate.acknowledged is None:
        told = [
            (Piece(f"{_field(name)} ", Tone.DIM), Piece(after or "–"))
            for name, (_, after) in step.changes.items()
            if name not in TOLD_ELSEWHERE
        ]
    else:
        told = [
            (Piece(f"{_field(name)} ", Tone.DIM), Piece(f"{before or '–'} → {after or '–'}"))
            for name, (before, after) in step.changes.items()
        ]
    return join([why, *told], " · ")


def _field(name: str) -> str:
    return name.replace("_", " ")


def _what(row: PlannedStep, _: Moment) -> Phrase:
    return _changes(row.step)


COLUMNS: tuple[Column[PlannedStep], ...] = (
    Column("What", _kind, 10),
    Column("Bib", _bib, 6, right=True),
    Column("Name", _name, 16, grow=1),
    Column("Changes", _what, 20, grow=3, needs=ONE_LINE),
    Column("Where", _far_side, 11, needs=100),
)
