"""Where secrets are: the operating system's keyring, or memory for a practice race."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Protocol

from p88console.domain.errors import VaultFault

SERVICE = "p88console"


class Vault(Protocol):
    """Keeps each account's secrets under a key that means nothing elsewhere."""

    def get(self, key: str) -> dict[str, str]:
        """The secrets of an account. Raises `VaultFault`."""
        ...

    def put(self, key: str, secrets: Mapping[str, str]) -> None:
        """Keep the secrets of an account. Raises `VaultFault`."""
        ...

    def delete(self, key: str) -> None:
        """Forget the secrets of an account; nothing happens when there are none."""
        ...


class MemoryVault:
    """Secrets that last as long as this process: for practice races."""

    def __init__(self) -> None:
        self._secrets: dict[str, dict[str, str]] = {}

    def get(self, key: str) -> dict[str, str]:
        """The secrets of an account."""
        if key not in self._secrets:
            raise _absent()
        return dict(self._secrets[key])

    def put(self, key: str, secrets: Mapping[str, str]) -> None:
        """Keep the secrets of an account."""
        self._secrets[key] = dict(secrets)

    def delete(self, key: str) -> None:
        """Forget the secrets of an account."""
        self._secrets.pop(key, None)


class KeyringVault:
    """The keyring of the operating system, whichever back end it has."""

    def get(self, key: str) -> dict[str, str]:
        """The secrets of an account."""
        import keyring  # noqa: PLC0415  # 80 ms that only a command with secrets has to pay

        try:
            stored = keyring.get_password(SERVICE, key)
        except Exception as fault:  # noqa: BLE001  # back ends raise what they like
            raise _unusable(fault) from None
        if stored is None:
            raise _absent()
        try:
            secrets = json.loads(stored)
        except ValueError:
            raise _absent() from None
        return {str(name): str(value) for name, value in secrets.items()}

    def put(self, key: str, secrets: Mapping[str, str]) -> None:
        """Keep the secrets of an account, and see that they are kept."""
        import keyring  # noqa: PLC0415

        try:
            keyring.set_password(SERVICE, key, json.dumps(dict(secrets)))
        except Exception as fault:  # noqa: BLE001
            raise _unusable(fault) from None
        if self.get(key) != dict(secrets):
            raise VaultFault(
                "the keyring does not keep secrets",
                "what was stored could not be read back",
                "choose a working keyring back end",
            )

    def delete(self, key: str) -> None:
        """Forget the secrets of an account."""
        import keyring  # noqa: PLC0415
        from keyring.errors import PasswordDeleteError  # noqa: PLC0415

        try:
            keyring.delete_password(SERVICE, key)
        except PasswordDeleteError:
            return
        except Exception as fault:  # noqa: BLE001
            raise _unusable(fault) from None


def _absent() -> VaultFault:
    return VaultFault(
        "the keyring has no secrets of this account",
        "they were stored on another machine, or lost",
        "give them anew: p88console account secrets ID",
    )


def _unusable(fault: Exception) -> VaultFault:
    return VaultFault(
        "the keyring of this machine cannot be used",
        type(fault).__name__,
        "unlock it, or install one (on Linux: gnome-keyring or KWallet)",
    )
