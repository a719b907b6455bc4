"""One person's story tells everything that is known of them, and nothing of anybody else."""

from __future__ import annotations

from typing import Any

import pytest

from p88console.domain.errors import UsageFault
from p88console.domain.model import PushState, ResultRecord, Split
from p88console.store.people import story
from p88console.store.results import revisions as results
from p88console.store.windows.roster_rows import PersonStory
from p88console.store.work import ledger
from p88console.store.work.ledger import Settled
from tests.store.bench import GUN, Bench, ada

STANDING: dict[str, Any] = {
    "remote_id": "runsignup-1",
    "remote_race_id": "Half",
    "bib": "600",
    "first_name": "Ada",
    "last_name": "Example",
    "splits": (Split("10K", 2_500_000, 2_490_000),),
}


def told(bench: Bench) -> PersonStory:
    return bench.read(story.person, bench.person()["id"])


def test_a_registration_with_its_race_event_and_gun(bench: Bench) -> None:
    bench.mirror(ada(email="ada@example.org"), ada("2", bib="9"))
    found = told(bench)
    assert (found.event_name, found.race_name) == ("Lakeside Half", "Half Marathon")
    assert (found.provider, found.account_label, found.gun_at) == ("runsignup", "RunSignUp", GUN)
    assert found.fields["bib"] == "512"
    assert found.fields["email"] == "ada@example.org"
    assert found.raw["registration_id"] == "1"
    assert not set(found.fields) & {"raw", "content_hash", "name_key"}
    assert found.changes == ()


def test_the_trail_is_whole_newest_first_with_races_by_name(bench: Bench) -> None:
    bench.mirror(ada(), ada("2", bib="9"))
    bench.mirror(ada(bib="600"), ada("2", bib="10"))
    bench.clock.step(60)
    bench.mirror(ada(bib="600", provider_race_id="502"))
    changes = told(bench).changes
    assert [(one.field, one.before, one.after) for one in changes] == [
        ("race", "Half Marathon", "5K"),
        ("bib", "512", "600"),
    ]
    assert (changes[0].who, changes[0].door, changes[0].at) == ("RunSignUp", "pull", bench.now)


def test_every_linked_system_tells_what_it_holds(bench: Bench) -> None:
    bench.mirror(ada())
    (system,) = told(bench).systems
    assert (system.provider, system.remote_event) == ("copernico", "Lakeside at Copernico")
    assert (system.state, system.remote_id, system.sent_at) == ("unsent", None, None)
    (person,) = bench.read(ledger.candidates, bench.link, ("bib",))
    bench.write(ledger.mark_sent, bench.link, [(person, person.desired)], bench.now)
    (system,) = told(bench).systems
    assert (system.state, system.sent_at) == ("sent", bench.now)
    outcome = Settled(
        person.participant_id, PushState.DIFFERS, "r1", {"bib": "9"}, person.mirror_hash, "by hand"
    )
    bench.write(ledger.settle, bench.link, [outcome], bench.clock.step(5))
    (system,) = told(bench).systems
    assert (system.state, system.remote_id, system.reason) == ("differs", "r1", "by hand")
    assert (system.acknowledged, system.acknowledged_at) == ({"bib": "9"}, bench.now)


def test_results_come_with_splits_and_every_revision(bench: Bench) -> None:
    bench.mirror(ada(bib="600"))
    for changes in (
        {"status": "running"},
        {"status": "finished", "gun_time_ms": 5_400_000, "place": 12},
        {"status": "finished", "gun_time_ms": 5_400_000, "place": 11},
    ):
        record = ResultRecord(**(STANDING | changes))
        bench.write(results.upsert_results, bench.linked(), [record], bench.clock.step(60))
    (result,) = told(bench).results
    assert (result.provider, result.race_name) == ("copernico", "Half Marathon")
    assert result.standing["place"] == 11
    assert result.standing["splits"][0]["name"] == "10K"
    assert [one.standing["place"] for one in result.revisions] == [None, 12, 11]
    assert result.changed_at == result.revisions[-1].at == bench.now


def test_nobody_has_no_story(bench: Bench) -> None:
    with pytest.raises(UsageFault, match="no participant 4711"):
        bench.read(story.person, 4711)
