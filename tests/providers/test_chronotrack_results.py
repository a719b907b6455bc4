"""ChronoTrack's results: one row a runner, out of passages, brackets and entries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from p88console.domain.errors import RowFault, Transient
from p88console.domain.model import Provider, ResultRecord, Split
from p88console.providers.base import ScoringTarget
from p88console.providers.chronotrack.adapter import ChronoTrackPush
from p88console.providers.chronotrack.standings import Day, result, runner_rows
from p88console.sandbox.chronotrack import ChronoTrackServer
from p88console.sandbox.day import Runner
from p88console.sandbox.serve import Sandbox
from tests.providers.practice import Practice, bare, chronotrack_at, rows_of
from tests.providers.wire import Line, Request, Say, say_json

CT = Provider.CHRONOTRACK
RACES = {"60101": "60101", "Half Marathon": "60101"}
FULL: dict[str, Any] = {
    "results_entry_id": "3000001",
    "results_race_id": "60101",
    "results_race_name": "Half Marathon",
    "results_interval_name": "Full Course",
    "results_interval_full": "1",
    "results_bib": "501",
    "results_first_name": "Ada",
    "results_last_name": "Example",
    "results_rank": "12",
    "results_bracket_name": "Overall",
    "results_primary_bracket_name": "F40-49",
    "results_time": "01:47:23.4",
    "results_gun_time": "01:48:01.9",
    "results_penalty_time": None,
    "results_begin_chip_time": "1761469241.9",
    "results_end_chip_time": "1761475685.3",
}
TEN_K = FULL | {
    "results_interval_name": "10K",
    "results_interval_full": "0",
    "results_rank": "15",
    "results_time": "00:50:11.0",
    "results_gun_time": "00:50:49.5",
    "results_end_chip_time": "1761472252.9",
}
FIVE_K = TEN_K | {
    "results_interval_name": "Zwischenzeit",
    "results_time": "24:30",
    "results_gun_time": "25:08.5",
    "results_end_chip_time": "1761470711.9",
}
ENTRY: dict[str, Any] = {
    "entry_id": "3000001",
    "entry_status": "CONF",
    "entry_bib": "501",
    "athlete_first_name": "Ada",
    "athlete_last_name": "Example",
    "race_id": "60101",
    "race_name": "Half Marathon",
    "bracket_name": "F40-49",
}
METRES = {("60101", "Zwischenzeit"): 5000.0, ("60101", "10K"): 10000.0}


def standing(
    passages: list[dict[str, Any]], entry: dict[str, Any] | None = None, **more: Any
) -> ResultRecord:
    """The one standing that these rows make."""
    (row,) = runner_rows(day(passages, [ENTRY | (entry or {})], **more))
    return result(row)


def day(passages: list[dict[str, Any]], entries: list[dict[str, Any]], **more: Any) -> Day:
    plain: dict[str, Any] = {
        "races": RACES,
        "passages": passages,
        "entries": entries,
        "sex_rows": [],
        "age_rows": [],
        "metres": METRES,
        "over": frozenset(),
        "whole": True,
    }
    return Day(**(plain | more))


# Over the practice server


@pytest.fixture
async def adapter(practice: Practice) -> AsyncIterator[ChronoTrackPush]:
    async with chronotrack_at(practice.access(CT)) as opened:
        yield opened


async def everybody(practice: Practice, adapter: ChronoTrackPush, target: ScoringTarget) -> None:
    await adapter.send(target, practice.everybody())


async def standings(adapter: ChronoTrackPush, target: ScoringTarget) -> dict[str, ResultRecord]:
    rows = await rows_of(adapter.results(target))
    found = {one.bib or "": one for one in map(adapter.result, rows)}
    assert len(found) == len(rows)
    return found


def by_net(runner: Runner, *, start_mat: bool = True) -> int:
    start = (runner.crossings[0] or 0) if start_mat else 0
    return (runner.crossings[-1] or 0) - start


@pytest.mark.parametrize("start_mat", [True, False])
async def test_at_the_end_of_the_day_everybody_stands_once_as_they_ran(
    practice: Practice, *, start_mat: bool
) -> None:
    server = ChronoTrackServer(practice.world, practice.clock, start_mat=start_mat, largest_page=25)
    async with Sandbox(practice.world, practice.clock, servers=[server]) as sandbox:
        told = sandbox.description()["chronotrack"]
        access = practice.access(CT, base_url=told["base_url"])
        target = practice.target_at(CT)
        async with chronotrack_at(access) as adapter:
            await everybody(practice, adapter, target)
            practice.clock.reach(practice.world.day.over)
            practice.clock.step(60)
            found = await standings(adapter, target)
    assert len(found) == len(practice.world.runners)
    for runner in practice.world.runners:
        one = found[str(runner.bib)]
        seen = [ms for ms in runner.crossings[0 if start_mat else 1 :] if ms is not None]
        status = "finished" if runner.finishes else "dnf" if seen else "dns"
        assert one.status == status, runner
        assert one.gun_time_ms == runner.crossings[-1]
        if runner.finishes:
            assert one.chip_time_ms == by_net(runner, start_mat=start_mat)
        points = zip(runner.race.course.points, runner.crossings, strict=True)
        assert [(split.name, split.gun_time_ms) for split in one.splits] == [
            (point.name, ms) for point, ms in points if point.kind == "standard" and ms is not None
        ]
    for race in practice.world.races:
        ran = [one for one in practice.world.runners if one.race is race and one.finishes]
        ran.sort(key=lambda one: (by_net(one, start_mat=start_mat), one.number))
        for sex in ("F", "M"):
            group = [one for one in ran if one.person.gender == sex]
            assert [found[str(one.bib)].gender_place for one in group] == [
                place + 1 for place in range(len(group))
            ]
        assert sorted(found[str(one.bib)].place or 0 for one in ran) == [
            place + 1 for place in range(len(ran))
        ]
        categories = {found[str(one.bib)].category for one in ran} - {None}
        for category in categories:
            places = [
                found[str(one.bib)].category_place
                for one in ran
                if found[str(one.bib)].category == category
            ]
            assert places == [place + 1 for place in range(len(places))]


async def test_before_the_gun_nobody_has_started_and_few_calls_are_made(
    practice: Practice, adapter: ChronoTrackPush
) -> None:
    target = practice.target_at(CT)
    await everybody(practice, adapter, target)
    practice.chronotrack.calls.clear()
    found = await standings(adapter, target)
    assert {one.status for one in found.values()} == {"notstarted"}
    assert sum(practice.chronotrack.calls.values()) == 3  # results, entries, races


async def test_in_mid_race_starters_run_and_finishers_have_places(
    practice: Practice, adapter: ChronoTrackPush
) -> None:
    target = practice.target_at(CT)
    await everybody(practice, adapter, target)
    finishes = sorted(one.finish_at for one in practice.world.runners if one.finish_at)
    practice.clock.reach(finishes[len(finishes) // 2])
    now = practice.clock.now()
    found = await standings(adapter, target)
    for runner in practice.world.runners:
        elapsed = runner.race.elapsed_ms(now)
        finished = runner.finishes and (runner.crossings[-1] or 0) <= elapsed
        started = runner.crossings[0] is not None and runner.crossings[0] <= elapsed
        over = now > practice.world.last_finish(runner.race)
        wanted = (
            "finished"
            if finished
            else ("dnf" if over else "running")
            if started
            else ("dns" if over else "notstarted")
        )
        one = found[str(runner.bib)]
        assert one.status == wanted
        assert (one.place is not None) == finished


async def test_a_timers_word_stands_above_what_was_read(
    practice: Practice, adapter: ChronoTrackPush
) -> None:
    target = practice.target_at(CT)
    await everybody(practice, adapter, target)
    practice.clock.reach(practice.world.day.over)
    finisher = next(one for one in practice.world.runners if one.finishes)
    entries = practice.chronotrack.entries
    entry = next(one for one in entries.all() if one.bib == str(finisher.bib))
    entries.edit(entry, entry.race, {"entry_status": "DQ"})
    found = await standings(adapter, target)
    assert found[str(finisher.bib)].status == "dq"
    assert found[str(finisher.bib)].place is None


async def test_races_that_are_not_linked_bring_nobody(
    practice: Practice, adapter: ChronoTrackPush
) -> None:
    whole = practice.target_at(CT)
    await everybody(practice, adapter, whole)
    some = ScoringTarget(whole.remote_event_id, {}, {"0": whole.races["0"]})
    found = await standings(adapter, some)
    assert {one.remote_race_id for one in found.values()} == {whole.races["0"][0]}


# Rows as they may come


def test_the_notes_own_rows_make_one_standing() -> None:
    found = standing(
        [TEN_K, FULL],
        sex_rows=[FULL | {"results_bracket_name": "Female", "results_rank": "3"}],
        age_rows=[FULL | {"results_bracket_name": "F40-49", "results_rank": "1"}],
    )
    assert (found.remote_id, found.remote_race_id, found.bib) == ("3000001", "60101", "501")
    assert (found.status, found.gun_time_ms, found.chip_time_ms) == ("finished", 6481900, 6443400)
    assert (found.place, found.gender_place) == (12, 3)
    assert (found.category, found.category_place) == ("F40-49", 1)
    assert found.splits == (Split("10K", 3049500, 3011000),)


def test_splits_go_by_distance_whatever_their_names_and_order() -> None:
    found = standing([FULL, TEN_K, FIVE_K])
    assert [split.name for split in found.splits] == ["Zwischenzeit", "10K"]
    unknown = standing([FULL, TEN_K, FIVE_K], metres={})
    assert [split.name for split in unknown.splits] == ["Zwischenzeit", "10K"]
    odd = {("60101", "10K"): 1.0, ("60101", "Zwischenzeit"): 2.0}
    assert [one.name for one in standing([FULL, FIVE_K, TEN_K], metres=odd).splits] == [
        "10K",
        "Zwischenzeit",
    ]


def test_a_leg_that_begins_on_the_course_is_told_since_the_start() -> None:
    leg = TEN_K | {
        "results_interval_name": "Bike",
        "results_time": "00:30:00",
        "results_gun_time": "00:30:00",
        "results_begin_chip_time": "1761471041.9",
        "results_end_chip_time": "1761472841.9",
    }
    assert standing([FULL, leg]).splits == (Split("Bike", 3638500, 3600000),)


@pytest.mark.parametrize("begin", [None, ""])
def test_chip_time_is_gun_time_where_there_is_no_begin(begin: str | None) -> None:
    found = standing([FULL | {"results_begin_chip_time": begin}])
    assert found.chip_time_ms == found.gun_time_ms == 6481900
    only_net = {"results_begin_chip_time": begin, "results_gun_time": None}
    assert standing([FULL | only_net]).gun_time_ms == 6443400


def test_a_penalty_counts() -> None:
    penalised = FULL | {
        "results_penalty_time": "00:02:00",
        "results_time_with_penalty": "01:49:23.4",
        "results_gun_time_with_penalty": "01:50:01.9",
    }
    found = standing([penalised])
    assert (found.gun_time_ms, found.chip_time_ms) == (6601900, 6563400)


@pytest.mark.parametrize(
    ("text", "ms"), [("47.5", 47500), ("59:59.001", 3599001), ("1:00:00", 3600000)]
)
def test_every_spelling_of_a_time_is_read(text: str, ms: int) -> None:
    assert standing([FULL | {"results_gun_time": text}]).gun_time_ms == ms


def test_an_odd_finish_time_is_set_aside_by_name_and_an_odd_split_is_left_out() -> None:
    with pytest.raises(RowFault, match="results_gun_time"):
        standing([FULL | {"results_gun_time": "soon"}])
    found = standing([FULL, TEN_K | {"results_time": "??"}, FIVE_K])
    assert [split.name for split in found.splits] == ["Zwischenzeit"]


RUNNING = FULL | {"results_time": "", "results_gun_time": "", "results_end_chip_time": ""}
OVER = frozenset({"60101"})


@pytest.mark.parametrize(
    ("passages", "word", "over", "status"),
    [
        ([FULL], "CONF", False, "finished"),
        ([FULL], "FIN", True, "finished"),
        ([FULL], "DQ", False, "dq"),
        ([FULL], "DNF", True, "dnf"),
        ([FULL], "PAID", True, "finished"),
        ([RUNNING], "CONF", False, "running"),
        ([RUNNING | {"results_time": "00:10:00"}], "CONF", False, "running"),
        ([RUNNING], "CONF", True, "dnf"),
        ([TEN_K], "CONF", False, "running"),
        ([TEN_K], "CONF", True, "dnf"),
        ([TEN_K], "FIN", True, "running"),
        ([TEN_K], "WD", True, "dnf"),
        ([FULL | {"results_time": "DNF", "results_gun_time": "DNF"}], "CONF", False, "dnf"),
        ([], "CONF", False, "notstarted"),
        ([], None, False, "notstarted"),
        ([], "CONF", True, "dns"),
        ([], "DNS", False, "dns"),
        ([], "DNF", False, "dnf"),
        ([], "WD", False, "WD"),
        ([], "WAITLIST", True, "WAITLIST"),
    ],
)
def test_where_somebody_stands(
    passages: list[dict[str, Any]], word: str | None, status: str, *, over: bool
) -> None:
    found = standing(passages, {"entry_status": word}, over=OVER if over else frozenset())
    assert found.status == status
    if status != "finished":
        assert (found.gun_time_ms, found.chip_time_ms, found.place) == (None, None, None)


def test_one_runner_in_several_brackets_and_intervals_is_one_row() -> None:
    doubled = [
        FULL | {"results_bracket_name": "F40-49", "results_rank": "1"},
        FULL | {"results_bracket_name": "Overall", "results_rank": "12"},
        TEN_K,
        TEN_K | {"results_bracket_name": "F40-49", "results_rank": "2"},
    ]
    found = standing(doubled)
    assert (found.place, found.category_place) == (12, 1)
    assert len(found.splits) == 1


def test_a_keyword_that_is_not_understood_gives_no_places_that_are_not_there() -> None:
    found = standing([FULL], sex_rows=[FULL], age_rows=[FULL])
    assert (found.place, found.gender_place, found.category_place) == (12, None, None)
    assert found.category == "F40-49"


def test_rows_without_an_entry_id_are_known_by_their_bib() -> None:
    found = standing([FULL | {"results_entry_id": None}])
    assert (found.remote_id, found.status) == ("3000001", "finished")


def test_a_result_of_an_entry_that_is_not_listed_is_kept() -> None:
    (row,) = runner_rows(day([FULL], []))
    assert (result(row).remote_id, result(row).first_name) == ("3000001", "Ada")


@pytest.mark.parametrize(
    ("gone", "field"),
    [
        (("results_race_id", "results_race_name"), "results_race_id"),
        (
            ("results_entry_id", "results_bib", "results_first_name", "results_last_name"),
            "results_entry_id",
        ),
    ],
)
def test_a_row_of_nobody_or_no_race_is_set_aside(gone: tuple[str, ...], field: str) -> None:
    (row,) = runner_rows(day([FULL | dict.fromkeys(gone)], []))
    with pytest.raises(RowFault, match=field):
        result(row)


# Listings that lack rows


def far_side(passages: int, entries: int) -> Any:
    """A far side that says it has so many rows and sends one of each."""

    def answer(request: Request) -> Say:
        rows: dict[str, tuple[list[dict[str, Any]], int]] = {
            "results": ([FULL], passages),
            "entry": ([ENTRY, ENTRY | {"entry_id": "3000002", "entry_bib": "502"}], entries),
            "race": ([{"race_id": "60101", "race_planned_end_time": "1"}], 1),
        }
        kind = request.path.rsplit("/", 1)[-1]
        sent, count = rows[kind]
        headers = {"Date": "Sat, 17 Oct 2026 12:00:00 GMT", "X-Ctlive-Row-Count": str(count)}
        return say_json({f"event_{kind}": sent}, 200, **headers)

    return answer


@pytest.mark.parametrize(("passages", "entries"), [(1, 2), (2, 2), (1, 3)])
async def test_nobody_is_taken_for_absent_on_a_list_that_lacks_rows(
    passages: int, entries: int
) -> None:
    target = ScoringTarget("90001", {}, {"7": ("60101", "Half Marathon")})
    async with (
        Line(far_side(passages, entries)) as line,
        chronotrack_at(bare(CT, line.url)) as adapter,
    ):
        (page,) = [page async for page in adapter.results(target)]
    found = {one.remote_id: one.status for one in map(adapter.result, page.rows)}
    whole = (passages, entries) == (1, 2)
    assert found == {"3000001": "finished"} | ({"3000002": "dns"} if whole else {})
    assert (page.total == len(page.rows)) == whole


async def test_races_that_cannot_be_read_whole_end_the_pull() -> None:
    def answer(request: Request) -> Say:
        said = far_side(1, 2)(request)
        assert isinstance(said, Say)
        if request.path.endswith("/race"):
            return say_json({"event_race": []}, 200, **{"X-Ctlive-Row-Count": "3"})
        return said

    target = ScoringTarget("90001", {}, {"7": ("60101", "Half Marathon")})
    async with Line(answer) as line, chronotrack_at(bare(CT, line.url)) as adapter:
        with pytest.raises(Transient):
            await rows_of(adapter.results(target))
