"""Tells watchers which topics changed, merged, never which rows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

ALL_TOPICS = frozenset(
    {
        "queue",
        "history",
        "participants",
        "inbox",
        "results",
        "publications",
        "events",
        "accounts",
        "schedule",
        "engine",
        "notices",
    }
)
"""What may have changed when nobody knows what did."""


class Subscription:
    """One watcher's view: topics gather until it drains them."""

    def __init__(self, feed: Feed, wake: Callable[[], None]) -> None:
        self._feed = feed
        self._changed: set[str] = set()
        self.wake = wake

    def add(self, topics: Iterable[str]) -> bool:
        """Gather topics under the feed's lock; True when these are the first since a drain."""
        first = not self._changed
        self._changed.update(topics)
        return first and bool(self._changed)

    def drain(self) -> frozenset[str]:
        """Take all topics that changed since the last drain."""
        with self._feed.lock:
            changed = frozenset(self._changed)
            self._changed.clear()
        return changed

    def close(self) -> None:
        """Watch no longer."""
        with self._feed.lock:
            self._feed.watchers.discard(self)


class Feed:
    """Merges changed topics for each watcher; only the first since its last drain wakes it.

    `begin` is called at each subscription: from then on somebody wants to hear.
    """

    def __init__(self, begin: Callable[[], None] = lambda: None) -> None:
        self.lock = threading.Lock()
        self.watchers: set[Subscription] = set()
        self._begin = begin

    def publish(self, topics: Iterable[str]) -> None:
        """Say that these topics changed; callable from any thread."""
        changed = frozenset(topics)
        with self.lock:
            woken = [watcher for watcher in self.watchers if watcher.add(changed)]
        for watcher in woken:
            watcher.wake()

    def subscribe(self, wake: Callable[[], None]) -> Subscription:
        """Call `wake` (in the publisher's thread) at the first change after each drain."""
        watcher = Subscription(self, wake)
        with self.lock:
            self.watchers.add(watcher)
        self._begin()
        return watcher
