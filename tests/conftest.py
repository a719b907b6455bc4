"""Both databases for every test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import postgres

SESSION = pytest.StashKey[Path]()


def _session_folder(config: pytest.Config) -> Path:
    """A folder that the workers of one session share."""
    factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined]  # the fixture's own, where no fixture reaches
    base = factory.getbasetemp()
    return base.parent if hasattr(config, "workerinput") else base


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> postgres.Cluster:
    """The session's PostgreSQL server."""
    if postgres.installed() is None:
        pytest.skip("no PostgreSQL server is installed: apt-get install postgresql")
    return postgres.shared_cluster(_session_folder(pytestconfig))


@pytest.fixture
def postgres_address(postgres_server: postgres.Cluster) -> Iterator[str]:
    """A PostgreSQL database of this test alone, with the present schema."""
    with postgres_server.database() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """A database of this test alone, once of each kind."""
    if request.param == "sqlite":
        return tmp_path / "p88console.db"
    address: str = request.getfixturevalue("postgres_address")
    return address


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Count lines once: not in the second database's run, nor where whole days run through them.

    Counting takes half of a test's time, and these would say again what others have said.
    """
    if config.getoption("no_cov"):
        return
    both = {item.nodeid.replace("sqlite", "postgresql") for item in items if "sqlite" in item.name}
    for item in items:
        if item.get_closest_marker("race_day") or item.nodeid in both:
            item.add_marker(pytest.mark.no_cover)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the session's PostgreSQL server down."""
    if not hasattr(config, "workerinput"):
        postgres.stop_cluster(_session_folder(config))
