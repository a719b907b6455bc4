"""Secrets are kept by the keyring or not at all."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null

from p88console.domain.errors import VaultFault
from p88console.system.vault import KeyringVault, MemoryVault, Vault
from tests.support.keyring_file import FileKeyring

SECRETS = {"api_key": "k-1", "api_secret": "ä-2"}


@pytest.fixture
def chosen(tmp_path: Path) -> Iterator[None]:
    """A file back end, chosen by keyring's own call and given back afterwards."""
    before = keyring.get_keyring()
    back_end: FileKeyring = FileKeyring()  # type: ignore[no-untyped-call]  # keyring's own base
    back_end.path = tmp_path / "keyring.json"
    keyring.set_keyring(back_end)
    yield
    keyring.set_keyring(before)


def _kept_and_forgotten(vault: Vault) -> None:
    vault.put("one", SECRETS)
    vault.put("two", {"api_key": "other"})
    assert vault.get("one") == SECRETS
    vault.delete("one")
    vault.delete("one")
    with pytest.raises(VaultFault):
        vault.get("one")
    assert vault.get("two") == {"api_key": "other"}


def test_memory_keeps_secrets_for_a_practice_race() -> None:
    _kept_and_forgotten(MemoryVault())


@pytest.mark.usefixtures("chosen")
def test_the_keyring_keeps_and_forgets() -> None:
    _kept_and_forgotten(KeyringVault())


@pytest.mark.usefixtures("chosen")
@pytest.mark.parametrize("broken", [null.Keyring, fail.Keyring])
def test_a_keyring_that_loses_secrets_is_never_taken_for_one_that_keeps_them(
    broken: type[KeyringBackend],
) -> None:
    keyring.set_keyring(broken())
    with pytest.raises(VaultFault) as caught:
        KeyringVault().put("one", SECRETS)
    assert "k-1" not in f"{caught.value.title} {caught.value.detail} {caught.value.hint}"


DRIVER = """
from p88console.system.vault import KeyringVault
import keyring
assert "SecretService" in type(keyring.get_keyring()).__module__, keyring.get_keyring()
vault = KeyringVault()
vault.put("one", {"api_key": "k-1", "long": "x" * 5000})
assert vault.get("one")["long"] == "x" * 5000
vault.delete("one")
print("kept and forgotten")
"""


@pytest.mark.secretservice
@pytest.mark.skipif(
    not (shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session")),
    reason="no gnome-keyring on this machine",
)
def test_a_real_secret_service_keeps_and_forgets(tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    (tmp_path / ".cache").mkdir()
    unlock = "printf 'test\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"
    script = f'{unlock}; exec "{sys.executable}" -c "$DRIVER"'
    answer = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script],
        env={
            "HOME": str(tmp_path),
            "XDG_RUNTIME_DIR": str(runtime),
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "DRIVER": DRIVER,
            "PYTHONPATH": str(Path(__file__).parents[2]),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "kept and forgotten" in answer.stdout, answer
