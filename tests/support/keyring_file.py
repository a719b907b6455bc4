"""A keyring back end over one JSON file, for tests that run the program as a whole."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class FileKeyring(KeyringBackend):
    """Keeps passwords in `path`, for a child process the file that P88_TEST_KEYRING names."""

    priority = 1
    path: Path | None = None

    @property
    def _path(self) -> Path:
        return self.path or Path(os.environ["P88_TEST_KEYRING"])

    def _all(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        stored: dict[str, str] = json.loads(self._path.read_text())
        return stored

    def get_password(self, service: str, username: str) -> str | None:
        """The password, if there is one."""
        return self._all().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a password."""
        self._path.write_text(json.dumps(self._all() | {f"{service}/{username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        """Forget a password."""
        kept = self._all()
        kept.pop(f"{service}/{username}", None)
        self._path.write_text(json.dumps(kept))
