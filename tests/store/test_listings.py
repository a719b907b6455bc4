"""Listings that leave details out: what is still to read, and when their order is believed."""

from __future__ import annotations

from datetime import timedelta

from p88console.store.mirror import listings
from p88console.store.mirror.listings import Short
from tests.store.bench import GUN, Bench, ada


def short(key: str, text: str = "same") -> Short:
    return Short(key, text, {"registration_number": key})


def unread(bench: Bench) -> list[str]:
    return [one.row_key for one in bench.read(listings.to_read, bench.event, 100)]


def test_details_are_read_newest_change_first_and_each_once(bench: Bench) -> None:
    bench.write(listings.note_moved, bench.event, [short("b"), short("a")])
    assert unread(bench) == ["b", "a"]
    bench.write(listings.note_read, bench.event, {"b": "same"}, bench.now)
    assert unread(bench) == ["a"]
    bench.write(listings.note_moved, bench.event, [short("c"), short("b", "other")])
    assert unread(bench) == ["c", "b", "a"]
    assert bench.read(listings.left_to_read, bench.event) == 3
    order = bench.read(listings.last_listing, bench.event)
    assert [order.settled(key, text) for key, text in (("c", "same"), ("b", "other"))] == [
        True,
        True,
    ]


def test_a_detail_read_for_an_older_row_is_read_again(bench: Bench) -> None:
    bench.write(listings.note_moved, bench.event, [short("a", "second")])
    bench.write(listings.note_read, bench.event, {"a": "first"}, bench.now)
    assert unread(bench) == ["a"]


def test_the_oldest_details_are_read_again_first_and_not_too_many(bench: Bench) -> None:
    bench.write(listings.note_moved, bench.event, [short(key) for key in "abc"])
    for key in "bca":
        bench.write(listings.note_read, bench.event, {key: "same"}, bench.clock.step(60))
    assert bench.write(listings.forget_oldest, bench.event, bench.now, 1) == 1
    assert unread(bench) == ["b"]
    assert bench.write(listings.forget_oldest, bench.event, bench.now - timedelta(days=1)) == 0


def test_the_order_is_believed_only_while_the_stamps_bear_it_out(bench: Bench) -> None:
    def listed(*stamps: int) -> bool:
        keys = [str(place) for place in range(len(stamps))]
        bench.mirror(
            *(
                ada(key, modified_at=GUN + timedelta(minutes=stamp), raw={"is": [key, stamp]})
                for key, stamp in zip(keys, stamps, strict=True)
            )
        )
        bench.write(listings.note_moved, bench.event, [short(key) for key in keys])
        bench.write(listings.note_read, bench.event, dict.fromkeys(keys, "same"), bench.now)
        return bench.read(listings.stands_newest_first, bench.event)

    assert listed(9, 7, 7, 1)
    assert not listed(9, 7, 8, 1)
    assert not listed(5, 5, 5, 5)
