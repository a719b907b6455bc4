"""A throw-away PostgreSQL server for one test session, shared by all its workers.

The first worker that needs it starts a keeper process, which makes a cluster in a folder of its
own, serves it on a Unix socket and a free port of loopback, and takes everything down again when
the session ends, however it ends.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from filelock import FileLock

from p88console.store.database.db import Database

USER = "p88"
TEMPLATE = "p88_template"
START_S = 60.0
NOT_STARTED = "the PostgreSQL server of the tests did not start; its keeper has said why"

# nothing of this cluster outlives the session, so nothing has to reach the disk
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": 200,
}


def installed() -> Path | None:
    """The folder of the newest server's programs on this machine; None when there is none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3])
    )
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"
EMPTY = """
DO $$ DECLARE one record; BEGIN
    SET session_replication_role = replica;
    FOR one IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP EXECUTE format('DELETE FROM %I', one.tablename); END LOOP;
    PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S';
END $$
"""


@dataclass(frozen=True)
class Cluster:
    """A running server; `folder` holds its data, socket and log."""

    folder: Path
    port: int
    made: set[str] = field(default_factory=set)
    emptied: list[str] = field(default_factory=list)

    def address(self, database: str) -> str:
        """Where a database of this server is, as the product is told it."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{database}"

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Administer the server."""
        where = f"host={self.folder} port={self.port} user={USER} dbname={database}"
        with psycopg.connect(where, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    @contextmanager
    def database(self) -> Iterator[str]:
        """An empty database with the present schema, nobody else's during the block."""
        name = self.emptied.pop() if self.emptied else f"t_{secrets.token_hex(6)}"
        if name not in self.made:
            self.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
            self.made.add(name)
        yield self.address(name)
        # emptying takes milliseconds where making another takes half a second
        self.run(HANG_UP.format(name))
        self.run(EMPTY, database=name)
        self.emptied.append(name)


def shared_cluster(session: Path) -> Cluster:
    """The server of this test session, started by whoever asks first.

    Args:
        session: A folder that all workers of the session share.
    """
    note, failed = session / "postgres", session / "postgres.failed"
    with FileLock(session / "postgres.lock"):
        if not note.exists():
            if failed.exists():
                raise RuntimeError(NOT_STARTED)
            words = [sys.executable, "-m", "tests.support.postgres", str(_controller()), str(note)]
            environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
            keeper = os.posix_spawn(sys.executable, words, environment, setsid=True)
            deadline = time.monotonic() + START_S
            while not note.exists():
                if os.waitpid(keeper, os.WNOHANG)[0] or time.monotonic() > deadline:
                    failed.touch()
                    raise RuntimeError(NOT_STARTED)
                time.sleep(0.02)
    folder, port, _keeper = note.read_text().split("\n")
    return Cluster(Path(folder), int(port))


def stop_cluster(session: Path) -> None:
    """Take the session's server down, if one was started, and wait until it is gone."""
    note = session / "postgres"
    if not note.exists():
        return
    keeper = int(note.read_text().split("\n")[2])
    os.kill(keeper, signal.SIGTERM)
    deadline = time.monotonic() + START_S
    while note.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def _controller() -> int:
    """The process whose end is the session's: xdist's controller, else this one."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def keep(controller: int, note: Path) -> None:
    """Serve a cluster until told to stop or until the session's process is gone."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: told.append(number))
    programs = installed()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="p88-pg-"))
    # the server refuses to run as root; elsewhere it runs as whoever tests
    user = "postgres" if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    cluster = _make(programs, folder, user)
    server = subprocess.Popen([programs / "postgres", "-D", folder / "data"], user=user, cwd=folder)
    try:
        _wait_until_ready(server, cluster)
        Database.open(cluster.address(TEMPLATE)).close()
        part = note.with_suffix(".part")
        part.write_text(f"{cluster.folder}\n{cluster.port}\n{os.getpid()}")
        part.rename(note)
        while not told and server.poll() is None and _lives(controller):
            time.sleep(0.1)
    finally:
        server.send_signal(signal.SIGQUIT)  # at once: nothing is worth a checkpoint
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)
        note.unlink(missing_ok=True)


def _make(programs: Path, folder: Path, user: str | None) -> Cluster:
    """A cluster that sorts as an operator's does: by language, not by code point."""
    data = folder / "data"
    sorts = ["--locale=C", "--locale-provider=icu", "--icu-locale=en-US"]
    words = ["-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", *sorts, "--no-sync"]
    subprocess.run(
        [programs / "initdb", *words], check=True, capture_output=True, user=user, cwd=folder
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {"port": port, "unix_socket_directories": folder, "listen_addresses": "127.0.0.1"}
    log = {"logging_collector": "on", "log_directory": folder, "log_filename": "log"}
    lines = [f"{name} = '{value}'" for name, value in (own | log | QUICK).items()]
    (data / "postgresql.auto.conf").write_text("\n".join(lines) + "\n")
    return Cluster(folder, port)


def _wait_until_ready(server: subprocess.Popen[bytes], cluster: Cluster) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            cluster.run(f"CREATE DATABASE {TEMPLATE}")
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    keep(int(sys.argv[1]), Path(sys.argv[2]))
