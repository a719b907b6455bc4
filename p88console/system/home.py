"""The folder that holds database, settings, logs and backups."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class Home:
    """Where everything of this installation lies."""

    folder: Path
    shared: str | None = field(default=None, repr=False)
    """The address of a shared database, which may hold a password."""

    @property
    def database(self) -> Path:
        """The mirror, queue and history."""
        return self.folder / "p88console.db"

    @property
    def settings(self) -> Path:
        """What the operator has set; absent until something is."""
        return self.folder / "settings.toml"

    @property
    def console(self) -> Path:
        """How the operator likes the console; absent until something was chosen on screen."""
        return self.folder / "console.json"

    @property
    def backups(self) -> Path:
        """Copies of the database, made by themselves and kept by count."""
        return self.folder / "backups"

    @property
    def spool(self) -> Path:
        """What was typed while the shared database was away."""
        return self.folder / "spool.db"

    @property
    def log(self) -> Path:
        """What the engine did, for whoever helps the operator."""
        return self.folder / "logs" / "p88console.log"


def home_at(folder: str | None) -> Home:
    """The chosen folder, or the platform's user data folder.

    A shared database takes the place of the folder's own when `P88_DATABASE_URL` names one.
    """
    return Home(
        Path(folder) if folder else Path(platformdirs.user_data_dir("p88console", appauthor=False)),
        os.environ.get("P88_DATABASE_URL") or None,
    )
