"""Plans of outward actions: who would be created, updated, withdrawn, blocked, or left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.model import PushState
from p88console.domain.plan import (
    Action,
    Candidate,
    Plan,
    Values,
    clear_the_way,
    differences,
    make_plan,
    worn,
)

ADA: Values = {"first_name": "Ada", "last_name": "Example", "bib": "512", "race": "7"}
FIELDS = ("first_name", "last_name", "bib", "race")


def candidate(
    desired: Values = ADA,
    acknowledged: Values | None = None,
    *,
    its_id: int = 1,
    stopped: str | None = None,
    gone: bool = False,
) -> Candidate:
    return Candidate(
        participant_id=its_id,
        our_id=f"runsignup-{its_id}",
        remote_id=None,
        desired=desired,
        acknowledged=acknowledged,
        state=PushState.UNSENT,
        mirror_hash="h",
        stopped=stopped,
        gone=gone,
    )


def plan_of(*people: Candidate) -> Plan:
    return make_plan(people, doubled(people))


def doubled(people: Iterable[Candidate]) -> dict[int, str]:
    standing = [person for person in people if not person.gone]
    wearers = Counter(worn(one.desired) for one in standing if one.desired.get("bib"))
    return {
        one.participant_id: f"bib {one.desired['bib']} is worn by {wearers[worn(one.desired)]}"
        for one in standing
        if wearers[worn(one.desired)] > 1
    }


def test_whom_the_far_side_never_saw_is_created_with_every_value() -> None:
    (step,) = plan_of(candidate()).steps
    assert step.action is Action.CREATE
    assert step.changes == {name: (None, value) for name, value in ADA.items()}


def test_an_update_names_only_what_changed_before_and_after() -> None:
    (step,) = plan_of(candidate(ADA, {**ADA, "bib": "511"})).steps
    assert step.action is Action.UPDATE
    assert step.changes == {"bib": ("511", "512")}


def test_a_value_taken_away_is_an_update_too() -> None:
    (step,) = plan_of(candidate({**ADA, "bib": None}, ADA)).steps
    assert step.changes == {"bib": ("512", None)}


def test_who_is_equal_here_and_there_is_settled_and_sends_nothing() -> None:
    plan = plan_of(candidate(ADA, ADA))
    assert (plan.steps, len(plan.settled)) == ((), 1)


def test_fields_that_only_the_far_side_has_change_nothing() -> None:
    assert plan_of(candidate(ADA, {**ADA, "team": "Reds"})).steps == ()


def test_who_no_longer_stands_is_withdrawn_with_the_reason() -> None:
    plan = plan_of(candidate(ADA, ADA, stopped="withdraw by hand", gone=True))
    (step,) = plan.of(Action.WITHDRAW)
    assert step.reason == "withdraw by hand"
    assert plan.outgoing == ()


def test_who_is_stopped_is_blocked_whatever_changed() -> None:
    plan = plan_of(candidate(stopped="the registration has no stable id"))
    assert [step.reason for step in plan.of(Action.BLOCKED)] == [
        "the registration has no stable id"
    ]
    assert plan.outgoing == ()


def test_a_bib_worn_twice_in_a_race_blocks_both() -> None:
    plan = plan_of(candidate(its_id=1), candidate(its_id=2))
    assert plan.outgoing == ()
    assert [step.reason for step in plan.steps] == ["bib 512 is worn by 2"] * 2


def test_the_same_bib_in_two_races_is_fine() -> None:
    plan = plan_of(candidate(its_id=1), candidate({**ADA, "race": "8"}, its_id=2))
    assert len(plan.outgoing) == 2


def test_a_bib_of_someone_who_left_is_free() -> None:
    plan = plan_of(candidate(its_id=1), candidate(ADA, ADA, its_id=2, gone=True))
    assert [step.candidate.participant_id for step in plan.outgoing] == [1]


def test_people_without_bibs_do_not_block_each_other() -> None:
    nobody = {**ADA, "bib": None}
    assert len(plan_of(candidate(nobody, its_id=1), candidate(nobody, its_id=2)).outgoing) == 2


def test_a_duplicate_that_the_far_side_already_holds_sends_nothing() -> None:
    plan = plan_of(candidate(ADA, ADA, its_id=1), candidate(its_id=2))
    assert plan.outgoing == ()
    assert [one.participant_id for one in plan.settled] == [1]


def test_a_name_is_as_much_as_is_known() -> None:
    assert candidate().name == "Ada Example"
    assert candidate({"first_name": None, "last_name": "Cher", "bib": None}).name == "Cher"


def holder(its_id: int, bib: str, *, gone: bool = False) -> Candidate:
    return candidate({**ADA, "bib": None}, {**ADA, "bib": bib}, its_id=its_id, gone=gone)


def test_a_bib_that_somebody_there_keeps_is_given_to_nobody_else() -> None:
    plan = clear_the_way(plan_of(candidate(its_id=2)), {("7", "512"): holder(1, "512")})
    assert plan.outgoing == ()
    (step,) = plan.of(Action.BLOCKED)
    assert step.reason == "bib 512 is still worn there by Ada Example"


def test_who_is_gone_gives_their_bib_up_first() -> None:
    gone = holder(1, "512", gone=True)
    plan = clear_the_way(plan_of(candidate(its_id=2)), {("7", "512"): gone})
    (freed,) = plan.of(Action.FREE)
    assert (freed.candidate.participant_id, freed.changes) == (1, {"bib": ("512", None)})
    assert len(plan.outgoing) == 1


def test_who_moves_to_another_bib_in_the_same_plan_stands_in_nobodys_way() -> None:
    first = candidate({**ADA, "bib": "600"}, ADA, its_id=1)
    plan = clear_the_way(plan_of(first, candidate(its_id=2)), {("7", "512"): first})
    assert len(plan.outgoing) == 2


def test_what_is_disputed_is_named_beside_what_is_sent() -> None:
    person = replace(candidate(ADA, {**ADA, "first_name": "Eda"}), undecided=("bib",))
    (step,) = plan_of(person).steps
    assert (step.action, step.reason) == (Action.UPDATE, "bib waits for a decision")


texts = st.none() | st.text(min_size=1, max_size=6)
values = st.fixed_dictionaries(
    {"first_name": texts, "last_name": texts, "bib": st.none() | st.sampled_from("12345")}
    | {"race": st.sampled_from(["7", "8"])}
)
people = st.lists(
    st.tuples(values, st.none() | values, st.booleans(), st.booleans()), max_size=12
).map(
    lambda rows: [
        candidate(
            desired, there, its_id=position, stopped="no stable id" if stops else None, gone=gone
        )
        for position, (desired, there, stops, gone) in enumerate(rows)
    ]
)


def applied(plan: Plan, everybody: Iterable[Candidate]) -> list[Candidate]:
    """Everybody as they are after the far side took the plan's steps to the letter."""
    done: dict[int, Values] = {}
    for step in plan.outgoing:
        there = dict(step.candidate.acknowledged or {})
        done[step.candidate.participant_id] = there | {
            name: after for name, (_, after) in step.changes.items()
        }
    return [
        replace(one, acknowledged=done.get(one.participant_id, one.acknowledged))
        for one in everybody
    ]


@given(people)
def test_applying_a_plan_leaves_nothing_to_send(everybody: list[Candidate]) -> None:
    again = applied(plan_of(*everybody), everybody)
    assert plan_of(*again).outgoing == ()


@given(people)
def test_applying_a_plan_leads_to_exactly_what_was_wanted(everybody: list[Candidate]) -> None:
    plan = plan_of(*everybody)
    sent = {step.candidate.participant_id for step in plan.outgoing}
    for one in applied(plan, everybody):
        if one.participant_id in sent:
            held = one.acknowledged or {}
            assert {name: held.get(name) for name in FIELDS} == dict(one.desired)


@given(people)
def test_everybody_has_exactly_one_place_in_a_plan(everybody: list[Candidate]) -> None:
    plan = plan_of(*everybody)
    placed = [step.candidate.participant_id for step in plan.steps]
    placed += [one.participant_id for one in plan.settled]
    assert sorted(placed) == [one.participant_id for one in everybody]


@given(people)
def test_no_plan_sends_two_people_with_one_bib_to_one_race(everybody: list[Candidate]) -> None:
    sent = plan_of(*everybody).outgoing
    bibs = [(one.candidate.desired["race"], one.candidate.desired["bib"]) for one in sent]
    worn_now = [pair for pair in bibs if pair[1]]
    assert len(worn_now) == len(set(worn_now))


@given(st.none() | values, values)
def test_differences_lead_from_before_to_after(before: Values | None, after: Values) -> None:
    changes = differences(before, after)
    assert {name: was for name, (was, _) in changes.items()} == {
        name: (before or {}).get(name) for name in changes
    }
    assert all(was != becomes for was, becomes in changes.values())
    reached = {**(before or {})} | {name: becomes for name, (_, becomes) in changes.items()}
    assert {name: reached.get(name) for name in after} == dict(after)


def test_a_whole_field_is_planned_in_a_moment() -> None:
    people = [candidate({**ADA, "bib": str(number)}, its_id=number) for number in range(20_000)]
    plan, began = plan_of(*people), process_time()
    assert clear_the_way(plan, {}) == plan
    assert process_time() - began < 2.0
