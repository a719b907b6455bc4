"""The guard: what it finds, how grave each finding is, and what only a person lets through."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from p88console.domain.case import Case, Finding, Grade, Runner
from p88console.domain.guard import QUIET, barred, inspect
from p88console.domain.publication import Line, Medium, Mode

FIVE_K = 5_000.0


def runner(place: int, **changes: Any) -> Runner:
    """Somebody who finished a 5K in twenty minutes and `place` seconds."""
    gun = 1_200_000 + place * 1_000
    line = Line(str(place), place, f"{100 + place}", "finished", place, gun, gun - 500)
    name = f"Runner {place}"
    plain: dict[str, Any] = {
        "line": line,
        "name": name,
        "registered_name": name,
        "gender": "FM"[place % 2],
        "birth_date": date(1990, 1, 1),
        "category": "30-39",
    }
    return Runner(**(plain | changes))


def field(count: int = 8) -> list[Runner]:
    return [runner(place) for place in range(1, count + 1)]


def case(runners: list[Runner] | None = None, **changes: Any) -> Case:
    runners = field() if runners is None else runners
    plain: dict[str, Any] = {"runners": runners, "distance_m": FIVE_K}
    return Case(**(plain | changes))


def lines(runners: list[Runner]) -> list[Line]:
    return [one.line for one in runners]


def found(case: Case, code: str) -> Finding | None:
    return next((finding for finding in inspect(case) if finding.code == code), None)


def grade(case: Case, code: str) -> Grade | None:
    finding = found(case, code)
    return finding.grade if finding else None


def at(one: Runner, **changes: Any) -> Runner:
    """The runner with another line."""
    return replace(one, line=replace(one.line, **changes))


def test_a_clean_first_publication_only_has_things_to_note() -> None:
    findings = inspect(case())
    assert {finding.grade for finding in findings} == {Grade.NOTE}
    assert [finding.code for finding in findings] == ["difference", "notify"]
    assert findings[0].text == "first publication: 8 lines"


def test_the_same_again_is_clean_too() -> None:
    again = case(before=lines(field()))
    assert {finding.grade for finding in inspect(again)} == {Grade.NOTE}
    difference = found(again, "difference")
    assert difference is not None
    assert difference.text.startswith("0 new, 0 changed, 0 withdrawn, 8 as they were")


def test_a_changed_leader_stops() -> None:
    before = lines(field())
    first, second, *rest = field()
    swapped = [at(first, place=2), at(second, place=1), *rest]
    stops = [one for one in inspect(case(swapped, before=before)) if one.grade is Grade.STOP]
    assert {one.code for one in stops} == {"leaders"}
    assert "101 Runner 1, 102 Runner 2" in stops[0].text
    assert 1 in stops[0].people


@pytest.mark.parametrize("change", ["gone", "disqualified", "overtaken"])
def test_whatever_befalls_a_leader_stops(change: str) -> None:
    before = lines(field())
    first, *rest = field()
    now = {
        "gone": rest,
        "disqualified": [at(first, status="dq", place=None, gun_time_ms=None), *rest],
        "overtaken": [
            runner(9, line=replace(first.line, registration_id="9", participant_id=9, bib="109")),
            at(first, place=2),
            *rest,
        ],
    }[change]
    assert grade(case(now, before=before), "leaders") is Grade.STOP


def test_later_finishers_behind_the_leaders_are_no_change() -> None:
    assert grade(case(field(8), before=lines(field(2))), "leaders") is None


def test_the_best_woman_is_a_leader_though_she_is_far_back_overall() -> None:
    men = [runner(place, gender="M") for place in range(1, 7)]
    women = [runner(7, gender="F"), runner(8, gender="F")]
    swapped = [at(women[0], place=8), at(women[1], place=7)]
    finding = found(case([*men, *swapped], before=lines([*men, *women])), "leaders")
    assert finding is not None
    assert finding.text.startswith("leaders women were")


def test_going_back_to_what_was_let_through_before_does_not_stop_for_leaders() -> None:
    swapped = [at(runner(1), place=2), at(runner(2), place=1)]
    back = case(swapped, before=lines(field()), going_back=True)
    assert grade(back, "leaders") is None


def test_only_the_very_stop_that_was_accepted_is_let_through() -> None:
    before = lines(field())
    first, second, *rest = field()
    swapped = [at(first, place=2), at(second, place=1), *rest]
    stops = barred(inspect(case(swapped, before=before)), ())
    keys = {one.key for one in stops}
    assert barred(inspect(case(swapped, before=before)), keys) == []
    other = [at(first, place=4), at(second, place=1), *rest]
    assert barred(inspect(case(other, before=before)), keys)
    assert barred(inspect(case(swapped, before=before)), {"leaders"})


def test_an_orphan_among_the_first_stops_one_further_back_asks() -> None:
    stranger = replace(runner(2), line=replace(runner(2).line, participant_id=None))
    assert grade(case(orphans=[stranger]), "orphan_leader") is Grade.STOP
    late = at(stranger, place=30)
    assert grade(case(orphans=[late]), "orphan_leader") is None
    assert grade(case(orphans=[late]), "orphans") is Grade.LOOK


def test_a_pace_that_nobody_runs_stops_for_a_leader_and_asks_for_others() -> None:
    fast = at(runner(1), gun_time_ms=600_000, chip_time_ms=600_000)
    assert grade(case([fast, *field()[1:]]), "pace_leader") is Grade.STOP
    late = at(runner(8), gun_time_ms=600_000, chip_time_ms=600_000)
    assert grade(case([*field()[:7], late]), "paces") is Grade.LOOK
    slow = at(runner(8), gun_time_ms=5 * 3_600_000, chip_time_ms=None)
    assert grade(case([*field()[:7], slow]), "paces") is Grade.LOOK


@pytest.mark.parametrize(
    ("metres", "ms", "odd"),
    [
        (5_000, 725_000, False),
        (5_000, 724_999, True),
        (42_195, 7_235_000, False),
        (42_195, 6_900_000, True),
        (100_000, 17_999_999, True),
    ],
)
def test_the_limit_follows_the_distance(metres: float, ms: int, *, odd: bool) -> None:
    far = [at(one, gun_time_ms=metres * 300, chip_time_ms=None) for one in field()[1:]]
    fast = at(runner(9), gun_time_ms=ms, chip_time_ms=None)
    assert (grade(case([*far, fast], distance_m=metres), "paces") is Grade.LOOK) is odd


def test_where_most_are_too_fast_nobody_runs_and_paces_are_not_judged() -> None:
    riders = [at(one, gun_time_ms=500_000, chip_time_ms=500_000) for one in field()]
    assert grade(case(riders), "paces") is Grade.NOTE
    assert grade(case(riders), "pace_leader") is None
    assert found(case(riders, distance_m=None), "paces") is None


def test_splits_out_of_order_ask() -> None:
    good = replace(runner(5), splits=(("2.5K", 500_000), ("4K", 900_000)))
    assert found(case([good]), "splits") is None
    for splits in ((("2.5K", 900_000), ("4K", 500_000)), (("4K", 1_300_000),)):
        assert grade(case([replace(good, splits=splits)]), "splits") is Grade.LOOK


def test_a_bib_with_two_finishes_stops_a_shared_one_asks() -> None:
    twin = at(runner(9), bib="101")
    assert grade(case([*field(), twin]), "duplicate_bib") is Grade.STOP
    waits = at(twin, status="dns", place=None, gun_time_ms=None, chip_time_ms=None)
    assert grade(case([*field(), waits]), "duplicate_bib") is Grade.LOOK
    bare = [at(one, bib=None) for one in field()]
    assert found(case(bare), "duplicate_bib") is None


def test_two_results_of_one_runner_stop() -> None:
    assert grade(case(twice=[runner(3)]), "two_results") is Grade.STOP


def test_scoring_systems_that_disagree_by_a_second_ask() -> None:
    gun = runner(1).line.gun_time_ms or 0
    assert found(case(other_times={1: gun + 999}), "systems") is None
    assert grade(case(other_times={1: gun + 1_000}), "systems") is Grade.LOOK


@pytest.mark.parametrize(
    ("code", "lacks"),
    [("gender", {"gender": None}), ("age", {"birth_date": None}), ("category", {"category": None})],
)
def test_whoever_lacks_what_awards_need_is_named(code: str, lacks: dict[str, Any]) -> None:
    finding = found(case([*field(7), replace(runner(8), **lacks)]), code)
    assert finding is not None
    assert (finding.grade, finding.people) == (Grade.LOOK, (8,))
    assert "108 Runner 8" in finding.text


def test_a_race_without_categories_lacks_none() -> None:
    assert found(case([replace(one, category=None) for one in field()]), "category") is None


def test_a_result_under_another_name_asks_and_spelling_does_not() -> None:
    spelt = replace(runner(1), name="RUNNER  1")
    assert found(case([spelt]), "names") is None
    other = replace(runner(1), name="Somebody Else")
    finding = found(case([other]), "names")
    assert finding is not None
    assert (
        finding.text == "1 name other than registered: 101 Somebody Else is registered as Runner 1"
    )


def test_runners_without_result_are_noted_and_ask_before_official() -> None:
    waiting: dict[str, Any] = {"without_result": [(21, "21 Late"), (22, "22 Later")], "running": 4}
    assert grade(case(**waiting), "without_result") is Grade.NOTE
    assert grade(case(**waiting), "running") is Grade.NOTE
    assert grade(case(official=True, **waiting), "without_result") is Grade.LOOK
    assert grade(case(official=True, **waiting), "running") is Grade.LOOK


def test_what_is_withdrawn_is_counted_and_asks() -> None:
    finding = found(case(field(6), before=lines(field(8)), mode=Mode.FULL), "difference")
    assert finding is not None
    assert (finding.grade, finding.people) == (Grade.LOOK, (7, 8))
    assert finding.text == "0 new, 0 changed, 2 withdrawn, 6 as they were; full publication"


def test_who_would_be_notified_are_those_without_a_finish_there() -> None:
    finding = found(case(notify=True, before=lines(field(6))), "notify")
    assert finding is not None
    assert (finding.grade, finding.people) == (Grade.LOOK, (7, 8))


def test_what_waits_in_the_inbox_asks() -> None:
    assert grade(case(inbox=2), "inbox") is Grade.LOOK


def test_the_quiet_period_is_shown_before_results_are_called_official() -> None:
    assert found(case(still=QUIET), "quiet") is None
    for still, expected in ((QUIET, Grade.NOTE), (QUIET - timedelta(seconds=1), Grade.LOOK)):
        assert grade(case(official=True, still=still), "quiet") is expected
    assert grade(case(was_official=True), "official") is Grade.LOOK


def test_people_who_cannot_be_published_are_named_with_the_reason() -> None:
    finding = found(case(unplaceable=[(runner(4), "registered for 10K")]), "left_out")
    assert finding is not None
    assert finding.grade is Grade.LOOK
    assert finding.text == "1 result that cannot be published: 104 Runner 4: registered for 10K"


def test_many_people_are_cut_to_the_first_few() -> None:
    finding = found(case([replace(one, gender=None) for one in field(8)]), "gender")
    assert finding is not None
    assert finding.text.endswith("105 Runner 5…")
    assert len(finding.people) == 8


def test_the_gravest_comes_first() -> None:
    grades = [one.grade for one in inspect(case(twice=[runner(1)], inbox=1))]
    assert grades == sorted(grades, key=list(Grade).index)


def test_a_place_held_by_two_stops_at_the_front_and_is_looked_at_behind() -> None:
    first, second, *rest = field()
    assert grade(case([first, at(second, place=1), *rest]), "places") is Grade.STOP
    assert grade(case([first, second, *rest[:-1], at(rest[-1], place=7)]), "places") is Grade.LOOK
    assert grade(case(), "places") is None


def test_what_the_page_cannot_do_is_told() -> None:
    plain = Medium(splits=False, unofficial=False)
    assert grade(case(medium=plain), "unmarked") is Grade.LOOK
    assert grade(case(medium=plain, official=True), "unmarked") is None
    assert grade(case(medium=plain), "no_splits") is Grade.NOTE
