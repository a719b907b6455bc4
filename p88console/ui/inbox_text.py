"""One matter of the inbox in lines: what it is, whose, all three versions, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from p88console.domain.inbox import MEANINGS, Decision, Kind
from p88console.store.windows.inbox_rows import Item
from p88console.ui.format import Moment, dated_time, number, provider_title
from p88console.ui.people_words import field_label
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, fit, heading, join, say, wrap
from p88console.ui.states import inbox_state

LABEL = 9
KEY = 4

DECIDED = {
    Decision.MINE: "mine",
    Decision.THEIRS: "theirs",
    Decision.VALUE: "typed",
    Decision.CONFIRM: "confirmed",
    Decision.KEEP: "kept",
    Decision.RETRY: "tried again",
    Decision.DROP: "given up",
}


def item_title(item: Item) -> str:
    """Whom or what it is about."""
    who = "  ".join(part for part in (item.bib, item.name) if part)
    return who or item.event_name or inbox_state(item.kind).word


def settled_word(item: Item) -> str:
    """How it was decided, or that it settled itself."""
    known = {decision.value: word for decision, word in DECIDED.items()}
    return known.get(item.decision or "", item.decision or "")


def matter(item: Item) -> Phrase:
    """What is the matter in one line: the field with both values, or the reason."""
    if item.kind is not Kind.CONFLICT:
        return say(item.reason)
    return (
        Piece(f"{field_label(item.field or '')} ", Tone.DIM),
        *_value(item.ours),
        Piece(" or ", Tone.DIM),
        *_value(item.theirs),
        Piece(" there", Tone.DIM),
    )


def item_lines(
    item: Item, keys: Sequence[tuple[str, Decision]], moment: Moment, width: int
) -> Sequence[Phrase]:
    """Everything about one item; `keys` are the keys that decide it now."""
    state = inbox_state(item.kind)
    since = dated_time(item.opened_at, moment)
    lines: list[Phrase] = [
        heading(item_title(item), width),
        join([state.phrase, say(f"since {since}", Tone.DIM)], " · "),
        *wrap(say(item.reason), width),
        NOTHING,
        *_versions(item, width),
    ]
    where = [item.event_name, provider_title(item.provider) if item.provider else None]
    lines += _field("At", say(" · ".join(part for part in where if part), Tone.DIM), width)
    if item.touches > 1:
        lines += _field("Touches", say(f"{number(item.touches)} people", Tone.HELD), width)
    lines.append(NOTHING)
    if item.decided_at is not None:
        return [*lines, *_decision(item, item.decided_at, moment, width)]
    lines.append(heading("What to do", width))
    for key, decision in keys:
        lines += wrap(
            (
                *fit(say(key, Tone.KEY), KEY),
                Piece(MEANINGS[item.kind, decision]),
                *_outcome(item, decision),
            ),
            width,
            KEY,
        )
    if not keys:
        lines.append(say("the next complete pull settles it", Tone.DIM))
    return lines


def _versions(item: Item, width: int) -> Sequence[Phrase]:
    if item.kind is Kind.CONFLICT:
        told: list[tuple[str, Phrase]] = [
            ("Field", say(field_label(item.field or ""), Tone.STRONG)),
            ("Before", _value(item.base, Tone.DIM)),
            ("Mine", _value(item.ours, Tone.STRONG)),
            ("Theirs", _value(item.theirs, Tone.STRONG)),
        ]
        return [line for label, value in told for line in _field(label, value, width)]
    told = [
        ("Field", say(field_label(item.field)) if item.field else NOTHING),
        ("Here", _value(item.ours) if item.ours else NOTHING),
        ("There", _value(item.theirs) if item.theirs else NOTHING),
    ]
    return [line for label, value in told if value for line in _field(label, value, width)]


def _outcome(item: Item, decision: Decision) -> Phrase:
    """The value that a decision about a conflict leads to."""
    chosen = {Decision.MINE: item.ours, Decision.THEIRS: item.theirs}
    if item.kind is not Kind.CONFLICT or decision not in chosen:
        return NOTHING
    return (Piece(": ", Tone.DIM), *_value(chosen[decision]))


def _decision(item: Item, at: datetime, moment: Moment, width: int) -> Sequence[Phrase]:
    who = f"by {item.decided_by}" if item.decided_by else "by itself"
    told = join(
        [
            say(f"✓ {settled_word(item)}", Tone.OK),
            _value(item.value) if item.value else NOTHING,
            say(f"{who}, {dated_time(at, moment)}", Tone.DIM),
        ],
        " · ",
    )
    return [heading("Settled", width), *wrap(told, width)]


def _value(value: str | None, tone: Tone = Tone.PLAIN) -> Phrase:
    return say(value, tone) if value else say("nothing", Tone.DIM)


def _field(label: str, value: Phrase, width: int) -> Sequence[Phrase]:
    return wrap((*fit(say(label, Tone.DIM), LABEL), *value), width, LABEL) if value else ()
