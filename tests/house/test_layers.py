"""The layers of the architecture hold, as contracts that a linter reads."""

from __future__ import annotations

import re
import subprocess

from tests.house.sources import PYTHON, ROOT

LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def test_every_contract_is_kept() -> None:
    done = subprocess.run(  # our own interpreter and words
        [PYTHON, "-c", LINT_IMPORTS, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", said)
    assert kept is not None, said
    assert int(kept[1]) >= 1
