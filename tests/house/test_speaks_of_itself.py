"""The repository speaks of itself only: no paths of one machine, no download hosts."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.house.sources import ROOT

FOREIGN = tuple(
    "".join(parts)
    for parts in (
        ("/wo", "rk/"),
        ("../sh", "ared"),
        ("/sh", "ared/design"),
        ("py", "pi.org"),
        ("files.python", "hosted.org"),
    )
)
"""In two pieces each, so that this file does not speak of them either."""

git = shutil.which("git")


@pytest.mark.skipif(git is None or not (ROOT / ".git").exists(), reason="not a git checkout")
def test_no_file_speaks_of_foreign_places() -> None:
    assert git is not None
    listed = subprocess.run(  # git and our own words
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    assert len(files) > 100
    found = []
    for file in files:
        if file.is_file():
            text = file.read_bytes().decode("utf-8", "replace")
            found += [f"{file.relative_to(ROOT)}: {word}" for word in FOREIGN if word in text]
    assert found == []
