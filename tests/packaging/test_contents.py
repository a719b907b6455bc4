"""Wheel and sdist as they are built: everything that the program needs, and nothing else."""

from __future__ import annotations

import os
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.sources import PYTHON, ROOT

NAME = "p88console-0.1.0"
FOLDERS = ("p88console", "tests", "assets", "packaging")
FILES = {
    ".gitignore", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml", "requirements.lock",
}  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both, built as a release is."""
    folder = tmp_path_factory.mktemp("dist")
    words = [PYTHON, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    return folder


def sources(*folders: str) -> Iterator[str]:
    """Every file of these folders that is no trace of a run."""
    for folder in folders:
        for file in (ROOT / folder).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file.relative_to(ROOT).as_posix()


def test_the_wheel_holds_the_package_whole_and_nothing_else(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    about = {f"{NAME}.dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD")}
    about |= {f"{NAME}.dist-info/entry_points.txt", f"{NAME}.dist-info/licenses/LICENSE"}
    assert names == set(sources("p88console")) | about
    assert "p88console/ui/console.tcss" in names
    assert "p88console/py.typed" in names


def test_the_sdist_can_be_built_and_tested_from(built: Path) -> None:
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {member.name.removeprefix(f"{NAME}/") for member in archive if member.isfile()}
    assert names == set(sources(*FOLDERS)) | FILES


def test_the_program_runs_from_the_wheel_alone(built: Path, tmp_path: Path) -> None:
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "there")  # noqa: S202  # built by this very test
    where = {
        **os.environ,
        "PYTHONPATH": str(tmp_path / "there"),
        "P88_HOME": str(tmp_path / "home"),
    }
    look = "import p88console, sys; sys.stdout.write(p88console.__file__)"
    found = subprocess.run(
        [PYTHON, "-c", look], cwd=tmp_path, env=where, check=True, capture_output=True, text=True
    )
    assert found.stdout.startswith(str(tmp_path / "there"))
    words = [PYTHON, "-m", "p88console", "partner", "add", "Front Range Timing"]
    subprocess.run(words, cwd=tmp_path, env=where, check=True, capture_output=True)
    assert (tmp_path / "home" / "p88console.db").exists()
