"""Lint, format and types are in order, by the same commands that a person runs."""

from __future__ import annotations

import subprocess

import pytest

from tests.house.sources import PYTHON, ROOT


@pytest.mark.parametrize(
    "words",
    [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)],
    ids=["lint", "format", "types"],
)
def test_the_code_is_in_order(words: tuple[str, ...]) -> None:
    done = subprocess.run(  # our own interpreter and words
        [PYTHON, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
