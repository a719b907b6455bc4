"""What the console keeps of how its operator likes it: one small file in the home folder."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from pathlib import Path

from p88console.system.files import write_whole


class FileMemory:
    """Short lists of words under a name; a file that cannot be read is begun anew."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept: dict[str, list[str]] = {}
        try:
            found = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError):
            return
        if isinstance(found, dict):
            self._kept = {
                str(name): [str(word) for word in words]
                for name, words in found.items()
                if isinstance(words, list)
            }

    def recall(self, name: str) -> Collection[str]:
        """What was kept under this name; nothing at first."""
        return tuple(self._kept.get(name, ()))

    async def keep(self, name: str, words: Collection[str]) -> None:
        """Keep these words under this name, in the place of those before. Raises `P88Error`."""
        self._kept[name] = sorted(words)
        content = json.dumps(self._kept, ensure_ascii=False, indent=1).encode()
        await asyncio.to_thread(write_whole, self._file, content)
