"""What a warm process has imported: every command, and what they import when they are called."""

from __future__ import annotations

from importlib import import_module

from p88console.cli.main import COMMANDS
from p88console.domain.model import Provider

for _module, _ in COMMANDS.values():
    import_module(f"p88console.cli.{_module}")
for _name in (
    *(f"p88console.providers.{provider}.adapter" for provider in Provider),
    "apscheduler.schedulers.asyncio",
    "httpx",
    "keyring",
    "p88console.runtime.headless",
    "p88console.runtime.runtime",
    "p88console.store.database.postgres",
    "rich.table",
    "sqlalchemy.dialects.sqlite",
):
    import_module(_name)
