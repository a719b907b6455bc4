"""Commands start fast, because nothing is loaded before it is needed."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.house.sources import PYTHON, ROOT

HEAVY = {
    "p88console.cli.main": {
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
    "p88console.ui.app": {"sqlalchemy", "sqlmodel", "httpx", "keyring"},
}


@pytest.mark.parametrize(("module", "heavy"), HEAVY.items(), ids=list(HEAVY))
def test_a_fresh_interpreter_loads_nothing_heavy(module: str, heavy: set[str]) -> None:
    look = f"import json, sys, {module}; print(json.dumps(list(sys.modules)))"
    done = subprocess.run(  # our own interpreter and words
        [PYTHON, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert "p88console" in loaded
    assert loaded & heavy == set()
