"""One writer, read-only readers, topics after the commit, and faults in words."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from p88console.domain.errors import StoreFault, StoreLost, UsageFault
from p88console.domain.jobs import Trigger
from p88console.store.database.db import Database, Reading, Tx
from p88console.store.database.feed import Feed
from p88console.store.tenancy import tenants
from p88console.store.work import queue
from tests.store.bench import Bench

ADD_PARTNER = "INSERT INTO partners (name, created_at) VALUES ('other', '2026-10-17')"


def heard(bench: Bench) -> list[frozenset[str]]:
    """Collects what watchers are told from now on."""
    told: list[frozenset[str]] = []
    subscription = bench.watch(lambda: told.append(subscription.drain()))
    return told


def test_a_write_that_fails_leaves_nothing_behind(bench: Bench) -> None:
    told = heard(bench)

    def change_my_mind(tx: Tx) -> None:
        queue.enqueue(tx, bench.key(), Trigger.OPERATOR, bench.now)
        raise UsageFault("changed my mind")

    with pytest.raises(UsageFault):
        bench.write(change_my_mind)
    assert bench.count("SELECT count(*) FROM sync_queue") == 0
    assert told == []


def test_watchers_hear_after_the_commit(bench: Bench) -> None:
    seen: list[int] = []
    bench.watch(lambda: seen.append(bench.count("SELECT count(*) FROM sync_queue")))
    bench.enqueue()
    assert seen == [1]


def test_an_edit_and_its_job_commit_together(bench: Bench) -> None:
    told = heard(bench)
    with bench.db.writer() as tx:
        tenants.add_partner(tx, "Other", bench.now)
        queue.enqueue(tx, bench.key(), Trigger.OPERATOR, bench.now)
    assert told == [frozenset({"accounts", "queue"})]


def test_readers_cannot_write(bench: Bench) -> None:
    with pytest.raises(StoreFault, match=r"(?i)read-?only"), bench.db.reader() as connection:
        connection.execute(text(ADD_PARTNER))


def test_a_read_sees_one_moment_however_much_is_written_meanwhile(bench: Bench) -> None:
    with bench.db.reader() as connection:
        before = connection.execute(text("SELECT count(*) FROM partners")).scalar_one()
        bench.execute(ADD_PARTNER)
        after = connection.execute(text("SELECT count(*) FROM partners")).scalar_one()
    assert before == after == 1
    assert bench.count("SELECT count(*) FROM partners") == 2


async def test_writes_from_many_tasks_happen_one_after_the_other(bench: Bench) -> None:
    inside = threading.Lock()

    def work(tx: Tx, number: int) -> int:
        assert inside.acquire(blocking=False)
        tx.connection.execute(text(ADD_PARTNER.replace("other", f"partner {number}")))
        inside.release()
        return number

    done = await asyncio.gather(*(bench.db.write(work, number) for number in range(20)))
    assert done == list(range(20))
    assert bench.count("SELECT count(*) FROM partners") == 21


async def test_a_fault_inside_a_write_reaches_who_asked(bench: Bench) -> None:
    with pytest.raises(UsageFault, match="no partner 99"):
        await bench.db.write(_account_of_nobody, bench)
    assert await bench.db.read(_count_partners) == 1


def _account_of_nobody(tx: Tx, bench: Bench) -> None:
    provider = tenants.account(tx.connection, bench.runsignup).provider
    tenants.add_account(
        tx, 99, provider, label="", base_url=None, options={}, vault_key="x", now=bench.now
    )


def _count_partners(connection: Reading) -> int:
    return int(connection.execute(text("SELECT count(*) FROM partners")).scalar_one())


def test_the_version_of_the_data_moves_when_another_process_commits(tmp_path: Path) -> None:
    one, other = Database.open(tmp_path / "p88.db"), Database.open(tmp_path / "p88.db")
    before = one.data_version()
    assert one.data_version() == before
    with other.writer() as tx:
        tx.connection.execute(text(ADD_PARTNER))
    other.close()
    assert one.data_version() != before
    one.close()


def test_the_version_of_the_data_stands_still_when_nobody_writes(bench: Bench) -> None:
    with bench.db.reader() as held:
        held.execute(text("SELECT count(*) FROM partners"))
        for number in range(3):
            bench.execute(ADD_PARTNER.replace("other", f"partner {number}"))
            bench.count("SELECT count(*) FROM partners")
    assert len({bench.db.data_version() for _ in range(6)}) == 1


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    with pytest.raises(StoreFault) as caught:
        Database.open(tmp_path / "taken" / "home" / "p88console.db")
    assert str(tmp_path / "taken") in caught.value.detail
    assert "--home" in caught.value.hint


def test_a_database_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    made = Database.open(tmp_path / "p88.db")
    made.close()
    copy = tmp_path / "read-only.db"
    content = bytearray((tmp_path / "p88.db").read_bytes())
    content[18] = 3  # a format newer than this SQLite writes: even root may only read it
    copy.write_bytes(content)
    database = Database(copy)
    with pytest.raises(StoreFault) as caught, database.writer() as tx:
        tx.connection.execute(text(ADD_PARTNER))
    database.close()
    assert str(copy) in caught.value.detail
    assert "writable" in caught.value.hint


def test_a_file_that_is_no_database_is_said_in_words(tmp_path: Path) -> None:
    strange = tmp_path / "p88console.db"
    strange.write_text("Dear diary, today I ran a half marathon. " * 50)
    with pytest.raises(StoreFault, match="damaged or is none"):
        Database.open(strange)
    assert strange.read_text().startswith("Dear diary")


def test_a_folder_in_the_place_of_the_database_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "p88console.db").mkdir()
    with pytest.raises(StoreFault, match="cannot be opened"):
        Database.open(tmp_path / "p88console.db")


def test_a_full_disk_is_said_in_words_and_keeps_what_was_there(tmp_path: Path) -> None:
    """D21."""
    database = Database.open(tmp_path / "p88.db")

    def fill(tx: Tx) -> None:
        tx.connection.execute(text(ADD_PARTNER))
        tx.connection.exec_driver_sql("PRAGMA max_page_count = 1")  # as many as there are now
        tx.connection.exec_driver_sql("CREATE TABLE more AS SELECT randomblob(9999999)")

    with pytest.raises(StoreLost, match="THE DISK IS FULL") as caught:
        database.write_here(fill)
    assert "make room" in caught.value.hint
    with database.reader() as connection:
        assert _count_partners(connection) == 0
    database.close()


def test_150_000_publishes_from_three_threads_wake_a_watcher_a_handful_of_times() -> None:
    feed, wakes = Feed(), []
    watcher = feed.subscribe(lambda: wakes.append(1))

    def publish(topic: str) -> None:
        for _ in range(50_000):
            feed.publish((topic,))

    threads = [threading.Thread(target=publish, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(wakes) == 1
    assert watcher.drain() == {"a", "b", "c"}
    assert watcher.drain() == frozenset()


def test_a_watcher_is_woken_again_after_it_drained() -> None:
    feed, wakes = Feed(), []
    watcher = feed.subscribe(lambda: wakes.append(1))
    for _ in range(3):
        feed.publish(("queue",))
        watcher.drain()
    assert len(wakes) == 3


def test_publishing_nothing_wakes_nobody() -> None:
    feed, wakes = Feed(), []
    feed.subscribe(lambda: wakes.append(1))
    feed.publish(())
    assert wakes == []


def test_who_closed_is_not_woken_and_others_are() -> None:
    feed, one, two = Feed(), [], []
    closed = feed.subscribe(lambda: one.append(1))
    feed.subscribe(lambda: two.append(1))
    closed.close()
    feed.publish(("queue",))
    assert (one, two) == ([], [1])


def test_a_watcher_may_drain_inside_its_own_wake() -> None:
    feed, told = Feed(), []
    watcher = feed.subscribe(lambda: told.append(watcher.drain()))
    feed.publish(("queue",))
    feed.publish(("history",))
    assert told == [{"queue"}, {"history"}]
