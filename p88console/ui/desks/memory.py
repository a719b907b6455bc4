"""What the console keeps of how its operator likes it, from one start to the next."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol


class Memory(Protocol):
    """Short lists of words under a name."""

    def recall(self, name: str) -> Collection[str]:
        """What was kept under this name; nothing at first."""
        ...

    async def keep(self, name: str, words: Collection[str]) -> None:
        """Keep these words under this name, in the place of those before."""
        ...
