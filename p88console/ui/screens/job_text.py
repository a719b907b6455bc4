"""A job's story as lines: fields first, then attempt by attempt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from p88console.domain.jobs import OPEN_STATES
from p88console.domain.outcome import RETRY_LADDER
from p88console.ui.format import (
    Moment,
    as_instant,
    counts_phrase,
    labelled_time,
    number,
    of_total,
    operation_words,
    percent,
    provider_title,
    took,
)
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, fit, join, say, wrap
from p88console.ui.states import attempt_state, job_state, job_words

LABEL = 11
TOLD = frozenset(
    {
        "id",
        "job_id",
        "provider",
        "operation",
        "direction",
        "state",
        "attempt",
        "attempts",
        "priority",
        "due_at",
        "trigger",
        "asked_by",
        "event_name",
        "account_label",
        "progress",
        "progress_done",
        "progress_total",
        "error",
        "error_title",
    }
)
"""Fields that have a line of their own; any other is shown by its name."""

_ASKED = {
    "schedule": "by the schedule",
    "operator": "by hand",
    "api": "through the API",
    "retry": "by a retry",
}


def title_of(story: Mapping[str, Any]) -> str:
    """The job in a few words."""
    work = operation_words(
        str(story.get("operation", "work")),
        str(story.get("direction", "")),
        str(story.get("provider", "")),
    )
    return f"Job #{story.get('id', '?')} · {work}"


def is_open(story: Mapping[str, Any]) -> bool:
    """Whether the job still has work to do."""
    return story.get("state") in OPEN_STATES


def story_lines(story: Mapping[str, Any], moment: Moment, width: int) -> Sequence[Phrase]:
    """The whole story in lines of at most `width` cells."""
    lines: list[Phrase] = []
    for label, value in _fields(story, moment):
        lines += _field(label, value, width)
    attempts = [one for one in story.get("attempts") or () if isinstance(one, Mapping)]
    lines += [NOTHING, say(f"Attempts {number(len(attempts))}", Tone.STRONG)]
    if not attempts:
        lines.append(say("none yet", Tone.DIM))
    for place, attempt in enumerate(attempts, 1):
        lines += _attempt(attempt, place, moment, width)
    return lines


def _fields(story: Mapping[str, Any], moment: Moment) -> Sequence[tuple[str, Phrase]]:
    account = join(
        [say(provider_title(str(story.get("provider", "")))), _text(story.get("account_label"))],
        " · ",
    )
    fields = [
        ("State", _state(story, moment)),
        ("Event", _text(story.get("event_name"))),
        ("Account", account),
        ("Due", _due(story, moment)),
        ("Progress", _progress(story)),
        ("Asked for", _asked(story)),
        *_troubles(story.get("error") or story.get("error_title")),
    ]
    fields += [
        (name.replace("_", " ").capitalize(), _other(value, moment))
        for name, value in story.items()
        if name not in TOLD and not name.endswith("_id")
    ]
    return [(label, value) for label, value in fields if value]


def _field(label: str, value: Phrase, width: int) -> Sequence[Phrase]:
    return wrap((*fit(say(label, Tone.DIM), LABEL), *value), width, LABEL)


def _text(value: object) -> Phrase:
    return say(value) if value not in (None, "") else NOTHING


def _state(story: Mapping[str, Any], moment: Moment) -> Phrase:
    attempt = _whole(story.get("attempt")) or 0
    due = as_instant(story.get("due_at")) or moment.now
    standing = (str(story.get("state", "")), str(story.get("direction", "")), attempt)
    shown, words = job_state(*standing), job_words(*standing, due, moment.now)
    tries = f" · try {attempt} of {len(RETRY_LADDER) + 1}" if attempt else ""
    return (Piece(f"{shown.glyph} {words}", shown.tone), Piece(tries))


def _due(story: Mapping[str, Any], moment: Moment) -> Phrase:
    due = as_instant(story.get("due_at"))
    if due is None or story.get("state") not in OPEN_STATES:
        return NOTHING
    return say(labelled_time(due, moment))


def _progress(story: Mapping[str, Any]) -> Phrase:
    told = story.get("progress")
    given = told if isinstance(told, Mapping) else {}
    done = _whole(given.get("done", story.get("progress_done")))
    total = _whole(given.get("total", story.get("progress_total")))
    if not done and not total:
        return NOTHING
    return join([say(of_total(done or 0, total)), say(percent(done or 0, total))], " · ")


def _asked(story: Mapping[str, Any]) -> Phrase:
    trigger = str(story.get("trigger", ""))
    priority = _whole(story.get("priority"))
    told = [_text(_ASKED.get(trigger, trigger)), _asker(story.get("asked_by"))]
    if priority is not None:
        told.append(say(f"priority {priority}", Tone.DIM))
    return join(told, " · ")


def _asker(by: object) -> Phrase:
    """Who asked for it first, and through which door."""
    return say(f"{by['who']}, {by['door']}") if isinstance(by, Mapping) else NOTHING


def _other(value: object, moment: Moment) -> Phrase:
    instant = as_instant(value)
    if instant is not None:
        return say(labelled_time(instant, moment))
    if isinstance(value, bool):
        return say("yes") if value else NOTHING
    return _text(value) if isinstance(value, str | int | float) else NOTHING


def _troubles(error: object) -> Sequence[tuple[str, Phrase]]:
    given = error if isinstance(error, Mapping) else {"title": error}
    labels = ("Trouble", "", "What next")
    tones = (Tone.FAIL, Tone.PLAIN, Tone.STRONG)
    names = ("title", "detail", "hint")
    return [
        (label, say(given[name], tone))
        for label, name, tone in zip(labels, names, tones, strict=True)
        if given.get(name)
    ]


def _attempt(
    attempt: Mapping[str, Any], place: int, moment: Moment, width: int
) -> Sequence[Phrase]:
    started = as_instant(attempt.get("started_at"))
    ended = as_instant(attempt.get("finished_at"))
    state = attempt_state(str(attempt.get("state", "")), str(attempt.get("direction", "")))
    head = join(
        [
            say(f"{place:>2}", Tone.DIM),
            say(labelled_time(started, moment) if started else "–"),
            fit(state.phrase, 10),
            say(f"{took(started, ended):>5}", Tone.DIM),
        ]
    )
    counts = attempt.get("counts")
    told = [
        say("not every row came", Tone.RETRY) if attempt.get("partial") else NOTHING,
        *(said for _, said in _troubles(attempt.get("error") or attempt.get("error_title"))),
        counts_phrase(counts) if isinstance(counts, Mapping) else NOTHING,
    ]
    indent = " " * 4
    return [
        *wrap(head, width, 4),
        *(line for phrase in told if phrase for line in wrap((Piece(indent), *phrase), width, 4)),
    ]


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
