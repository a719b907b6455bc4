"""Pulls, edits, decisions, pushes that break off, refusals, restarts: nobody disputed is sent.

Whatever an operator typed is in force here and at scoring, and what scoring holds of a field in
conflict stays there until somebody decides. Who was refused is sent again once they change here,
and keeps nobody else waiting.
"""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from p88console.domain.merge import Version
from p88console.domain.model import PushState
from p88console.domain.plan import Candidate, Values, make_plan
from p88console.engine.verdict import seen_again, settled, verdict
from p88console.providers.base import Seen
from p88console.store.database.db import Database
from p88console.store.mirror import versions
from p88console.store.work import ledger
from tests.store.test_people_machine import PEOPLE, PeopleMachine

FIELDS = ("first_name", "last_name", "bib", "race", "city")


class PushMachine(PeopleMachine):
    """The same people and operator, with a scoring system that takes or refuses each of them."""

    def __init__(self) -> None:
        self.there: dict[str, Values] = {}
        super().__init__()

    @rule(
        key=st.sampled_from(PEOPLE),
        ours=st.sampled_from(["Aspen", "Vail"]),
        theirs=st.sampled_from(["Denver", "Golden"]),
    )
    def dispute(self, key: str, ours: str, theirs: str) -> None:
        self.edit(key, ours)
        self.say(key, theirs)
        self.pull(None)

    @rule()
    def restart(self) -> None:
        self.bench.db.close()
        folder = Path(self.folder.name)
        self.bench.db = Database.open(folder / "p88console.db", self.bench.clock.machine)

    @rule(
        breaks=st.sampled_from(["nowhere", "before", "unheard"]),
        refused=st.sets(st.sampled_from([f"runsignup-{key}" for key in PEOPLE]), max_size=2),
    )
    def push(self, breaks: str, refused: set[str]) -> None:
        bench, link = self.bench, self.bench.link
        doubtful = [one for one in self.candidates() if one.state is PushState.SENT]
        bench.write(ledger.settle, link, [seen_again(p, self.seen(p)) for p in doubtful], bench.now)
        plan = make_plan(self.candidates(), {})
        equal = [settled(one, PushState.VERIFIED, one.acknowledged) for one in plan.settled]
        bench.write(ledger.settle, link, equal, bench.now)
        people = [step.candidate for step in plan.outgoing]
        stood = self.refused()
        assert not stood & {person.participant_id for person in people}
        sent = [(person, person.desired) for person in people]
        assert bench.write(ledger.mark_sent, link, sent, bench.now) == {
            person.participant_id for person in people
        }
        if breaks == "before":
            return
        taken = [person for person in people if person.our_id not in refused]
        for person in taken:
            self.receive(person)
        if breaks == "unheard":
            return
        said_no = [person for person in people if person.our_id in refused]
        outcomes = [verdict(person, self.seen(person), "Copernico") for person in taken]
        outcomes += [
            settled(person, PushState.REFUSED, person.acknowledged, "no") for person in said_no
        ]
        bench.write(ledger.settle, link, outcomes, bench.now)
        assert self.refused() == stood | {person.participant_id for person in said_no}
        self.everybody_is_there_as_here()

    def refused(self) -> set[int]:
        """Whose refusal stands, because they have not changed here since."""
        rows = self.bench.rows(
            "SELECT l.participant_id FROM push_ledger l "
            "JOIN participants p ON p.id = l.participant_id "
            "WHERE l.state = 'refused' AND l.mirror_hash = p.content_hash"
        )
        return {row["participant_id"] for row in rows}

    def candidates(self) -> list[Candidate]:
        return self.bench.read(ledger.candidates, self.bench.link, FIELDS)

    def seen(self, person: Candidate) -> Seen | None:
        values = self.there.get(person.our_id)
        return None if values is None else Seen(person.our_id, person.our_id, values)

    def receive(self, person: Candidate) -> None:
        """Take what was sent; a disputed city may only be the one that was there already."""
        key = person.our_id.removeprefix("runsignup-")
        version = self.version(key)
        if version is not None and version.conflict:
            held = self.there.get(person.our_id)
            assert person.desired["city"] == (held["city"] if held else version.base)
        self.there[person.our_id] = dict(person.desired)

    def version(self, key: str) -> Version | None:
        its_id = self.its_id(key)
        return self.bench.read(versions.of, [its_id]).get(its_id, {}).get("city")

    def everybody_is_there_as_here(self) -> None:
        stood = self.refused()
        for key in PEOPLE:
            version = self.version(key)
            if self.its_id(key) not in stood and (version is None or not version.conflict):
                held = self.there[f"runsignup-{key}"]
                assert held["city"] == self.bench.person(key)["city"]

    @invariant()
    def nobody_is_verified_who_is_held_otherwise(self) -> None:
        rows = self.bench.rows(
            "SELECT p.provider_id, l.state, l.acknowledged FROM push_ledger l "
            "JOIN participants p ON p.id = l.participant_id "
            "WHERE l.state IN ('verified', 'held') AND l.mirror_hash = p.content_hash"
        )
        for row in rows:
            assert row["acknowledged"] == self.there[f"runsignup-{row['provider_id']}"]


def test_no_order_of_pulls_edits_pushes_and_restarts_sends_a_disputed_value() -> None:
    PushMachine.TestCase.settings = settings(
        max_examples=15,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    PushMachine.TestCase().runTest()
