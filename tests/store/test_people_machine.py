"""Edits, pulls, decisions and undos in any order: no edit lost, nobody gone, nobody twice."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from p88console.domain.errors import UsageFault
from p88console.domain.inbox import Decision, Kind
from p88console.domain.policy import PLAIN
from p88console.store.inbox import decisions as decide
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.decisions import Verdict
from p88console.store.mirror import participants, versions
from p88console.store.people import edits, undo
from p88console.store.people.edits import Hand
from p88console.store.windows import roster
from p88console.store.windows.roster_rows import RosterQuery
from tests.store.bench import PULL_SOURCE, Bench, ada, set_up
from tests.support.clock import SteppedClock

PEOPLE = ("1", "2", "3")
CITIES = st.sampled_from(["Boulder", "Denver", "Golden", None])


class PeopleMachine(RuleBasedStateMachine):
    """A provider that says this and that, and an operator who types into the same field."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.bench: Bench = set_up(Path(self.folder.name) / "p88console.db", SteppedClock())
        self.theirs: dict[str, str | None] = dict.fromkeys(PEOPLE)
        self.typed: dict[str, str] = {}
        """What the operator typed and nobody has decided against since."""
        self.walk_ups = 0
        self.pull(None)

    def teardown(self) -> None:
        self.bench.db.close()
        self.folder.cleanup()

    @property
    def hand(self) -> Hand:
        return Hand("pat", "cli", self.bench.clock.step(1))

    def its_id(self, key: str) -> int:
        return int(self.bench.person(key)["id"])

    @rule(missing=st.none() | st.sampled_from(PEOPLE))
    def pull(self, missing: str | None) -> None:
        page = [ada(key, bib=key, city=city) for key, city in self.theirs.items() if key != missing]
        now = self.bench.clock.step(60)
        self.bench.write(participants.upsert_page, self.bench.event, page, PULL_SOURCE, now)

    @rule(key=st.sampled_from(PEOPLE), city=CITIES)
    def say(self, key: str, city: str | None) -> None:
        self.theirs[key] = city

    @rule(key=st.sampled_from(PEOPLE), city=st.sampled_from(["Aspen", "Vail", "Boulder"]))
    def edit(self, key: str, city: str) -> None:
        self.bench.write(edits.edit, self.hand, self.its_id(key), {"city": city})
        self.typed[key] = city

    @rule()
    def register(self) -> None:
        self.walk_ups += 1
        names = {"first_name": "Walk", "last_name": f"Up{self.walk_ups}"}
        self.bench.write(edits.add, self.hand, self.bench.event, str(self.walk_ups), names)

    @rule(decision=st.sampled_from([Decision.MINE, Decision.THEIRS]))
    def decide(self, decision: Decision) -> None:
        items = self.bench.read(inbox.items, kind=Kind.CONFLICT)
        for item in items[:1]:
            self.bench.write(decide.resolve, self.hand, [item], Verdict(decision))
            if decision is Decision.THEIRS:
                self._forget(item.participant_id)

    def _forget(self, participant_id: int | None) -> None:
        self.typed = {
            key: city for key, city in self.typed.items() if self.its_id(key) != participant_id
        }

    @rule()
    def undo(self) -> None:
        try:
            undone = self.bench.write(undo.undo, self.hand, lambda _event_id: PLAIN)
        except UsageFault:
            return
        for its_id in undone.participant_ids:
            self._forget(its_id)

    @invariant()
    def nobody_is_gone_and_nobody_is_twice(self) -> None:
        rows = self.bench.rows(
            "SELECT provider_id FROM participants WHERE status = 'active' AND NOT added_here"
        )
        assert sorted(row["provider_id"] for row in rows) == sorted(PEOPLE)

    @invariant()
    def the_event_knows_how_many_people_it_has(self) -> None:
        query = RosterQuery(self.bench.event)
        counted = self.bench.count("SELECT count(*) FROM participants")
        assert self.bench.read(roster.count, query) == counted == len(PEOPLE) + self.walk_ups

    @invariant()
    def whatever_was_typed_stands_or_was_agreed_to(self) -> None:
        for key, city in self.typed.items():
            stands = self.bench.person(key)["city"]
            known = self.bench.read(versions.of, [self.its_id(key)])
            version = known.get(self.its_id(key), {}).get("city")
            # an edit gives way only once the provider had agreed to it and then said something else
            assert stands == city or (version is None and stands == self._last_heard(key))

    def _last_heard(self, key: str) -> str | None:
        raw = self.bench.rows(
            "SELECT json_extract(raw, '$.city') AS city FROM participants WHERE provider_id = :key",
            key=key,
        )[0]["city"]
        return None if raw == "None" else raw

    @invariant()
    def every_conflict_is_asked_about_and_nothing_else(self) -> None:
        disputed = self.bench.count("SELECT count(*) FROM field_versions WHERE conflict")
        assert self.bench.read(inbox.count, kind=Kind.CONFLICT) == disputed


def test_any_order_of_pulls_edits_decisions_and_undos_loses_nothing() -> None:
    PeopleMachine.TestCase.settings = settings(
        max_examples=12,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    PeopleMachine.TestCase().runTest()
