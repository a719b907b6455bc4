"""What stands between results and their publication: pure checks, graded stop, look, note."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from p88console.domain.case import Case, Finding, Grade, Runner
from p88console.domain.folding import name_key
from p88console.domain.publication import Line, compare

PODIUM = 3
NAMED = 5
"""How many people a finding names; the rest are counted."""

FASTEST = ((1_500, 130), (5_000, 145), (10_000, 153), (21_100, 160), (42_200, 168))
"""Up to this many metres, nobody has run a kilometre in fewer seconds."""
FASTEST_ULTRA = 180
SLOWEST = 1_800
"""Seconds for a kilometre; whoever takes longer has another time than they ran."""

DISAGREE_MS = 1_000
"""From this difference two scoring systems are said to disagree about a runner."""

QUIET = timedelta(minutes=30)
"""How long nothing should have moved before results are called official."""


def inspect(case: Case) -> list[Finding]:
    """Everything to know before this list goes out, the gravest first."""
    order = list(Grade)
    found = [finding for check in CHECKS for finding in check(case)]
    return sorted(found, key=lambda finding: order.index(finding.grade))


def barred(findings: Iterable[Finding], accepted: Collection[str]) -> list[Finding]:
    """The stops that nobody has accepted by their key."""
    return [one for one in findings if one.grade is Grade.STOP and one.key not in accepted]


def _leaders(case: Case) -> Iterator[Finding]:
    if not case.before or case.going_back:
        return
    now = {runner.line.participant_id: runner for runner in case.runners}
    genders = {who: runner.gender for who, runner in now.items()}
    for gender, called in ((None, "overall"), ("F", "women"), ("M", "men"), ("X", "non-binary")):
        was = _podium(
            line for line in case.before if gender in (None, genders.get(line.participant_id))
        )
        is_ = _podium(runner.line for runner in case.runners if gender in (None, runner.gender))
        if was != is_[: len(was)]:
            told = (_shown(now, was, case.before), _shown(now, is_, ()))
            people = tuple(who for who in dict.fromkeys([*was, *is_]) if who is not None)
            yield Finding(
                "leaders", Grade.STOP, f"leaders {called} were {told[0]}, now {told[1]}", people
            )


def _podium(lines: Iterable[Line]) -> list[int | None]:
    placed = [line for line in lines if line.place is not None]
    placed.sort(key=lambda line: (line.place or 0, line.registration_id))
    return [line.participant_id for line in placed[:PODIUM]]


def _shown(
    now: Mapping[int | None, Runner], people: Iterable[int | None], before: Sequence[Line]
) -> str:
    bibs = {line.participant_id: line.bib for line in before}
    return (
        ", ".join(str(now[who]) if who in now else bibs.get(who) or "–" for who in people)
        or "nobody"
    )


def _orphans(case: Case) -> Iterator[Finding]:
    """A finisher whom nobody knows leaves a gap, at the front a wrong winner."""
    places = sorted(runner.line.place for runner in case.runners if runner.line.place)[:PODIUM]
    front = [
        one
        for one in case.orphans
        if one.line.place is not None and one.line.place <= (places or [PODIUM])[-1]
    ]
    if front:
        yield Finding(
            "orphan_leader", Grade.STOP, f"among the first, and registered nowhere: {_names(front)}"
        )
    rest = [one for one in case.orphans if one not in front]
    if rest:
        yield Finding(
            "orphans",
            Grade.LOOK,
            f"{_many(rest, 'result')} of nobody known, left out: {_names(rest)}",
        )


def _paces(case: Case) -> Iterator[Finding]:
    if not case.distance_m:
        return
    limit = next((pace for metres, pace in FASTEST if case.distance_m <= metres), FASTEST_ULTRA)
    finished = [runner for runner in case.runners if runner.finished and runner.time_ms is not None]
    paces = {id(one): (one.time_ms or 0) / case.distance_m for one in finished}
    fast = [one for one in finished if paces[id(one)] < limit]
    if len(fast) * 2 > len(finished) > PODIUM:
        yield Finding(
            "paces", Grade.NOTE, "most are faster than anybody runs: paces were not judged"
        )
        return
    front = [one for one in fast if (one.line.place or PODIUM + 1) <= PODIUM]
    if front:
        yield Finding(
            "pace_leader",
            Grade.STOP,
            f"a leader faster than anybody runs: {_names(front)}",
            _ids(front),
        )
    odd = [one for one in finished if one not in front and not limit <= paces[id(one)] <= SLOWEST]
    if odd:
        yield Finding(
            "paces", Grade.LOOK, f"{_many(odd, 'pace')} that nobody runs: {_names(odd)}", _ids(odd)
        )


def _splits(case: Case) -> Iterator[Finding]:
    odd = [runner for runner in case.runners if not _in_order(runner)]
    if odd:
        yield Finding("splits", Grade.LOOK, f"splits out of order: {_names(odd)}", _ids(odd))


def _in_order(runner: Runner) -> bool:
    times = [time for _name, time in runner.splits]
    if runner.finished and runner.line.gun_time_ms is not None:
        times.append(runner.line.gun_time_ms)
    return times == sorted(times)


def _bibs(case: Case) -> Iterator[Finding]:
    worn = Counter(runner.line.bib for runner in case.runners if runner.line.bib)
    twins = [runner for runner in case.runners if worn[runner.line.bib or ""] > 1]
    if twins:
        grade = Grade.STOP if sum(runner.finished for runner in twins) > 1 else Grade.LOOK
        yield Finding(
            "duplicate_bib", grade, f"a bib worn by more than one: {_names(twins)}", _ids(twins)
        )
    if case.twice:
        yield Finding(
            "two_results",
            Grade.STOP,
            f"more than one result: {_names(case.twice)}",
            _ids(case.twice),
        )


def _places(case: Case) -> Iterator[Finding]:
    """A place that more than one holds: a dead heat, or two systems that each counted alone."""
    held = Counter(runner.line.place for runner in case.runners if runner.line.place)
    shared = [runner for runner in case.runners if held[runner.line.place or 0] > 1]
    front = [runner for runner in shared if (runner.line.place or 0) <= PODIUM]
    if shared:
        yield Finding(
            "places",
            Grade.STOP if front else Grade.LOOK,
            f"a place held by more than one: {_names(shared)}",
            _ids(shared),
        )


def _medium(case: Case) -> Iterator[Finding]:
    """What the page that shows the results cannot do."""
    if not case.medium.unofficial and not case.official:
        text = "no mark for unofficial results there: they will look final to everybody"
        yield Finding("unmarked", Grade.LOOK, text)
    if not case.medium.splits:
        yield Finding("no_splits", Grade.NOTE, "splits are not taken there: finishes alone go out")


def _systems(case: Case) -> Iterator[Finding]:
    differ = [
        runner
        for runner in case.runners
        if runner.finished
        and runner.line.gun_time_ms is not None
        and (other := case.other_times.get(runner.line.participant_id or 0)) is not None
        and abs(other - runner.line.gun_time_ms) >= DISAGREE_MS
    ]
    if differ:
        yield Finding(
            "systems",
            Grade.LOOK,
            f"the scoring systems disagree about {_names(differ)}",
            _ids(differ),
        )


def _people(case: Case) -> Iterator[Finding]:
    finished = [runner for runner in case.runners if runner.finished]
    for code, what, lacks in (
        ("gender", "sex", [one for one in finished if one.gender is None]),
        ("age", "age", [one for one in finished if one.birth_date is None]),
        ("category", "category", [one for one in finished if not one.category]),
    ):
        if lacks and not (code == "category" and len(lacks) == len(finished)):
            yield Finding(
                code,
                Grade.LOOK,
                f"{_many(lacks, 'finisher')} without {what}: {_names(lacks)}",
                _ids(lacks),
            )
    renamed = [one for one in finished if one.registered_name and not _same_name(one)]
    if renamed:
        listed = ", ".join(
            f"{one} is registered as {one.registered_name}" for one in renamed[:NAMED]
        )
        yield Finding(
            "names",
            Grade.LOOK,
            f"{_many(renamed, 'name')} other than registered: {listed}",
            _ids(renamed),
        )
    if case.unplaceable:
        listed = "; ".join(f"{one}: {why}" for one, why in case.unplaceable[:NAMED])
        more = "…" if len(case.unplaceable) > NAMED else ""
        people = _ids(one for one, _ in case.unplaceable)
        count = _many(case.unplaceable, "result")
        yield Finding(
            "left_out", Grade.LOOK, f"{count} that cannot be published: {listed}{more}", people
        )


def _same_name(runner: Runner) -> bool:
    return name_key("", runner.name).split() == name_key("", runner.registered_name).split()


def _missing(case: Case) -> Iterator[Finding]:
    if case.running:
        grade = Grade.LOOK if case.official else Grade.NOTE
        yield Finding("running", grade, f"{case.running} still on the course")
    if case.without_result:
        grade = Grade.LOOK if case.official else Grade.NOTE
        first = ", ".join(name for _, name in case.without_result[:NAMED])
        more = "…" if len(case.without_result) > NAMED else ""
        text = f"{len(case.without_result)} registered without a result: {first}{more}"
        yield Finding("without_result", grade, text, tuple(who for who, _ in case.without_result))


def _difference(case: Case) -> Iterator[Finding]:
    lines = [runner.line for runner in case.runners]
    if case.before is None:
        yield Finding("difference", Grade.NOTE, f"first publication: {len(lines)} lines")
        return
    found = compare(lines, case.before)
    new = [change for change in found.changes if change.before is None]
    told = (
        f"{len(new)} new, {len(found.changes) - len(new)} changed, {len(found.left_over)} withdrawn"
    )
    told += f", {len(found.unchanged)} as they were; {case.mode.value} publication"
    grade = Grade.LOOK if found.left_over else Grade.NOTE
    yield Finding(
        "difference",
        grade,
        told,
        tuple(line.participant_id for line in found.left_over if line.participant_id),
    )


def _notices(case: Case) -> Iterator[Finding]:
    if not case.notify:
        yield Finding("notify", Grade.NOTE, "nobody will be notified")
        return
    known = {line.registration_id for line in case.before or () if line.has_finish}
    told = [
        one for one in case.runners if one.line.has_finish and one.line.registration_id not in known
    ]
    yield Finding(
        "notify",
        Grade.LOOK,
        f"{_many(told, 'runner')} would be notified: {_names(told)}",
        _ids(told),
    )


def _waiting(case: Case) -> Iterator[Finding]:
    if case.inbox:
        yield Finding("inbox", Grade.LOOK, f"{case.inbox} unresolved in the inbox for this race")


def _standing(case: Case) -> Iterator[Finding]:
    if case.was_official and not case.official:
        yield Finding(
            "official", Grade.LOOK, "these results were official; this makes them unofficial again"
        )
    if not case.official or case.still is None:
        return
    minutes, quiet = case.still // timedelta(minutes=1), QUIET // timedelta(minutes=1)
    grade = Grade.NOTE if case.still >= QUIET else Grade.LOOK
    yield Finding("quiet", grade, f"nothing has moved for {minutes} min (quiet period {quiet} min)")


CHECKS = (
    _leaders,
    _orphans,
    _paces,
    _splits,
    _bibs,
    _places,
    _systems,
    _people,
    _missing,
    _difference,
    _notices,
    _medium,
    _waiting,
    _standing,
)


def _names(runners: Sequence[Runner]) -> str:
    more = "…" if len(runners) > NAMED else ""
    return ", ".join(str(runner) for runner in runners[:NAMED]) + more


def _ids(runners: Iterable[Runner]) -> tuple[int, ...]:
    return tuple(who for runner in runners if (who := runner.line.participant_id) is not None)


def _many(things: Sequence[object], word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"
