"""One person in lines: registration, scoring systems, bibs, results, and all that happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from p88console.store.windows.roster_rows import (
    ChangeRow,
    PersonStory,
    ResultStory,
    Sides,
    SystemState,
)
from p88console.ui.format import Moment, dated_time, provider_title, zone_label, zone_of
from p88console.ui.people_words import age_on, field_label, spoken_name
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, cut, fit, heading, join, say, wrap
from p88console.ui.result_text import result_lines, revision_lines, split_lines
from p88console.ui.states import push_state, standing_state

LABEL = 11
TIME = 12
GUTTER = 4
TWO_COLUMNS = 100
"""Texts at least this wide stand in two columns."""
CARD_CHANGES = 8


def person_title(story: PersonStory) -> str:
    """Bib and name, as the person is called."""
    name = spoken_name(story.fields.get("first_name"), story.fields.get("last_name"))
    bib = story.fields.get("bib")
    return f"{bib}  {name}" if bib else f"{name}, no bib"


def story_lines(story: PersonStory, moment: Moment, width: int) -> Sequence[Phrase]:
    """The whole story in lines of at most `width` cells, in two columns where there is room."""
    at = Moment(moment.now, zone_of(story.timezone))
    if width < TWO_COLUMNS:
        return [*_who(story, at, width), NOTHING, *_past(story, at, width)]
    left = (width - GUTTER) // 2
    right = width - GUTTER - left
    return _beside(_who(story, at, left), _past(story, at, right), left)


def card_lines(story: PersonStory, moment: Moment, width: int) -> Sequence[Phrase]:
    """What matters most, for the side of a list."""
    at = Moment(moment.now, zone_of(story.timezone))
    lines = [
        heading(person_title(story), width),
        *_registration(story, at, width),
        NOTHING,
        *_scoring(story, at, width),
    ]
    for result in story.results:
        lines += [NOTHING, *_result(result, width)]
    if story.changes:
        lines += [NOTHING, heading("Changes", width)]
        lines += _changes(story.changes[:CARD_CHANGES], at, width)
    return lines


def _who(story: PersonStory, at: Moment, width: int) -> list[Phrase]:
    """What is known of the person here and at scoring."""
    lines = [heading("Registration", width), *_registration(story, at, width)]
    lines += [NOTHING, *_scoring(story, at, width)]
    bibs = [change for change in story.changes if change.field == "bib"]
    lines += [NOTHING, heading("Bibs worn", width)]
    if not bibs:
        worn = story.fields.get("bib")
        return [*lines, say(f"{worn} since it was registered" if worn else "none yet", Tone.DIM)]
    return lines + [line for change in bibs for line in _change(change, at, width, named=False)]


def _past(story: PersonStory, at: Moment, width: int) -> list[Phrase]:
    """Results, and everything that ever happened."""
    lines: list[Phrase] = []
    for result in story.results:
        lines += [
            *_result(result, width),
            *split_lines(result.standing),
            *revision_lines(result.revisions, at, width),
            NOTHING,
        ]
    if not story.results:
        lines += [heading("Results", width), say("none yet", Tone.DIM), NOTHING]
    lines.append(heading(f"Changes {len(story.changes)}", width))
    if not story.changes:
        lines.append(say("none since it was first seen", Tone.DIM))
    return [*lines, *_changes(story.changes, at, width)]


def _registration(story: PersonStory, at: Moment, width: int) -> list[Phrase]:
    fields = story.fields
    born, zone = fields.get("birth_date"), zone_label(at.now, at.zone)
    where = [fields.get(name) for name in ("city", "region", "country")]
    told: Iterable[tuple[str, Phrase, str]] = (
        ("Status", _standing(story, at), ""),
        ("Race", join([_text(story.race_name), say(story.event_name, Tone.DIM)], " · "), "race_id"),
        ("Bib", _text(fields.get("bib")) or say("none yet", Tone.HELD), "bib"),
        ("Chip", _text(fields.get("chip")), "chip"),
        ("Born", _born(born, story.gun_at), "birth_date"),
        ("Sex", _text(fields.get("gender")), "gender"),
        ("Email", _text(fields.get("email")), "email"),
        ("Phone", _text(fields.get("phone")), "phone"),
        ("From", _text(", ".join(str(part) for part in where if part)), ""),
        ("Team", _text(fields.get("team")), "team"),
        ("Registered", _stamp(fields.get("registered_at"), at, ""), ""),
        ("Changed", _stamp(fields.get("changed_at"), at, zone), ""),
        ("Account", say(f"{provider_title(story.provider)} · {story.account_label}", Tone.DIM), ""),
        ("Known as", _known_as(fields), ""),
        *(("Unreadable", _unread(name, story.raw), "") for name in fields.get("flags") or ()),
    )
    lines: list[Phrase] = []
    for label, value, name in told:
        sides = story.sides.get(name)
        if value or sides:
            lines += _field(label, value or say("nothing", Tone.DIM), width)
        if sides:
            lines += _sides(sides, story, width)
    for name in ("first_name", "last_name", "city", "region", "country"):
        if name in story.sides:
            lines += _field(field_label(name).capitalize(), _text(fields.get(name)), width)
            lines += _sides(story.sides[name], story, width)
    return lines


def _sides(sides: Sides, story: PersonStory, width: int) -> Sequence[Phrase]:
    """Under a field: what the provider says and what was agreed last."""
    tone = Tone.HELD if sides.conflict else Tone.DIM
    mark = "≠" if sides.conflict else "·"
    theirs, base = _value(sides.theirs), _value(sides.base)
    told = f"{mark} {provider_title(story.provider)}: {theirs} · agreed: {base}"
    indent = Piece(" " * (LABEL + 1))
    return wrap((indent, Piece(told, tone)), width, LABEL + 3)


def _standing(story: PersonStory, at: Moment) -> Phrase:
    fields = story.fields
    leaving = fields.get("quarantined_since")
    state = standing_state(str(fields.get("status", "")), quarantined=leaving is not None)
    if state is None:
        return say("✓ registered", Tone.OK)
    since = say(f"since {dated_time(leaving, at)}") if isinstance(leaving, datetime) else NOTHING
    moved = fields.get("moved_to")
    return join(
        [
            state.phrase,
            since,
            _text(fields.get("status_reason")),
            say(f"now registration {moved}") if moved else NOTHING,
        ],
        " · ",
    )


def _born(born: object, gun_at: datetime | None) -> Phrase:
    if not isinstance(born, date):
        return NOTHING
    age = age_on(born, gun_at)
    told = say(f"{age} on race day", Tone.DIM) if age is not None else NOTHING
    return join([say(born.isoformat()), told], " · ")


def _known_as(fields: Mapping[str, Any]) -> Phrase:
    number = fields.get("provider_id")
    return say(f"registration {number}", Tone.DIM) if number else say("no stable id", Tone.HELD)


def _unread(name: str, raw: Mapping[str, Any]) -> Phrase:
    """A field that could not be read, with what the provider sent where that has its name."""
    sent = raw.get(name)
    return join([say(field_label(name), Tone.HELD), _text(sent)], ": ")


def _scoring(story: PersonStory, at: Moment, width: int) -> list[Phrase]:
    lines = [heading("Scoring", width)]
    if not story.systems:
        return [*lines, say("not linked to a scoring event", Tone.DIM)]
    return lines + [
        line for system in story.systems for line in _system(system, story.fields, at, width)
    ]


def _system(
    system: SystemState, ours: Mapping[str, Any], at: Moment, width: int
) -> Sequence[Phrase]:
    state = push_state(system.state)
    when = system.acknowledged_at or system.sent_at
    head = join(
        [
            fit(state.phrase, LABEL),
            say(provider_title(system.provider), Tone.STRONG),
            say(dated_time(when, at) if when else "", Tone.DIM),
        ],
        " ",
    )
    more = [
        _text(system.reason),
        *_differences(system.acknowledged or {}, ours),
        say(f"{system.remote_event} · {system.account_label}", Tone.DIM),
        say(f"there as {system.remote_id}", Tone.DIM) if system.remote_id else NOTHING,
    ]
    indent = Piece(" " * (LABEL + 1))
    return [
        cut(head, width),
        *(line for told in more if told for line in wrap((indent, *told), width, LABEL + 1)),
    ]


def _differences(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> Iterable[Phrase]:
    """Each field that the far side acknowledged otherwise than it is here now."""
    for name, there in theirs.items():
        if name == "race" or name not in ours:
            continue
        here = ours[name]
        same = (here.isoformat() if isinstance(here, date) else here) in (there, None)
        if not same and str(here) != str(there):
            yield (
                Piece(f"{field_label(name)}: ", Tone.DIM),
                Piece(_value(there), Tone.HELD),
                Piece(" there, ", Tone.DIM),
                Piece(_value(here)),
                Piece(" here", Tone.DIM),
            )


def _result(result: ResultStory, width: int) -> list[Phrase]:
    title = f"Result · {result.race_name}" if result.race_name else "Result"
    return result_lines(title, result.standing, result.provider, width)


def _changes(changes: Iterable[ChangeRow], at: Moment, width: int) -> list[Phrase]:
    return [line for change in changes for line in _change(change, at, width, named=True)]


def _change(change: ChangeRow, at: Moment, width: int, *, named: bool) -> Sequence[Phrase]:
    """When, what, from what to what, and who says so; a pull goes without saying."""
    who = change.who if change.door == "pull" else f"{change.who}, {change.door}"
    field = say(field_label(change.field), Tone.STRONG) if named else NOTHING
    moved = say(f"{_value(change.before)} → {_value(change.after)}")
    what = join([field, moved], " ")
    when = fit(say(dated_time(change.at, at), Tone.DIM), TIME)
    return wrap((*when, Piece(" "), *join([what, say(who, Tone.DIM)], " · ")), width, TIME + 1)


def _field(label: str, value: Phrase, width: int) -> Sequence[Phrase]:
    return wrap((*fit(say(label, Tone.DIM), LABEL + 1), *value), width, LABEL + 1)


def _text(value: object) -> Phrase:
    return say(value) if value not in (None, "") else NOTHING


def _value(value: object) -> str:
    return "–" if value in (None, "") else str(value)


def _stamp(value: object, at: Moment, zone: str) -> Phrase:
    if not isinstance(value, datetime):
        return NOTHING
    return say(f"{dated_time(value, at)} {zone}".strip(), Tone.DIM)


def _beside(left: Sequence[Phrase], right: Sequence[Phrase], width: int) -> Sequence[Phrase]:
    """Two columns of lines side by side."""
    rows = max(len(left), len(right))
    filled = [(*left, *[NOTHING] * (rows - len(left))), (*right, *[NOTHING] * (rows - len(right)))]
    gap = Piece(" " * GUTTER)
    return [
        (*fit(one, width), gap, *other) if other else one
        for one, other in zip(*filled, strict=True)
    ]
