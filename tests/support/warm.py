"""The program in a process of its own that has its modules already: a fork of one that waits.

A start from nothing imports for most of a second, and the tests start it hundreds of times.
Whatever is about starting, running on or being killed still starts it from nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

PRELOADED = "tests.support.warm_modules"

POSSIBLE = "forkserver" in multiprocessing.get_all_start_methods()


def call(
    words: Sequence[str], environment: Mapping[str, str], stdin: str, wait_s: float
) -> tuple[int, str, str]:
    """Run the program to its end; its exit code and what it wrote on stdout and stderr.

    Raises:
        subprocess.TimeoutExpired: It had not ended after so many machine seconds, and is killed.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOADED])
    with TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("in", "out", "err")]
        files[0].write_text(stdin, encoding="utf-8")
        process = context.Process(target=_run, args=(words, dict(environment), files))
        process.start()
        process.join(wait_s)
        if process.is_alive():
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(words), wait_s)
        code = process.exitcode
        process.close()
        out, err = (file.read_text(encoding="utf-8") for file in files[1:])
    assert code is not None
    return code, out, err


def _run(words: Sequence[str], environment: Mapping[str, str], files: Sequence[Path]) -> None:
    """The child: everything by which a process differs from another, then the program."""
    os.environ.clear()
    os.environ.update(environment)
    ways = (os.O_RDONLY, os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT)
    for number, (file, way) in enumerate(zip(files, ways, strict=True)):
        os.dup2(os.open(file, way, 0o600), number)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115  # they live as long as it
        for number, mode in enumerate("rww")
    )
    sys.argv = ["p88console", *words]
    from p88console.cli.main import main  # noqa: PLC0415  # in the child alone

    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
