"""RunSignUp's results as standings: sets merged, columns by their labels, times in any spelling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from p88console.domain.errors import Malformed, RowFault
from p88console.domain.model import Provider, ResultRecord, Split
from p88console.providers.base import ReadsResults, ScoringTarget
from p88console.providers.runsignup.adapter import RunSignUp
from p88console.sandbox.runsignup.results.sets import Row
from tests.providers.practice import Practice, bare, rows_of, runsignup_at
from tests.providers.test_runsignup_pages import told
from tests.providers.wire import Request, Say, say_json

TARGET = ScoringTarget("11", {}, {"1": ("501", "5K")})
HEADERS = {
    "place": "Place",
    "gender": "Gender",
    "split-5502": "10K",
    "split-5501": "5K",
    "split-5501-place": "5K Place",
    "division-700-placement": "Gender Place",
    "division-701-placement": "M 30-39",
    "division-702-placement": "F 40-49",
    "division-703-placement": "Overall",
}
ADA: dict[str, Any] = {
    "result_id": 80001,
    "place": 1,
    "bib": 501,
    "first_name": "Ada",
    "last_name": "Example",
    "gender": "F",
    "clock_time": "1:13:12",
    "chip_time": "1:12:53.15",
    "split-5501": "14:05.2",
    "split-5502": "",
    "division-700-placement": 1,
    "division-701-placement": None,
    "division-702-placement": "2",
    "division-703-placement": 3,
}


def one_set(set_id: int, rows: Sequence[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "individual_result_set_id": set_id,
        "public_results": "T",
        "results_headers": HEADERS,
        "results": list(rows),
        **more,
    }


def serving(*sets: dict[str, Any], per_page: int = 1000) -> Any:
    """A RunSignUp with these sets, its last page followed by an error body."""

    def answer(request: Request) -> Say:
        if request.path.endswith("get-result-sets"):
            heads = [{**one, "results": None, "registration_ids": None} for one in sets]
            return say_json({"individual_results_sets": heads})
        page = int(request.query["page"])
        wanted = request.query["individual_result_set_id"]
        (one,) = [one for one in sets if str(one["individual_result_set_id"]) == wanted]
        here = slice(page * per_page - per_page, page * per_page)
        shown = {**one, "results": one["results"][here]}
        if "registration_ids" in one:
            shown["registration_ids"] = one["registration_ids"][here]
        if not shown["results"]:
            return say_json({"error": {"error_code": 15, "error_msg": "No results found."}})
        return say_json({"individual_results_sets": [shown]})

    return answer


async def read(*sets: dict[str, Any], per_page: int = 1000) -> list[ResultRecord]:
    async with told(serving(*sets, per_page=per_page)) as (adapter, _):
        return [adapter.result(row) for row in await rows_of(adapter.results(TARGET))]


def test_runsignup_reads_results() -> None:
    assert isinstance(RunSignUp(bare(Provider.RUNSIGNUP)), ReadsResults)


async def test_a_row_is_read_by_the_labels_of_its_columns() -> None:
    (ada,) = await read(one_set(1, [ADA], registration_ids=[700001]))
    assert (ada.remote_id, ada.remote_race_id, ada.bib) == ("700001", "501", "501")
    assert (ada.status, ada.gun_time_ms, ada.chip_time_ms) == ("finished", 4_392_000, 4_373_150)
    assert (ada.place, ada.gender_place) == (1, 1)
    assert (ada.category, ada.category_place) == ("F 40-49", 2)
    assert ada.splits == (Split("5K", 845_200),)


async def test_splits_come_by_distance_whatever_their_order() -> None:
    (ada,) = await read(one_set(1, [ADA | {"split-5502": "30:00"}]))
    assert [split.name for split in ada.splits] == ["5K", "10K"]


async def test_pages_are_read_to_the_end_of_every_set() -> None:
    rows = [ADA | {"result_id": n, "bib": n} for n in range(1, 8)]
    assert len(await read(one_set(1, rows), per_page=3)) == 7


async def test_a_page_that_comes_again_and_again_is_read_once() -> None:
    said = say_json({"individual_results_sets": [one_set(1, [ADA])]})
    async with told(said) as (adapter, _):
        assert len(await rows_of(adapter.results(TARGET))) == 1


async def test_of_several_sets_the_newest_word_on_a_runner_counts() -> None:
    bo = ADA | {"result_id": 80002, "bib": 502, "first_name": "Bo"}
    old = one_set(1, [ADA | {"place": 9}, bo], registration_ids=[700001, 700002])
    new = one_set(2, [ADA | {"result_id": 90001}], registration_ids=[700001])
    places = {one.bib: one.place for one in await read(old, new)}
    assert places == {"501": 1, "502": 1}
    # where the key does not know registrations, the bib tells who is who
    by_bib = one_set(2, [ADA | {"result_id": 90001}])
    assert len(await read(old, by_bib)) == 2


async def test_a_hidden_set_counts_only_where_nothing_else_is_there() -> None:
    hidden = one_set(2, [ADA | {"place": 9}], public_results="F")
    assert [one.place for one in await read(one_set(1, [ADA]), hidden)] == [1]
    assert [one.place for one in await read(hidden)] == [9]


async def test_fewer_rows_than_finishers_are_no_complete_list() -> None:
    async with told(serving(one_set(1, [ADA], num_finishers=3))) as (adapter, _):
        (page,) = [page async for page in adapter.results(TARGET)]
    assert (len(page.rows), page.total) == (1, 3)


@pytest.mark.parametrize(
    ("clock", "status"),
    [("DNF", "dnf"), ("dns", "dns"), ("DQ", "dq"), ("DNQ", "dnq"), ("NC", "NC")],
)
async def test_a_word_in_place_of_a_time_is_the_status(clock: str, status: str) -> None:
    (one,) = await read(one_set(1, [ADA | {"clock_time": clock, "chip_time": ""}]))
    assert (one.status, one.place, one.gun_time_ms) == (status, None, None)


@pytest.mark.parametrize(("split", "status"), [("14:05", "running"), ("", "notstarted")])
async def test_nobody_has_finished_without_a_time(split: str, status: str) -> None:
    row = ADA | {"clock_time": None, "chip_time": "", "split-5501": split}
    (one,) = await read(one_set(1, [row]))
    assert (one.status, one.place) == (status, None)


async def test_rows_that_cannot_be_read_are_set_aside_one_by_one() -> None:
    nobody = {"result_id": 5, "clock_time": "1:00:00"}
    async with told(serving(one_set(1, [ADA | {"clock_time": "7h"}, nobody]))) as (adapter, _):
        rows = await rows_of(adapter.results(TARGET))
        for row in rows:
            with pytest.raises(RowFault):
                adapter.result(row)
    assert len(rows) == 2


async def test_no_sets_are_no_results_and_another_shape_is_an_error() -> None:
    none = say_json({"error": {"error_code": 15, "error_msg": "No results found."}})
    async with told(none) as (adapter, _):
        assert await rows_of(adapter.results(TARGET)) == []
    async with told(say_json({"result_sets": []})) as (adapter, _):
        with pytest.raises(Malformed):
            await rows_of(adapter.results(TARGET))


async def test_the_practice_race_is_read_runner_by_runner(practice: Practice) -> None:
    practice.clock.reach(practice.world.day.over)
    practice.runsignup.present()
    desk, event_id = practice.runsignup.results, practice.runsignup.catalog.event_ids[0]
    race = practice.world.races[0]
    entries = practice.runsignup.registrations.active([race])[:5]
    shown = desk.books.open(event_id, {})
    for place, entry in enumerate(entries, 1):
        time = 4_000_000 + place
        shown.keep(Row(place, entry.registration_id, place=place, clock_time=time))
    target = ScoringTarget(
        practice.event_id(Provider.RUNSIGNUP), {}, {"1": (str(event_id), race.name)}
    )
    async with runsignup_at(practice.access(Provider.RUNSIGNUP)) as adapter:
        found = [adapter.result(row) for row in await rows_of(adapter.results(target))]
    assert {(one.remote_id, one.place, one.gun_time_ms) for one in found} == {
        (str(entry.registration_id), place, 4_000_000 + place)
        for place, entry in enumerate(entries, 1)
    }
