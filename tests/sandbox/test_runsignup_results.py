"""RunSignUp's results side: sets, splits, merging writes, pages, and who would be told."""

from __future__ import annotations

from typing import Any

import pytest

from p88console.sandbox.runsignup.results.times import show_time

from .rig import Practice


class Results:
    """The results calls of the first event, with everybody registered."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        practice.clock.set(practice.world.day.over)
        self.event_id = practice.event_ids[0]
        self.set_id = 0

    async def get(self, name: str, **query: object) -> Any:
        path = f"{self.practice.race_path}/results/{name}"
        return await self.practice.rsu(path, event_id=self.event_id, **query)

    async def post(self, name: str, request: object = None, **query: object) -> Any:
        path = f"{self.practice.race_path}/results/{name}"
        query = {"event_id": self.event_id, "individual_result_set_id": self.set_id} | query
        return await self.practice.post(path, request, **query)

    async def open(self, **settings: object) -> int:
        named = {"individual_result_set_name": "Live", **settings}
        self.set_id = (await self.post("new-result-set", named))["individual_result_set_id"]
        return self.set_id

    async def write(self, *rows: dict[str, Any]) -> Any:
        return await self.post("full-results", {"results": list(rows)})

    async def split_ids(self, *names: str) -> list[int]:
        splits = [{"split_name": name, "split_distance": 2} for name in names]
        answer = await self.post("result-set-splits", {"result_set_splits": splits})
        return [split["split_id"] for split in answer["result_set_splits"]]

    async def listed(self, **query: object) -> dict[str, Any]:
        answer = await self.get("get-results", individual_result_set_id=self.set_id, **query)
        (shown,) = answer["individual_results_sets"]
        found: dict[str, Any] = shown
        return found

    async def people(self) -> list[dict[str, Any]]:
        return await self.practice.people(event_id=self.event_id, supports_nb="T")

    async def ledger_set(self) -> dict[str, Any]:
        (only,) = (await self.practice.ledger())["result_sets"]
        found: dict[str, Any] = only
        return found


@pytest.fixture
def results(practice: Practice) -> Results:
    return Results(practice)


def finish(number: int, place: int, clock: str, **more: Any) -> dict[str, Any]:
    return {"registration_id": number, "place": place, "clock_time": clock, **more}


async def test_a_set_is_made_edited_hidden_shown_and_deleted(results: Results) -> None:
    assert await results.get("has-result-sets") == {"has_results": "F"}
    await results.open(preliminary_results="T", sort_order=5)
    assert await results.get("has-result-sets") == {"has_results": "T"}
    (shown,) = (await results.get("get-result-sets"))["individual_results_sets"]
    assert (shown["preliminary_results"], shown["sort_order"]) == ("T", 5)
    # what an edit leaves out returns to its default
    assert await results.post("edit-result-set", {"individual_result_set_name": "Final"}) == {
        "success": "T"
    }
    (shown,) = (await results.get("get-result-sets"))["individual_results_sets"]
    assert (shown["individual_result_set_name"], shown["preliminary_results"]) == ("Final", "F")
    await results.post("hide-result-set")
    assert (await results.ledger_set())["public"] is False
    await results.post("show-result-set")
    assert (await results.ledger_set())["public"] is True
    await results.post("delete-result-set")
    assert "error" in await results.get("get-result-sets")
    assert (await results.practice.ledger())["deleted_result_sets"] == [results.set_id]


async def test_settings_that_cannot_be_are_refused(results: Results) -> None:
    for wrong in ({"public_results": "yes"}, {"pace_type": "x"}, {"sort_order": 101}):
        answer = await results.post("new-result-set", wrong)
        assert answer["error"]["error_code"] == 3
    assert (await results.post("new-result-set"))["error"]["error_code"] == 11
    assert (await results.post("edit-result-set", {"sort_order": 1}))["error"]["error_code"] == 15


async def test_splits_come_first_then_the_finish_of_the_same_registration(
    results: Results,
) -> None:
    await results.open()
    five, ten = await results.split_ids("5K", "10K")
    number = (await results.people())[0]["registration_id"]
    await results.write({"registration_id": number, f"split-{five}": "0:21:53.150"})
    await results.write(finish(number, 1, "1:13:12.000", chip_time="1:13:01.5"))
    shown = await results.listed()
    (row,) = shown["results"]
    assert (row["clock_time"], row["chip_time"], row["place"]) == ("1:13:12", "1:13:01.5", 1)
    assert (row[f"split-{five}"], row[f"split-{ten}"]) == ("21:53.15", None)
    assert shown["registration_ids"] == [number]
    assert shown["results_headers"][f"split-{ten}"] == "10K"
    assert shown["results_headers"]["bib"] == "Bib"


async def test_only_an_x_clears_a_split(results: Results) -> None:
    await results.open()
    (five,) = await results.split_ids("5K")
    number = (await results.people())[0]["registration_id"]
    split = f"split-{five}"
    await results.write({"registration_id": number, split: "0:21:53.150", f"{split}-place": 3})
    for blank in (None, ""):
        await results.write({"registration_id": number, split: blank})
        (row,) = (await results.listed())["results"]
        assert (row[split], row[f"{split}-place"]) == ("21:53.15", 3)
    await results.write({"registration_id": number, split: "X"})
    (row,) = (await results.listed())["results"]
    assert row[split] is None


async def test_splits_of_equal_names_keep_their_ids(results: Results) -> None:
    await results.open()
    before = await results.split_ids("5K", "10K")
    after = await results.split_ids("10K", "15K")
    assert after[0] == before[1]
    read = await results.get("result-set-splits", individual_result_set_id=results.set_id)
    assert [split["split_name"] for split in read["result_set_splits"]] == ["10K", "15K"]


@pytest.mark.parametrize("code", ["DQ", "DNS", "DNF", "DNQ"])
async def test_a_code_stands_in_place_of_a_time(results: Results, code: str) -> None:
    await results.open()
    number = (await results.people())[0]["registration_id"]
    await results.write(finish(number, 1, "0:21:53.150"))
    await results.write({"registration_id": number, "clock_time": code, "chip_time": code})
    (row,) = (await results.listed())["results"]
    assert (row["clock_time"], row["chip_time"], row["place"]) == (code, code, None)


async def test_bad_rows_are_named_by_their_place_and_good_ones_kept(results: Results) -> None:
    await results.open()
    first, second, third = [row["registration_id"] for row in (await results.people())[:3]]
    other = (await results.practice.people(event_id=results.practice.event_ids[1]))[0]
    answer = await results.write(
        finish(first, 1, "0:21:53.150"),
        finish(second, 2, "21 minutes"),
        finish(third, 3, "0:22:00.000", **{"split-1": "0:10:00.000"}),
        finish(other["registration_id"], 4, "0:23:00.000"),
        {"clock_time": "0:24:00.000"},
        {"result_id": 1, "place": 6},
    )
    assert answer["error"]["error_code"] == 11
    codes = [detail and detail["error_code"] for detail in answer["error_details"]]
    assert codes == [None, 11, 15, 15, 104, 15]
    assert (await results.listed())["registration_ids"] == [first]


async def test_rows_are_matched_by_bib_under_both_names_or_by_result_id(results: Results) -> None:
    await results.open()
    bibbed = [row for row in await results.people() if row["bib_num"]][:2]
    await results.write(
        {"bib": bibbed[0]["bib_num"], "place": 1}, {"bib_num": bibbed[1]["bib_num"], "place": 2}
    )
    shown = await results.listed()
    assert shown["registration_ids"] == [row["registration_id"] for row in bibbed]
    await results.write({"result_id": shown["results"][0]["result_id"], "place": 5})
    assert [row["place"] for row in (await results.listed())["results"]] == [2, 5]


async def test_a_runner_without_registration_has_only_a_name(results: Results) -> None:
    await results.open()
    await results.write({"first_name": "Walk", "last_name": "Up", "clock_time": "0:30:00.000"})
    shown = await results.listed()
    assert shown["registration_ids"] == [None]
    assert (shown["results"][0]["last_name"], shown["results"][0]["gender"]) == ("Up", None)


async def test_places_within_gender_and_division_are_worked_out_there(results: Results) -> None:
    await results.open()
    people = [row for row in await results.people() if row["user"]["dob"]][:30]
    rows = [
        finish(person["registration_id"], place, f"0:{20 + place:02}:00.000")
        for place, person in enumerate(people, 1)
    ]
    await results.write(*rows)
    shown = await results.listed(include_total_finishers="T")
    keys = {label: key for key, label in shown["results_headers"].items()}
    women = [row for row in shown["results"] if row["gender"] == "F"]
    places = [row[keys["Gender Place"]] for row in women]
    assert places == list(range(1, len(women) + 1))
    divisions = [label for label in keys if label.startswith("F ")]
    for label in divisions:
        inside = [row for row in shown["results"] if row[keys[label]] is not None]
        assert [row[keys[label]] for row in inside] == list(range(1, len(inside) + 1))
        assert {row["gender"] for row in inside} == {"F"}
    assert shown["num_finishers"] == 30
    assert sum(shown["num_division_finishers"].values()) <= 30


async def test_results_come_page_by_page_and_filtered(results: Results) -> None:
    await results.open()
    people = (await results.people())[:7]
    rows = [
        finish(person["registration_id"], place, f"0:2{place}:00.000")
        for place, person in enumerate(people, 1)
    ]
    await results.write(*rows)
    pages = [await results.listed(page=page, results_per_page=3) for page in (1, 2, 3, 4)]
    assert [len(page["results"]) for page in pages] == [3, 3, 1, 0]
    assert [len(page["registration_ids"]) for page in pages] == [3, 3, 1, 0]
    number = people[4]["registration_id"]
    assert len((await results.listed(registration_id=number))["results"]) == 1
    part = people[4]["user"]["last_name"][:3]
    assert (await results.listed(last_name=part))["results"]
    soon = int(results.practice.clock.now().timestamp())
    assert len((await results.listed(modified_after_timestamp=soon))["results"]) == 7
    assert (await results.listed(modified_after_timestamp=soon + 1))["results"] == []


async def test_a_lesser_key_learns_no_registrations_and_sees_no_hidden_set(
    results: Results,
) -> None:
    await results.open()
    await results.practice.control("/ways", {"director": False})
    assert "registration_ids" not in await results.listed()
    await results.post("hide-result-set")
    assert "error" in await results.get("get-result-sets")


async def test_several_sets_have_to_be_told_apart(results: Results) -> None:
    number = (await results.people())[0]["registration_id"]
    rows = {"results": [finish(number, 1, "0:20:00.000")]}
    path = f"{results.practice.race_path}/results/full-results"
    # without any set one is made, and used again
    for _ in range(2):
        await results.practice.post(path, rows, event_id=results.event_id)
    assert len((await results.get("get-result-sets"))["individual_results_sets"]) == 1
    await results.open()
    answer = await results.practice.post(path, rows, event_id=results.event_id)
    assert answer["error"]["error_code"] == 3
    slices = (await results.get("get-results"))["individual_results_sets"]
    assert [len(one["results"]) for one in slices] == [1, 0]


async def test_a_first_result_is_told_once_unless_switched_off(results: Results) -> None:
    await results.open(disable_notifications="T")
    first, second = [row["registration_id"] for row in (await results.people())[:2]]
    await results.write(finish(first, 1, "0:20:00.000"))
    assert (await results.practice.ledger())["notified"] == []
    await results.post("edit-result-set", {"individual_result_set_name": "Live"})
    await results.write(finish(first, 1, "0:20:01.000"), finish(second, 2, "0:21:00.000"))
    await results.write(finish(second, 2, "0:21:01.000"))
    told = (await results.practice.ledger())["notified"]
    assert [row["registration_id"] for row in told] == [second]


async def test_clearing_empties_a_set_and_keeps_it(results: Results) -> None:
    await results.open()
    number = (await results.people())[0]["registration_id"]
    await results.write(finish(number, 1, "0:20:00.000"))
    assert await results.post("clear-results") == {"success": "T"}
    assert (await results.ledger_set())["results"] == []


async def test_ordered_data_has_to_echo_the_last_id(results: Results) -> None:
    times = {"last_finishing_time_id": 0, "finishing_times": ["00:21:53.15", "00:21:54.00"]}
    answer = await results.post("finishing-times", times)
    assert [row["finishing_time_id"] for row in answer["finishing_times"]] == [1, 2]
    again = await results.post("finishing-times", times)
    assert again["error"]["error_code"] == 12
    assert again["error_details"] == {"error_msg": "Last finishing time id was 2"}
    bibs = {"last_finishing_place": 0, "bib_nums": [501, 502]}
    answer = await results.post("bib-order", bibs)
    assert [row["finishing_place"] for row in answer["bib_finishing_order"]] == [1, 2]
    again = await results.post("bib-order", bibs)
    assert again["error_details"] == {"error_msg": "Last received finishing place was 2"}
    assert (await results.get("get-timing-data"))["finishing_times"][1] == {"time": "00:21:54.00"}
    assert (await results.get("get-chute-data"))["bib_finishing_order"][0] == {"bib_num": 501}
    await results.post("delete-timing-data")
    await results.post("delete-chute-data")
    assert (await results.get("get-timing-data"))["finishing_times"] == []
    bad = {"last_finishing_time_id": 0, "finishing_times": ["soon"]}
    assert (await results.post("finishing-times", bad))["error"]["error_code"] == 11
    start = {"start_time": "2026-10-17 07:30:03"}
    await results.post("start-time", start)
    assert await results.get("start-time") == start


async def test_the_control_room_lets_writes_come_out_of_order(results: Results) -> None:
    await results.open()
    number = (await results.people())[0]["registration_id"]
    await results.practice.control("/ways", {"out_of_order": 1})
    refused = await results.write(finish(number, 1, "0:20:00.000"))
    assert refused["error"]["error_code"] == 12
    assert "error" not in await results.write(finish(number, 1, "0:20:00.000"))


@pytest.mark.parametrize(
    ("milliseconds", "digits", "shown"),
    [
        (1_313_150, 3, "21:53.15"),
        (4_392_000, 3, "1:13:12"),
        (6_984_478, 2, "1:56:24.47"),
        (59_999, 0, "0:59"),
        (None, 3, ""),
        ("DNF", 3, "DNF"),
    ],
)
def test_times_are_shown_as_the_notes_have_them(
    milliseconds: int | str | None, digits: int, shown: str
) -> None:
    assert show_time(milliseconds, digits) == shown


async def test_results_of_another_race_are_not_here(results: Results) -> None:
    path = "/rest/race/1/results/get-results"
    answer = await results.practice.rsu(path, event_id=results.event_id)
    assert answer["error"]["error_code"] == 201
