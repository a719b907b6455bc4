"""Folders in which a database would be damaged are known by name and by file system."""

from __future__ import annotations

from pathlib import Path

import pytest

from p88console.system.places import unfit

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/races /mnt/races nfs4 rw 0 0
//nas/timing /mnt/our\\040nas cifs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "whose"),
    [
        ("/home/ada/Dropbox/races", "Dropbox"),
        ("/home/ada/Dropbox (Timing Co)/races", "Dropbox"),
        ("/Users/ada/OneDrive - Timing Co/races", "OneDrive"),
        ("/Users/ada/Library/Mobile Documents/com~apple~CloudDocs", "iCloud"),
        ("/Users/ada/Library/CloudStorage/Box-Box", "a cloud drive"),
        ("/home/ada/Google Drive/races", "Google Drive"),
    ],
)
def test_folders_that_are_synced_away_are_unfit(folder: str, whose: str) -> None:
    """D22."""
    assert whose in (unfit(Path(folder), Path("/nowhere")) or "")


def test_folders_of_another_machine_are_unfit(tmp_path: Path) -> None:
    """D22."""
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    assert "nfs4" in (unfit(Path("/mnt/races/today"), mounts) or "")
    assert "cifs" in (unfit(Path("/mnt/our nas/today"), mounts) or "")
    assert unfit(Path("/mnt/other"), mounts) is None


@pytest.mark.parametrize("folder", ["/home/ada/races", "/home/ada/my dropbox copies"])
def test_folders_of_this_machine_are_fit(folder: str) -> None:
    assert unfit(Path(folder), Path("/nowhere")) is None
