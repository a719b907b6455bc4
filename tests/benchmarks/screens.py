"""Pages that stay as fast however long the list behind them is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import text

from p88console.store.mirror import participants
from p88console.store.windows import roster
from p88console.store.windows.roster_rows import RosterQuery
from p88console.store.work import history
from p88console.ui.widgets.pages import FIRST_COUNT
from tests.benchmarks.mirror import PAGE, field, pull
from tests.benchmarks.timing import Finding, in_turns
from tests.store.bench import Bench, set_up
from tests.support.clock import SteppedClock

FEW = 1_000
LONGER = (10_000, 100_000, 1_000_000)
ATTEMPTS, MORE_ATTEMPTS = 1_000, 1_000_000
ROWS, TRIES, BEST_OF = 40, 9, 9
PULLED = 50_000
"""People who are pulled; more than these are copies of them."""

COPIES = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
INSERT INTO sync_history (job_id, partner_id, account_id, operation, direction, attempt, state,
    trigger, started_at, partial, counts)
SELECT job_id, partner_id, account_id, operation, direction, attempt, state, trigger, started_at,
    partial, counts FROM sync_history, n WHERE sync_history.id = :its_id
"""


def flat(folder: Path) -> Iterator[Finding]:
    """A screenful of the roster, of its searches, and of history."""
    small = _roster(folder, FEW)
    looks = {"open the roster": "", "search a bib": "5", "search a name": "last1"}
    for size in LONGER:
        large = _roster(folder, size)
        for what, words in looks.items():
            ours, theirs = (_page(bench, words) for bench in (large, small))
            pairs = in_turns(TRIES, ours, theirs, BEST_OF)
            yield Finding(f"{what} of {size:,}", f"of {FEW:,}", pairs, 2.0)
            ours, theirs = (_count(bench, words) for bench in (large, small))
            yield Finding(
                "… and count them", f"of {FEW:,}", in_turns(TRIES, ours, theirs, BEST_OF), 2.0
            )
        large.db.close()
    small.db.close()
    small, large = (_history(folder, count) for count in (ATTEMPTS, MORE_ATTEMPTS))
    ours, theirs = (_attempts(bench) for bench in (large, small))
    pairs = in_turns(TRIES, ours, theirs, BEST_OF)
    yield Finding(f"a page of {MORE_ATTEMPTS:,} attempts", f"of {ATTEMPTS:,}", pairs, 2.0)
    small.db.close()
    large.db.close()


def _page(bench: Bench, words: str) -> Callable[[], object]:
    return lambda: bench.read(roster.page, RosterQuery(bench.event, words), 0, ROWS)


def _count(bench: Bench, words: str) -> Callable[[], object]:
    at_most = FIRST_COUNT if words else None
    return lambda: bench.read(roster.count, RosterQuery(bench.event, words), at_most)


def _attempts(bench: Bench) -> Callable[[], object]:
    return lambda: bench.read(history.page, 500, ROWS, "")


def _roster(folder: Path, count: int) -> Bench:
    bench = set_up(folder / f"roster{count}.db", SteppedClock())
    pulled = min(count, PULLED)
    for first in range(0, pulled, PAGE):
        pull(bench, field(PAGE, first))
    for further in range(pulled, count, pulled):
        _copy(bench, further)
    return bench


def _copy(bench: Bench, further: int) -> None:
    """Everybody who was pulled again, by ids and bibs so much higher."""
    higher = {
        name: f"CAST({name} + {further} AS text)" for name in ("provider_id", "row_key", "bib")
    }
    names = [column.name for column in participants.PARTICIPANTS.c if column.name != "id"]
    copied = ", ".join(higher.get(name, name) for name in names)
    within = f"id <= {PULLED}"
    bench.execute(
        f"INSERT INTO participants (id, {', '.join(names)}) "  # noqa: S608  # names and numbers
        f"SELECT id + {further}, {copied} FROM participants WHERE {within}"
    )
    bench.execute(
        "INSERT INTO name_words (participant_id, word, event_id, name_key) "  # noqa: S608
        f"SELECT participant_id + {further}, word, event_id, name_key FROM name_words "
        f"WHERE participant_{within}"
    )

    bench.execute("UPDATE events SET people = people + :further", further=PULLED)


def _history(folder: Path, count: int) -> Bench:
    bench = set_up(folder / f"history{count}.db", SteppedClock())
    attempt = bench.claimed()
    with bench.db.writer() as tx:
        values = {"count": count, "its_id": attempt.history_id}
        tx.connection.execute(text(COPIES), values)
    return bench
