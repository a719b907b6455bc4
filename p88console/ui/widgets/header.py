"""The two lines above everything: which race, what time, how far from the gun, and is all well."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from p88console.domain.power import Power
from p88console.store.windows.board import HeaderFacts
from p88console.ui.format import (
    countdown,
    gun_phrase,
    number,
    provider_short,
    provider_title,
    zone_label,
)
from p88console.ui.format import since as ago
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, cut, join, say, spread, width_of
from p88console.ui.states import lane_state, mark, network_state
from p88console.ui.widgets.lines import Lines

WIDE = 100


class HeaderBar(Lines):
    """Event, clock, gun; network, providers, unsent, needs you, next pull."""

    def __init__(self, outlook: Outlook) -> None:
        super().__init__()
        self._outlook = outlook

    def on_mount(self) -> None:
        """Follow the clock."""
        self._outlook.ticked.subscribe(self, lambda _: self.refresh())

    def lines(self, width: int) -> Sequence[Phrase]:
        """Who and when above, how it stands below."""
        return (self._race(width), self._standing(width))

    def _race(self, width: int) -> Phrase:
        facts, moment = self._outlook.facts, self._outlook.moment
        local = moment.now.astimezone(moment.zone)
        day = f"{local:%a} {local.day} {local:%b}  " if width >= WIDE else ""
        clock = (
            Piece(day, Tone.DIM),
            Piece(f"{local:%H:%M:%S}", Tone.STRONG),
            Piece(f" {zone_label(moment.now, moment.zone)}", Tone.DIM),
        )
        gun = gun_phrase(facts.gun_at, moment) if facts and facts.event_id is not None else NOTHING
        right = join([_charge(self._outlook.power), clock, gun], "   ")
        name = facts.event_name if facts else None
        title = say(name, Tone.STRONG) if name else say("no event yet", Tone.DIM)
        badge = self._badge()
        room = width - width_of(right) - 2
        return spread(cut(join([badge, title], " "), room), right, width)

    def _badge(self) -> Phrase:
        desk = self._outlook.desk
        badges = []
        if desk.practice:
            speed = f" {desk.clock.speed:g}×" if desk.clock.speed != 1 else ""
            badges.append(say(f" {desk.practice.upper()}{speed} ", Tone.BADGE))
        if desk.read_only:
            badges.append(say(" LOOKING ON ", Tone.BADGE))
        return join(badges, " ")

    def _standing(self, width: int) -> Phrase:
        facts = self._outlook.facts
        if facts is None:
            return say("reading …", Tone.DIM)
        shortest = NOTHING
        for left, right in self._wordings(facts):
            shortest = (*left, Piece("  "), *right)
            if width_of(shortest) <= width:
                return spread(left, right, width)
        return cut(shortest, width)

    def _wordings(self, facts: HeaderFacts) -> Iterator[tuple[Phrase, Phrase]]:
        """The same facts in fewer and fewer words."""
        network = network_state(facts.network).phrase
        titles = self._marks(provider_title)
        shorts = self._marks(provider_short)
        if self._outlook.power.kept_awake:
            awake = join([network, titles, say("kept awake", Tone.DIM)])
            yield awake, self._numbers(facts, words=3)
        yield join([network, titles]), self._numbers(facts, words=3)
        yield join([network, titles]), self._numbers(facts, words=2)
        yield join([network, titles]), self._numbers(facts, words=1)
        yield join([network, shorts]), self._numbers(facts, words=1)
        tight = self._marks(provider_short, " ")
        yield join([network, tight]), self._numbers(facts, words=1)
        yield join([network, tight]), self._numbers(facts, words=0)

    def _marks(self, named: Callable[[str], str], between: str = "  ") -> Phrase:
        marks = [mark(lane_state(lane.state), named(lane.provider)) for lane in self._outlook.lanes]
        return join(marks, between)

    def _numbers(self, facts: HeaderFacts, words: int) -> Phrase:
        now = self._outlook.now
        parts = [self._unsent(facts, words), self._needs_you(facts)]
        if words > 2:
            parts.insert(0, _carried(facts))
        if facts.next_pull_at is not None:
            label = "next pull " if words > 1 else "pull "
            left = countdown(facts.next_pull_at, now)
            parts.append((Piece(label, Tone.DIM), Piece(left, Tone.PLAIN)))
        return join(parts, "   " if words > 1 else "  ")

    def _unsent(self, facts: HeaderFacts, words: int) -> Phrase:
        if not facts.unsent:
            return say("✓ all sent", Tone.OK) if facts.participants else NOTHING
        count = say(f"{number(facts.unsent)} unsent", Tone.STRONG)
        if facts.oldest_unsent_at is None or not words:
            return count
        waited = ago(facts.oldest_unsent_at, self._outlook.now)
        label = ", oldest " if words > 1 else " "
        return (*count, Piece(f"{label}{waited}", Tone.PLAIN))

    def _needs_you(self, facts: HeaderFacts) -> Phrase:
        if not facts.needs_you:
            return NOTHING
        verb = "needs" if facts.needs_you == 1 else "need"
        return say(f"▲ {number(facts.needs_you)} {verb} you", Tone.HELD)


def _charge(power: Power) -> Phrase:
    """The battery's charge while the mains are away."""
    battery = power.battery
    if battery is None or battery.plugged:
        return NOTHING
    told = f"battery {battery.percent:.0f} %"
    if battery.nearly_empty:
        return say(f"✗ {told}", Tone.FAIL)
    return say(f"▲ {told}", Tone.HELD) if battery.low else say(told, Tone.DIM)


def _carried(facts: HeaderFacts) -> Phrase:
    """How many of the participants scoring is known to hold, and how many have finished."""
    if not facts.participants:
        return NOTHING
    verified = say(f"{number(facts.verified)} of {number(facts.participants)} verified", Tone.DIM)
    finished = say(f"{number(facts.finished)} finished", Tone.DIM) if facts.finished else NOTHING
    return join([verified, finished], "   ")
