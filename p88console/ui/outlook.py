"""What every room shares: the desk, the signals, the facts read last, and what is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from textual.dom import DOMNode
from textual.signal import Signal

from p88console.domain.errors import StoreLost
from p88console.domain.power import Power
from p88console.store.windows.board import HeaderFacts, Lane, NextRun
from p88console.store.windows.roster_rows import EventChoice
from p88console.ui.desk import Desk, Topics
from p88console.ui.faults import ACTION, ENGINE, NETWORK, WAITING, Fault, Faults, hint_of, in_words
from p88console.ui.format import Moment, zone_of
from p88console.ui.pace import Pace
from p88console.ui.phrase import visible
from p88console.ui.states import NETWORK_TROUBLES, network_word

T = TypeVar("T")

STORE = "store"
"""The shared database as a source of faults: one for everything that cannot be read."""

READ_AGAIN_S = 5
"""Machine seconds after which what could not be read is read again."""

OLD = f"What is shown is old; read again every {READ_AGAIN_S} s."
READ_NOW = "ctrl+l reads it now"


class Outlook:
    """The state behind the screens; they read it and subscribe to its signals."""

    def __init__(self, desk: Desk, owner: DOMNode) -> None:
        self.desk = desk
        self.faults = Faults()
        self._read_at = desk.clock.now()
        """When something was last read well: the age of what is shown since nothing can be."""
        self.facts: HeaderFacts | None = None
        self.lanes: Sequence[Lane] = ()
        self.schedule: Sequence[NextRun] = ()
        self.power = Power()
        self.pace = Pace()
        self.chosen: EventChoice | None = None
        self.leave_for: tuple[str, ...] = ()
        """What the console ends for, where something else goes on in its place."""
        self.changed: Signal[Topics] = Signal(owner, "changed")
        self.scoped: Signal[None] = Signal(owner, "scoped")
        self.ticked: Signal[int] = Signal(owner, "ticked")
        self.faulted: Signal[None] = Signal(owner, "faulted")
        self.headed: Signal[None] = Signal(owner, "headed")

    @property
    def now(self) -> datetime:
        """The present instant of the race clock."""
        return self.desk.clock.now()

    @property
    def moment(self) -> Moment:
        """The present instant, in the zone of the nearest event."""
        return Moment(self.now, zone_of(self.facts.timezone) if self.facts else zone_of("UTC"))

    @property
    def event_id(self) -> int | None:
        """The event that a list is about: the chosen one, or the header's."""
        return self.chosen.id if self.chosen else self.facts.event_id if self.facts else None

    @property
    def event_name(self) -> str:
        """That event's name; empty without one."""
        name = self.chosen.name if self.chosen else self.facts.event_name if self.facts else None
        return name or ""

    def choose(self, event: EventChoice | None) -> None:
        """All lists are about this event from now on; None for all events."""
        self.chosen = event
        self.scoped.publish(None)

    async def read(self, source: str, what: str, call: Callable[[], Awaitable[T]]) -> T | None:
        """Read from the desk for the screen; None when it could not be read.

        Args:
            source: Which part of the screen is read: its fault ends with the next good read.
            what: What is read, to follow "Cannot read".
            call: Makes the desk's coroutine.
        """
        try:
            answer = await call()
        except StoreLost as fault:
            words = in_words(fault)
            self.settle(WAITING)
            self.report(
                STORE,
                Fault(
                    what=f"{words[:1].upper()}{words[1:]}",
                    since=self._read_at,
                    next="What is shown is as old as that; nothing is sent that cannot be kept.",
                    press=hint_of(fault) or "it is tried again by itself",
                ),
            )
            return None
        except Exception as fault:  # noqa: BLE001  whatever the desk throws, the console stays
            self.report(
                source,
                Fault(
                    what=f"Cannot read {what}: {in_words(fault)}",
                    since=self.now,
                    next=OLD,
                    press=hint_of(fault) or READ_NOW,
                ),
            )
            return None
        self._read_at = self.now
        self.settle(source)
        self.settle(STORE)
        return answer

    async def act(self, what: str, call: Callable[[], Awaitable[T]]) -> T | None:
        """Have the desk do something; None when it could not be done.

        Args:
            what: What is done, to follow "Cannot".
            call: Makes the desk's coroutine.
        """
        try:
            answer = await call()
        except Exception as fault:  # noqa: BLE001  whatever the desk throws, the console stays
            self.report(
                ACTION,
                Fault(
                    what=f"Cannot {what}: {in_words(fault)}",
                    since=self.now,
                    next="The desk did not confirm it; the queue shows what stands.",
                    press=hint_of(fault) or "escape puts this away",
                ),
            )
            return None
        self.settle(ACTION)
        return answer

    def look_at_engine(self) -> None:
        """Ask the desk whether the engine stands, and say so."""
        try:
            standing = self.desk.engine_fault()
        except Exception as fault:  # noqa: BLE001  whatever the desk throws, the console stays
            standing = (in_words(fault), self.now)
        if standing is None:
            self.settle(ENGINE)
            self._look_at_wait()
            return
        words, since = standing
        self.faults.clear(ENGINE)
        self.report(
            ENGINE,
            Fault(
                what=f"The engine has stopped: {visible(words)}",
                since=since,
                next="Nothing is pulled or sent; the queue is kept.",
                press="the console that runs the engine can start it again"
                if self.desk.read_only
                else "ctrl+e starts it again",
            ),
        )

    def _look_at_wait(self) -> None:
        """Say so while the engine cannot use its database, unless the screen cannot either."""
        waits = self.desk.engine_waits()
        if waits is None or self.faults.has(STORE):
            self.settle(WAITING)
            return
        fault, since = waits
        self.faults.clear(WAITING)
        self.report(
            WAITING,
            Fault(
                what=f"The engine waits: {in_words(fault)}",
                since=since,
                next="Nothing is pulled or sent meanwhile; it goes on by itself.",
                press=hint_of(fault),
            ),
        )

    async def look_at_power(self) -> None:
        """Ask for the battery: no read of the database, whose faults it must not settle."""
        try:
            self.power = await self.desk.power()
        except Exception:  # noqa: BLE001  whatever the desk throws, the console stays
            self.power = Power()

    def look_at_network(self) -> None:
        """Say so while the network does not reach the providers."""
        network = network_word(self.facts.network) if self.facts else ""
        trouble = NETWORK_TROUBLES.get(network)
        if trouble is None:
            self.settle(NETWORK)
            return
        what, then, press = trouble
        cut_off = [lane.error_since for lane in self.lanes if lane.error_since is not None]
        self.report(NETWORK, Fault(what, min(cut_off, default=self.now), then, press))

    def report(self, source: str, fault: Fault) -> None:
        """A fault stands from now on."""
        self.faults.report(source, fault)
        self.faulted.publish(None)

    def settle(self, source: str) -> None:
        """A source's fault is over."""
        if self.faults.clear(source):
            self.faulted.publish(None)
