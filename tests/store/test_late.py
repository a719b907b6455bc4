"""What was typed over an older picture: merged with what changed since, or asked about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from p88console.domain.errors import UsageFault
from p88console.domain.inbox import Decision, Kind
from p88console.store.database.spool import Deed, Spool, Typed
from p88console.store.inbox import decisions as decide
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.decisions import Verdict
from p88console.store.people import edits, late, story
from p88console.store.people.edits import Done, Hand
from tests.store.bench import Bench, ada


def hand(bench: Bench, who: str) -> Hand:
    return Hand(who, "console", bench.clock.step(1))


def typed(bench: Bench, who: str, changes: Mapping[str, str | None], seen: datetime | int) -> Done:
    its_id = bench.person()["id"]
    return bench.write(late.edit, hand(bench, who), its_id, changes, seen, f"typed by {who}")


def test_two_consoles_that_saw_the_same_and_typed_different_things_are_asked(bench: Bench) -> None:
    bench.mirror(ada(city="Boulder"))
    seen_at = bench.clock.step(1)
    typed(bench, "pat", {"city": "Denver"}, seen_at)
    done = typed(bench, "kim", {"city": "Golden", "team": "Harriers"}, seen_at)
    assert (bench.person()["city"], bench.person()["team"]) == ("Denver", "Harriers")
    (item,) = bench.read(inbox.items, kind=Kind.CONFLICT)
    assert (item.base, item.ours, item.theirs) == ("Boulder", "Denver", "Golden")
    assert item.reason == "pat set city to 'Denver', kim to 'Golden': both saw 'Boulder'"
    assert done.asked == (item.reason,)


def test_what_a_story_shows_is_what_its_edit_was_typed_over(bench: Bench) -> None:
    bench.mirror(ada(city="Boulder"))
    its_id = bench.person()["id"]
    early = bench.read(story.person, its_id).newest_change
    typed(bench, "pat", {"city": "Denver"}, early)
    late_one = bench.read(story.person, its_id).newest_change
    assert isinstance(late_one, int)
    assert isinstance(early, int)
    assert late_one > early
    typed(bench, "kim", {"city": "Golden"}, early)
    assert bench.person()["city"] == "Denver"
    assert len(bench.read(inbox.items, kind=Kind.CONFLICT)) == 1
    typed(bench, "lee", {"city": "Aspen"}, late_one)
    assert bench.person()["city"] == "Aspen"


@pytest.mark.parametrize(
    ("decision", "city"), [(Decision.MINE, "Denver"), (Decision.THEIRS, "Golden")]
)
def test_whoever_decides_between_two_consoles_has_the_last_word(
    bench: Bench, decision: Decision, city: str
) -> None:
    bench.mirror(ada(city="Boulder"))
    seen_at = bench.clock.step(1)
    typed(bench, "pat", {"city": "Denver"}, seen_at)
    typed(bench, "kim", {"city": "Golden"}, seen_at)
    bench.mirror(ada(city="Boulder"))  # what registration still says answers nothing
    items = bench.read(inbox.items, kind=Kind.CONFLICT)
    bench.write(decide.resolve, hand(bench, "lee"), items, Verdict(decision))
    assert bench.person()["city"] == city
    bench.mirror(ada(city="Boulder"))
    assert bench.person()["city"] == city
    assert bench.read(inbox.items, kind=Kind.CONFLICT) == []


def test_the_same_typed_twice_asks_nobody(bench: Bench) -> None:
    bench.mirror(ada(city="Boulder"))
    seen_at = bench.clock.step(1)
    typed(bench, "pat", {"city": "Denver"}, seen_at)
    assert typed(bench, "kim", {"city": "Denver"}, seen_at).action_id is None
    assert bench.read(inbox.items) == []


def test_what_the_provider_changed_meanwhile_is_a_conflict_with_it(bench: Bench) -> None:
    bench.mirror(ada(city="Boulder"))
    seen_at = bench.clock.step(1)
    bench.clock.step(1)
    bench.mirror(ada(city="Denver"))
    typed(bench, "kim", {"city": "Golden"}, seen_at)
    assert bench.person()["city"] == "Golden"
    (item,) = bench.read(inbox.items, kind=Kind.CONFLICT)
    assert (item.base, item.ours, item.theirs) == ("Boulder", "Golden", "Denver")


def test_what_was_changed_before_somebody_looked_is_overwritten(bench: Bench) -> None:
    bench.mirror(ada(city="Boulder"))
    typed(bench, "pat", {"city": "Denver"}, bench.now)
    typed(bench, "kim", {"city": "Golden"}, bench.clock.step(1))
    assert bench.person()["city"] == "Golden"
    assert bench.read(inbox.items) == []


def test_a_swap_is_not_made_over_a_bib_that_has_changed(bench: Bench) -> None:
    bench.mirror(ada("1", bib="11"), ada("2", bib="22"))
    first, second = bench.person("1")["id"], bench.person("2")["id"]
    seen_at = bench.clock.step(1)
    bench.write(edits.edit, hand(bench, "pat"), second, {"bib": "33"})
    with pytest.raises(UsageFault, match="wears 33 by now"):
        bench.write(late.swap_bibs, hand(bench, "kim"), first, second, seen_at)
    bench.write(late.swap_bibs, hand(bench, "kim"), first, second, bench.clock.step(1))
    assert (bench.person("1")["bib"], bench.person("2")["bib"]) == ("33", "11")


def test_what_was_typed_outlives_the_process_that_kept_it(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "home" / "spool.db"
    about = {"participant_id": 7, "texts": {"last_name": "Zoë-Aïda"}}
    one = Typed(Deed.EDIT, "kim", "console", bench.now, bench.now, about, "ab12")
    assert Spool(file, "race at db:5432").waiting() == []
    Spool(file, "race at db:5432").keep(one)
    (kept,) = Spool(file, "race at db:5432").waiting()
    assert (kept.deed, kept.who, kept.typed_at, kept.about) == (one.deed, "kim", bench.now, about)
    assert Spool(file, "another race at db:5432").waiting() == []
    Spool(file, "race at db:5432").drop(kept.id)
    assert Spool(file, "race at db:5432").waiting() == []
