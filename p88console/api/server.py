"""Serves the REST door on loopback, and keeps its token in the keyring."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from p88console.api.app import make_app
from p88console.domain.errors import P88Error, VaultFault
from p88console.engine.shop import VAULT_TIMEOUT_S
from p88console.runtime.runtime import Runtime
from p88console.system.home import Home
from p88console.system.listener import Listener
from p88console.system.vault import Vault

TOKEN = "token"  # noqa: S105  # the name it has in the vault


@asynccontextmanager
async def listening(runtime: Runtime, port: int, token: str) -> AsyncIterator[str]:
    """Answer on this loopback port while the block lasts; yields the address.

    Raises `P88Error` when the port is taken.
    """
    try:
        listener = Listener(make_app(runtime, token), port)
    except OSError as fault:
        raise P88Error(
            f"port {port} cannot be used", str(fault.strerror), "choose another with --port"
        ) from None
    await listener.start()
    try:
        yield listener.base_url
    finally:
        await listener.stop()


async def token_of(vault: Vault, home: Home, *, shown: bool) -> str:
    """The home's token; a new one where there is none yet.

    Raises `VaultFault` where none can be kept, unless it is shown: then it lasts for this run.
    """
    key = "api-" + hashlib.sha256(str(home.folder.resolve()).encode()).hexdigest()[:16]
    fresh = secrets.token_urlsafe(32)

    def kept() -> str:
        try:
            return vault.get(key)[TOKEN]
        except (VaultFault, KeyError):
            vault.put(key, {TOKEN: fresh})
            return fresh

    try:
        return await asyncio.wait_for(asyncio.to_thread(kept), VAULT_TIMEOUT_S)
    except (VaultFault, TimeoutError):
        if shown:
            return fresh
        raise VaultFault(
            "the keyring keeps no token for the API",
            "it cannot be used, or does not answer",
            "unlock it, or add --print-token: the token then lasts for this run",
        ) from None
