"""Commands start fast, because nothing is loaded before it is needed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.house.sources import PYTHON, ROOT

HEAVY = {
    "p88console.cli.main": {
        "asyncio",
        "textual",
        "sqlmodel",
        "sqlalchemy",
        "alembic",
        "httpx",
        "apscheduler",
        "keyring",
        "starlette",
        "fastapi",
        "uvicorn",
    },
    "p88console.engine.engine": {"textual", "apscheduler", "keyring", "alembic", "sqlmodel"},
    "p88console.cli.status": {
        "pydantic",
        "textual",
        "sqlmodel",
        "sqlalchemy.orm",
        "sqlalchemy.dialects.postgresql",
        "alembic",
        "httpx",
        "apscheduler",
        "keyring",
        "p88console.engine.shop",
        "p88console.engine.engine",
        "p88console.providers.http",
        "p88console.providers.registry",
        "p88console.runtime.runtime",
        "p88console.store.tables",
    },
    "p88console.cli.console": {
        "textual",
        "sqlmodel",
        "sqlalchemy.orm",
        "sqlalchemy.dialects.postgresql",
        "pydantic",
        "alembic",
        "httpx",
        "apscheduler",
        "keyring",
        "psutil",
    },
    "p88console.ui.app": {"sqlalchemy", "sqlmodel", "httpx", "keyring", "pygments"},
}


@pytest.mark.parametrize(("module", "heavy"), HEAVY.items(), ids=list(HEAVY))
def test_a_fresh_interpreter_loads_nothing_heavy(module: str, heavy: set[str]) -> None:
    look = f"import json, sys, {module}; print(json.dumps(list(sys.modules)))"
    done = subprocess.run(  # our own interpreter and words
        [PYTHON, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout))
    assert module in loaded
    assert loaded & heavy == set()


def test_telling_how_things_stand_loads_no_more_than_that(tmp_path: Path) -> None:
    command = [PYTHON, "-X", "importtime", "-m", "p88console", "--home", str(tmp_path), "status"]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)  # makes the database
    done = subprocess.run(
        [*command, "--json"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "p88console.runtime.standing" in loaded
    assert loaded & HEAVY["p88console.cli.status"] == set()
