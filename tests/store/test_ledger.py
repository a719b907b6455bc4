"""The push ledger: who has to be sent, what the far side acknowledged, who is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from p88console.domain.errors import StoreFault
from p88console.domain.inbox import Kind
from p88console.domain.model import ParticipantStatus, PushState, RemovalRecord
from p88console.domain.plan import Candidate, Values
from p88console.domain.policy import BibRules
from p88console.store.database.upsert import CHUNK
from p88console.store.inbox import questions as inbox
from p88console.store.mirror import removals
from p88console.store.people import bibs
from p88console.store.people import lists as people
from p88console.store.tenancy import events, tenants
from p88console.store.work import ledger, verdicts
from p88console.store.work.ledger import Settled
from tests.store.bench import PULL_SOURCE, Bench, ada, event_record

FIELDS = ("first_name", "last_name", "gender", "birth_date", "bib", "race")


def waiting(bench: Bench, *, everyone: bool = False) -> list[Candidate]:
    return bench.read(ledger.candidates, bench.link, FIELDS, everyone=everyone)


def only(bench: Bench) -> Candidate:
    (found,) = waiting(bench)
    return found


def send(bench: Bench, *people_sent: Candidate) -> None:
    sent = [(person, person.desired) for person in people_sent]
    bench.write(ledger.mark_sent, bench.link, sent, bench.now)


def settle(
    bench: Bench,
    person: Candidate,
    state: PushState = PushState.VERIFIED,
    acknowledged: Values | None = None,
    *,
    mirror_hash: str | None = "same",
    reason: str | None = None,
) -> None:
    outcome = Settled(
        person.participant_id,
        state,
        f"remote-{person.our_id}",
        acknowledged or person.desired,
        person.mirror_hash if mirror_hash == "same" else mirror_hash,
        reason,
    )
    bench.write(ledger.settle, bench.link, [outcome], bench.now)


def verdict(person: Candidate, state: PushState, ask: Kind | None = None) -> Settled:
    held, content = person.desired, person.mirror_hash
    return Settled(person.participant_id, state, None, held, content, "no", ask)


def verified(bench: Bench) -> Candidate:
    """Ada, sent and read back."""
    bench.mirror(ada())
    person = only(bench)
    send(bench, person)
    settle(bench, person)
    return person


def remove(bench: Bench, provider_id: str = "1") -> None:
    removal = [RemovalRecord(provider_id, ParticipantStatus.REMOVED)]
    for _ in range(2):
        now = bench.clock.step(60)
        bench.write(removals.note_removals, bench.event, removal, PULL_SOURCE, now)


def row(bench: Bench) -> dict[str, Any]:
    (found,) = bench.rows("SELECT * FROM push_ledger")
    return found


def test_who_was_never_sent_waits_under_their_stable_id(bench: Bench) -> None:
    bench.mirror(ada())
    person = only(bench)
    assert (person.our_id, person.remote_id) == ("runsignup-1", None)
    assert (person.state, person.acknowledged) == (PushState.UNSENT, None)
    assert person.desired["race"] == str(bench.race_ids()["501"])
    assert person.desired["birth_date"] is None


def test_who_was_verified_waits_no_longer(bench: Bench) -> None:
    verified(bench)
    assert waiting(bench) == []
    assert len(waiting(bench, everyone=True)) == 1


def test_whose_field_changed_waits_again_with_what_was_acknowledged(bench: Bench) -> None:
    before = verified(bench)
    bench.mirror(ada(bib="600"))
    person = only(bench)
    assert person.acknowledged == before.desired
    assert person.desired["bib"] == "600"
    assert person.remote_id == "remote-runsignup-1"


def test_what_was_sent_is_not_what_was_acknowledged(bench: Bench) -> None:
    verified(bench)
    bench.mirror(ada(bib="600"))
    send(bench, only(bench))
    person = only(bench)
    assert person.state is PushState.SENT
    assert person.acknowledged is not None
    assert person.acknowledged["bib"] == "512"


def test_a_push_that_died_knows_who_was_sent_and_who_was_not(bench: Bench) -> None:
    bench.mirror(*(ada(str(number), bib=str(number)) for number in range(1, 6)))
    send(bench, *waiting(bench)[:2])
    states = {person.our_id: person.state for person in waiting(bench)}
    assert [states[f"runsignup-{number}"] for number in range(1, 6)] == [
        *[PushState.SENT] * 2,
        *[PushState.UNSENT] * 3,
    ]


def test_who_was_sent_and_changed_back_meanwhile_is_still_looked_at(bench: Bench) -> None:
    verified(bench)
    bench.mirror(ada(bib="600"))
    send(bench, only(bench))
    bench.mirror(ada())
    assert only(bench).state is PushState.SENT


def test_sending_again_is_written_over_not_beside(bench: Bench) -> None:
    verified(bench)
    bench.mirror(ada(bib="600"))
    for _ in range(3):
        send(bench, only(bench))
    assert bench.count("SELECT count(*) FROM push_ledger") == 1
    assert row(bench)["remote_id"] == "remote-runsignup-1"


def test_a_refused_row_rests_until_the_person_changes(bench: Bench) -> None:
    bench.mirror(ada())
    settle(bench, only(bench), PushState.REFUSED, reason="no such category")
    assert waiting(bench) == []
    assert row(bench)["reason"] == "no such category"
    bench.mirror(ada(bib="600"))
    assert only(bench).state is PushState.REFUSED


@pytest.mark.parametrize("others", [1, CHUNK])
def test_a_question_about_a_push_is_closed_once_it_is_settled_there(
    bench: Bench, others: int
) -> None:
    bench.mirror(*(ada(str(number), bib=str(number)) for number in range(others + 2)))
    everybody = waiting(bench)
    refused = [verdict(one, PushState.REFUSED, Kind.REFUSED) for one in everybody[:2]]
    bench.write(verdicts.settle, bench.linked(), refused, bench.now)
    assert bench.read(inbox.count, kind=Kind.REFUSED) == 2
    met = [verdict(one, PushState.VERIFIED) for one in everybody[1:]]
    bench.write(verdicts.settle, bench.linked(), met, bench.now)
    (left,) = bench.read(inbox.items, kind=Kind.REFUSED)
    assert left.participant_id == everybody[0].participant_id


def test_a_held_row_is_looked_at_in_every_plan(bench: Bench) -> None:
    bench.mirror(ada())
    settle(bench, only(bench), PushState.HELD, mirror_hash=None, reason="bib worn twice")
    assert only(bench).state is PushState.HELD


def test_a_row_without_a_stable_id_is_stopped(bench: Bench) -> None:
    bench.mirror(ada(None))
    assert only(bench).stopped == "the registration has no stable id"


def test_who_left_after_a_push_is_to_be_withdrawn_by_hand(bench: Bench) -> None:
    """D13."""
    verified(bench)
    remove(bench)
    person = only(bench)
    assert person.gone
    assert person.stopped is not None
    assert "withdraw" in person.stopped


def test_a_withdrawal_that_was_written_down_is_not_asked_for_again(bench: Bench) -> None:
    verified(bench)
    remove(bench)
    gone = only(bench)
    settle(bench, gone, PushState.HELD, mirror_hash=gone.mirror_hash, reason="withdraw by hand")
    assert waiting(bench) == []
    assert row(bench)["state"] == "held"


def test_who_left_before_any_push_was_never_there(bench: Bench) -> None:
    bench.mirror(ada())
    remove(bench)
    assert waiting(bench) == []


def test_who_left_while_a_push_was_unheard_is_not_forgotten(bench: Bench) -> None:
    """Sent, the engine crashed, then removed: the far side may hold them."""
    bench.mirror(ada())
    send(bench, only(bench))
    remove(bench)
    assert [person.our_id for person in waiting(bench)] == ["runsignup-1"]


def test_who_left_while_held_is_still_withdrawn_where_they_are_known(bench: Bench) -> None:
    """Verified, then held for a bib worn twice, then removed: the far side still has them."""
    verified(bench)
    bench.mirror(ada(bib="600"))
    person = only(bench)
    settle(
        bench,
        person,
        PushState.HELD,
        person.acknowledged,
        mirror_hash=None,
        reason="bib 600 is worn by 2 people in this race",
    )
    remove(bench)
    assert [person.gone for person in waiting(bench)] == [True]


def test_people_of_races_that_are_not_linked_are_stopped_and_told(bench: Bench) -> None:
    bench.mirror(ada("1"), ada("2", provider_race_id="999"))
    mapped, unmapped = waiting(bench)
    assert mapped.stopped is None
    assert "event link --race" in str(unmapped.stopped)


def test_each_link_has_a_ledger_of_its_own(bench: Bench) -> None:
    verified(bench)
    race_id = bench.race_ids()["501"]
    second = bench.write(
        events.link,
        bench.event,
        bench.copernico,
        event_record("rehearsal"),
        races={race_id: ("r", "Half")},
        options={},
        now=bench.now,
    )
    assert waiting(bench) == []
    assert len(bench.read(ledger.candidates, second, FIELDS)) == 1
    (person,) = bench.read(people.participants, bench.event)
    assert [system.state for system in person.systems] == [PushState.VERIFIED, PushState.UNSENT]
    assert person.push_state is PushState.UNSENT
    bench.mirror(ada("2", bib="2"))
    assert bench.read(ledger.unsent, bench.event) == (2, bench.now)


def test_an_account_out_of_use_lacks_nobody(bench: Bench) -> None:
    bench.mirror(ada("1"))
    assert bench.read(ledger.unsent, bench.event) == (1, bench.now)
    bench.write(tenants.remove_account, bench.copernico, bench.now)
    assert bench.read(ledger.unsent, bench.event) == (0, None)
    (person,) = bench.read(people.participants, bench.event)
    assert person.systems == ()


def test_unsent_counts_active_people_and_knows_the_oldest(bench: Bench) -> None:
    bench.mirror(ada("1"))
    oldest = bench.now
    bench.clock.step(60)
    bench.mirror(ada("2", bib="2"), ada("3", bib="3"))
    assert bench.read(ledger.unsent, bench.event) == (3, oldest)
    for person in waiting(bench):
        settle(bench, person)
    assert bench.read(ledger.unsent) == (0, None)
    bench.mirror(ada("1", bib="600"))
    assert bench.read(ledger.unsent) == (1, bench.now)
    assert bench.read(ledger.unsent, bench.other_event) == (0, None)


def test_states_are_counted_over_all_links(bench: Bench) -> None:
    bench.mirror(ada("1"), ada("2", bib="2"), ada("3", bib="3"))
    first, second, _ = waiting(bench)
    settle(bench, first)
    settle(bench, second, PushState.DIFFERS, reason="bib is '1', not '2'")
    counted = bench.read(ledger.state_counts, bench.event)
    assert counted == {"verified": 1, "differs": 1, "unsent": 1}


def test_bibs_worn_twice_are_found_within_a_race_only(bench: Bench) -> None:
    bench.mirror(
        ada("1"),
        ada("2"),
        ada("3", provider_race_id="502"),
        ada("4", bib=None),
        ada("5", bib=None),
    )
    twins = {bench.person(key)["id"] for key in "12"}
    assert set(bench.read(bibs.blocked, bench.event, BibRules())) == twins


def test_a_bib_of_somebody_removed_is_free(bench: Bench) -> None:
    bench.mirror(ada("1"), ada("2"))
    remove(bench)
    assert bench.read(bibs.blocked, bench.event, BibRules()) == {}


def test_one_person_shows_what_every_far_side_holds(bench: Bench) -> None:
    verified(bench)
    person, _ = bench.read(people.participant, bench.person()["id"])
    (system,) = person.systems
    assert (system.provider, system.state) == ("copernico", PushState.VERIFIED)
    assert system.acknowledged is not None
    assert system.acknowledged["bib"] == "512"


def test_the_database_refuses_push_states_that_nobody_knows(bench: Bench) -> None:
    verified(bench)
    for word in PushState:
        bench.execute("UPDATE push_ledger SET state = :word", word=word.value)
    with pytest.raises(StoreFault, match=r"(?i)check"):
        bench.execute("UPDATE push_ledger SET state = 'lost'")
