"""Hears what other processes announce over PostgreSQL's NOTIFY and tells this one's watchers."""

from __future__ import annotations

import logging
import select
import socket
import threading
from collections.abc import Callable
from typing import Any

import psycopg

from p88console.store.database.feed import ALL_TOPICS, Feed

CHANNEL = "p88console"

PULSE_S = 5.0
"""How often a line without news is asked whether it still stands."""

AGAIN_S = 1.0

log = logging.getLogger(__name__)


class Listener(threading.Thread):
    """Listens until it is stopped; after each gap it takes everything for changed."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]], me: str, feed: Feed) -> None:
        super().__init__(name="p88-listener", daemon=True)
        self._connect = connect
        self._me = me
        self._feed = feed
        self._stopping = threading.Event()
        self._wake, self._woken = socket.socketpair()

    def stop(self) -> None:
        """End, and wait for the end."""
        self._stopping.set()
        self._wake.send(b".")
        self.join()
        self._wake.close()
        self._woken.close()

    def run(self) -> None:
        """Connect, listen, connect again."""
        while not self._stopping.is_set():
            try:
                with self._connect() as connection:
                    self._listen(connection)
            except psycopg.Error as fault:
                log.warning("the feed from other machines broke off: %s", fault)
                self._stopping.wait(AGAIN_S)

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        connection.autocommit = True
        connection.execute(f"LISTEN {CHANNEL}")
        self._feed.publish(ALL_TOPICS)
        heard = [connection.pgconn.socket, self._woken.fileno()]
        while not self._stopping.is_set():
            ready, _, _ = select.select(heard, [], [], PULSE_S)
            if not ready:
                connection.execute("SELECT 1")
            for notice in connection.notifies(timeout=0):
                sender, *topics = notice.payload.split()
                if sender != self._me:
                    self._feed.publish(topics)
