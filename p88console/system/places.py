"""Whether a folder can hold a database: not one that is synced, nor one on another machine."""

from __future__ import annotations

from pathlib import Path

SYNCED = {
    "dropbox": "Dropbox",
    "onedrive": "OneDrive",
    "iclouddrive": "iCloud",
    "mobiledocuments": "iCloud",
    "googledrive": "Google Drive",
    "cloudstorage": "a cloud drive",
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "boxsync": "Box",
}
"""How the folders begin that programs copy away while they are written, and whose they are."""

REMOTE = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "fuse.rclone", "afs")
"""How the kinds of file systems begin whose files lie on another machine."""

MOUNTS = Path("/proc/mounts")


def unfit(folder: Path, mounts: Path = MOUNTS) -> str | None:
    """Why a database in this folder would be damaged or lost; None where it is safe.

    Args:
        folder: Where the database would lie.
        mounts: The system's list of mounted file systems; absent outside Linux.
    """
    whole = folder.resolve()
    for part in whole.parts:
        plain = "".join(filter(str.isalnum, part.lower()))
        for begins, whose in SYNCED.items():
            if plain.startswith(begins):
                return f"{part} is kept in step by {whose}, which copies files while they change"
    kind = _kind_of(whole, mounts)
    if kind is not None and kind.startswith(REMOTE):
        return f"it lies on another machine ({kind}), whose locks do not hold"
    return None


def _kind_of(folder: Path, mounts: Path) -> str | None:
    """The kind of the file system under a folder; None where that cannot be told."""
    try:
        lines = mounts.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return None
    found = [line.split()[1:3] for line in lines if len(line.split()) > 2]
    # blanks in a mount point are written in octal
    under = [(Path(at.replace(r"\040", " ")), kind) for at, kind in found]
    holding = [(len(at.parts), kind) for at, kind in under if folder.is_relative_to(at)]
    return max(holding, default=(0, None), key=lambda one: one[0])[1]
