"""The folder that holds database, settings, logs and backups."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from p88console.domain.errors import UsageFault


@dataclass(frozen=True, slots=True)
class Home:
    """Where everything of this installation lies."""

    folder: Path

    @property
    def database(self) -> Path:
        """The mirror, queue and history."""
        return self.folder / "p88console.db"

    @property
    def settings(self) -> Path:
        """What the operator has set; absent until something is."""
        return self.folder / "settings.toml"

    @property
    def backups(self) -> Path:
        """Copies of the database, made by themselves and kept by count."""
        return self.folder / "backups"

    @property
    def log(self) -> Path:
        """What the engine did, for whoever helps the operator."""
        return self.folder / "logs" / "p88console.log"


def home_at(folder: str | None) -> Home:
    """The chosen folder, or the platform's user data folder.

    Raises `UsageFault` when a shared database is asked for: working on a private copy of it
    without a word would be worse than not starting.
    """
    if os.environ.get("P88_DATABASE_URL"):
        raise UsageFault(
            "a shared database is not spoken yet",
            "P88_DATABASE_URL is set; this version keeps everything in the home folder",
            "unset P88_DATABASE_URL to work on this machine's own database",
        )
    return Home(
        Path(folder) if folder else Path(platformdirs.user_data_dir("p88console", appauthor=False))
    )
