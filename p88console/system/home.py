"""The folder that holds database, settings, logs and backups."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class Home:
    """Where everything of this installation lies."""

    folder: Path

    @property
    def database(self) -> Path:
        """The mirror, queue and history."""
        return self.folder / "p88console.db"

    @property
    def log(self) -> Path:
        """What the engine did, for whoever helps the operator."""
        return self.folder / "logs" / "p88console.log"


def home_at(folder: str | None) -> Home:
    """The chosen folder, or the platform's user data folder."""
    return Home(
        Path(folder) if folder else Path(platformdirs.user_data_dir("p88console", appauthor=False))
    )
