"""Copernico's two ways to give results: rows of a saved preset, and athletes in full.

Confirmed: preset columns, `times.official_<split>` in milliseconds since the gun with the tokens
`:::start:::` and `:::finish:::`, bibs now numbers and now text, net time = finish − start. In the
athlete: `times` and `rankings` by split name, positions `pos`, `posGen`, `posCat`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from p88console.domain.errors import RowFault
from p88console.domain.folding import folded
from p88console.domain.model import RawRow, ResultRecord, ResultStatus, Split
from p88console.providers.http import Answer, not_theirs
from p88console.providers.reading import Reader, as_dict, instant, mended, whole, zone_or_utc

OFFICIAL, REAL = "times.official_", "times.real_"
START, FINISH = ":::start:::", ":::finish:::"
RANKING = "ranking"
"""Added to a preset row that has no ranking columns: its places by official time."""

ROUNDED = 0.999
"""A last point at this part of an event's length is its finish: lengths are told rounded."""

STATUSES = {
    "notstarted": ResultStatus.NOT_STARTED,
    "started": ResultStatus.RUNNING,
    "running": ResultStatus.RUNNING,
    "finished": ResultStatus.FINISHED,
    "dnf": ResultStatus.DNF,
    "retired": ResultStatus.DNF,
    "abandoned": ResultStatus.DNF,
    "withdrawn": ResultStatus.DNF,
    "dns": ResultStatus.DNS,
    "dsq": ResultStatus.DQ,
    "dq": ResultStatus.DQ,
    "disqualified": ResultStatus.DQ,
}


def preset_rows(answer: Answer, event: str) -> list[RawRow]:
    """The rows of one event's export, ranked; the list may stand bare or under a key."""
    body = answer.body
    rows = body.get("data", body.get("results")) if isinstance(body, dict) else body
    gun = {"gunTime": body["gunTime"]} if isinstance(body, dict) and body.get("gunTime") else {}
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise not_theirs(answer.call, "no rows in the export")
    return _ranked([{**gun, "event": event, **_flat(row)} for row in rows])


def _flat(row: RawRow) -> RawRow:
    """A row with its times laid flat, as the columns are named, where they come nested."""
    times = row.get("times")
    if not isinstance(times, dict) or any(isinstance(time, dict) for time in times.values()):
        return row
    laid = {f"times.{name}": time for name, time in times.items()}
    return {key: value for key, value in row.items() if key != "times"} | laid


def _ranked(rows: Sequence[Mapping[str, Any]]) -> list[RawRow]:
    if any("pos" in row for row in rows):
        return list(rows)
    finished = sorted(
        (
            row
            for row in rows
            if row.get("status", "finished") == "finished" and _official(row, FINISH)
        ),
        key=lambda row: _official(row, FINISH) or 0,
    )
    places: dict[int, dict[str, int]] = {id(row): {} for row in finished}
    for name, group in (("pos", None), ("posGen", "gender"), ("posCat", "category")):
        for key, place in _places(finished, group):
            places[key][name] = place
    return [{**row, RANKING: places[id(row)]} if id(row) in places else row for row in rows]


def _places(finished: Iterable[Mapping[str, Any]], group: str | None) -> Iterable[tuple[int, int]]:
    """Places by official time within each value of `group`; equal times share one."""
    seen: dict[Any, tuple[int, int, int]] = {}
    for row in finished:
        label = row.get(group) if group else "all"
        if not label:
            continue
        time = _official(row, FINISH) or 0
        count, place, last = seen.get(label, (0, 0, -1))
        place = place if time == last else count + 1
        seen[label] = (count + 1, place, time)
        yield id(row), place


def _official(row: Mapping[str, Any], split: str) -> int | None:
    return whole(row.get(f"{OFFICIAL}{split}"))


def finish_name(race: RawRow, event: str) -> str | None:
    """The name of an event's finish: by its type, else the last by order and distance."""
    listed = race.get("events")
    for one in map(as_dict, listed if isinstance(listed, list) else []):
        if event not in (mended(Reader(one).text("event")), mended(Reader(one).text("name"))):
            continue
        splits = [as_dict(split) for split in one.get("splits") or []]
        splits.sort(key=lambda split: (whole(split.get("order")) or 0, _way(split)))
        finishes = [split for split in splits if split.get("type") == "finish"] or splits
        return Reader(finishes[-1]).text("name") if finishes else None
    return None


def _way(split: Mapping[str, Any]) -> int:
    return whole(split.get("distance")) or 0


def leader(row: RawRow, event: str, finish: str | None) -> RawRow:
    """A leader as a row of the export: the time and place at the last point that was passed."""
    reader = Reader(row)
    split = reader.text("split") or reader.text("location") or ""
    through = split == FINISH or (finish is not None and folded(split) == folded(finish))
    point, word = (FINISH, "finished") if through else (split, "running")
    return {"event": event, "status": word, **row, f"{OFFICIAL}{point}": row.get("time")}


def is_whole(athlete: Any) -> bool:
    """Whether a listed athlete carries times already, so that asking for them is needless."""
    events = as_dict(athlete).get("events")
    listed = events if isinstance(events, list) else [athlete]
    return any("times" in as_dict(event) for event in listed)


def athlete_rows(athlete: Any) -> list[RawRow]:
    """One row for each event of an athlete in full, the person's own fields beside it."""
    if not isinstance(athlete, dict):
        return []
    person = {key: value for key, value in athlete.items() if key != "events"}
    events = athlete.get("events")
    return [{**person, **event} for event in events] if isinstance(events, list) else [athlete]


def result(raw: RawRow) -> ResultRecord:
    """Translate a preset row or an athlete's event."""
    reader = Reader(raw)
    event, bib, remote_id = mended(reader.text("event")), reader.text("dorsal"), reader.text("id")
    named = bib or remote_id or reader.text("name") or reader.text("surname")
    if event is None or named is None:
        raise RowFault("dorsal", "a result that names nobody")
    gun, chip, splits = _times_in_full(raw) if "times" in raw else _times_of_preset(raw)
    word = reader.text("status") or reader.text("realStatus")
    if word is None:  # a preset without that column
        word = "finished" if gun is not None else "running" if splits else "notstarted"
    status = STATUSES.get(word.casefold(), word.casefold())
    if status != ResultStatus.FINISHED:
        gun = chip = None
    ranking = _ranking(raw) if gun is not None else {}
    return ResultRecord(
        remote_id=remote_id,
        remote_race_id=event,
        bib=bib,
        first_name=mended(reader.text("name")),
        last_name=mended(reader.text("surname")),
        status=str(status),
        gun_time_ms=gun,
        chip_time_ms=chip,
        place=_place(ranking, "pos"),
        gender_place=_place(ranking, "posGen"),
        category=mended(reader.text("category")),
        category_place=_place(ranking, "posCat"),
        splits=splits,
        raw={key: value for key, value in raw.items() if key != RANKING},
    )


Times = tuple[int | None, int | None, tuple[Split, ...]]


def _times_of_preset(raw: RawRow) -> Times:
    start, gun = _start(raw), _official(raw, FINISH)
    names = [key.removeprefix(OFFICIAL) for key in raw if key.startswith(OFFICIAL)]
    splits = []
    for name in names:
        time = _official(raw, name)
        if name in (START, FINISH) or time is None:
            continue
        splits.append(Split(mended(name) or name, time, _net(raw, name, start)))
    splits.sort(key=lambda split: split.gun_time_ms or 0)
    return gun, _net(raw, FINISH, start), tuple(splits)


def _net(raw: RawRow, split: str, start: int | None) -> int | None:
    """The time since the own start, by its own column where the preset has that."""
    official, real = _official(raw, split), whole(raw.get(f"{REAL}{split}"))
    if official is None or real is not None:
        return None if official is None else real
    return None if start is None else official - start


def _start(raw: RawRow) -> int | None:
    """Milliseconds from the gun to the own start, by its column or by both clocks."""
    official, crossed = _official(raw, START), whole(raw.get("startRawTime"))
    gun = instant(Reader(raw).text("gunTime"), zone_or_utc("UTC"))
    if official is not None or crossed is None or gun is None:
        return official
    return crossed - round(gun.timestamp() * 1000)


def _passed(raw: RawRow) -> list[tuple[str, Mapping[str, Any]]]:
    """The points of an athlete by distance, by their order where a distance is not told."""
    times: list[tuple[str, Mapping[str, Any]]] = [
        (name, as_dict(time)) for name, time in as_dict(raw.get("times")).items()
    ]
    told = all(whole(time.get("distance")) is not None for _, time in times)
    first = "distance" if told else "order"
    times.sort(key=lambda one: (whole(one[1].get(first)) or 0, whole(one[1].get("order")) or 0))
    return times


def _finish(raw: RawRow) -> tuple[str, Mapping[str, Any]]:
    """The finish of an athlete; empty where the last point lies before the event's end."""
    passed, length = _passed(raw), whole(raw.get("distance"))
    name, last = passed[-1] if passed else ("", {})
    way = whole(last.get("distance"))
    short = length and way is not None and way < length * ROUNDED
    return ("", {}) if short else (name, last)


def _times_in_full(raw: RawRow) -> Times:
    finish, last = _finish(raw)
    splits = tuple(
        Split(
            mended(Reader(time).text("split") or name) or name,
            whole(time.get("time")),
            whole(time.get("netTime")),
        )
        for name, time in _passed(raw)
        if name != finish and time.get("time") is not None and whole(time.get("distance")) != 0
    )
    gun = whole(last.get("time"))
    return gun, None if gun is None else whole(last.get("netTime")), splits


def _ranking(raw: RawRow) -> Mapping[str, Any]:
    if RANKING in raw:
        return as_dict(raw[RANKING])
    rankings = as_dict(raw.get("rankings"))
    return as_dict(rankings.get(_finish(raw)[0])) if rankings else raw


def _place(ranking: Mapping[str, Any], name: str) -> int | None:
    return whole(ranking.get(name)) or None
