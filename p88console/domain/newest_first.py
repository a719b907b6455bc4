"""Listings with the newest change on top: the order itself tells who changed since the last one."""

from __future__ import annotations

from collections.abc import Sequence


class NewestFirst:
    """Follows a listing from the top and says which rows stand where they stood.

    Whoever changes floats to the top, and everybody else keeps their order. So a row is settled
    when it is the next of the last listing, once those who floated away are left out, and says the
    same as it did.
    """

    def __init__(self, last: Sequence[tuple[str, str]]) -> None:
        """Begin with the last listing: key and content hash of each row, from the top."""
        self._last = last
        self._next = 0
        self._floated: set[str] = set()

    def settled(self, key: str, content_hash: str) -> bool:
        """Whether the next row of the listing is where it was and as it was."""
        while self._next < len(self._last) and self._last[self._next][0] in self._floated:
            self._next += 1
        if self._next < len(self._last) and self._last[self._next][0] == key:
            self._next += 1
            return self._last[self._next - 1][1] == content_hash
        self._floated.add(key)
        return False
