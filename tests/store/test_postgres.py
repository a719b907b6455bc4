"""What only a shared database has to stand: writers of other laptops that fall silent."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from p88console.domain.errors import StoreLost
from p88console.store.database import postgres
from p88console.store.database.db import Database
from p88console.store.database.patience import CONNECT, LOCK_S
from p88console.store.tenancy import tenants

TAKE = f"SELECT pg_advisory_xact_lock({postgres.ORDER})"


Line = psycopg.Connection[Any]


@pytest.fixture
def line(postgres_address: str) -> Iterator[Line]:
    """Another laptop's connection."""
    address = make_url(postgres_address).set(drivername="postgresql")
    told = CONNECT | {"application_name": "another laptop"}
    connection = psycopg.connect(address.render_as_string(hide_password=False), **told)
    yield connection
    connection.close()


def add(db: Database) -> bool:
    return bool(db.write_here(tenants.add_partner, "Front Range", datetime.now(UTC)).id)


@pytest.mark.parametrize("where_it_fell_silent", ["in a statement", "between two"])
def test_a_writer_that_falls_silent_is_ended_and_the_others_go_on(
    postgres_address: str, line: Line, where_it_fell_silent: str
) -> None:
    db = Database.open(postgres_address)
    if where_it_fell_silent == "between two":
        line.execute(TAKE)
    else:
        line.pgconn.enter_pipeline_mode()
        line.pgconn.send_query_params(b"BEGIN", None)
        line.pgconn.send_query_params(TAKE.encode(), None)
        line.pgconn.flush()
    assert add(db)
    db.close()


def test_a_writer_that_speaks_is_left_alone(postgres_address: str, line: Line) -> None:
    db = Database.open(postgres_address)
    with ThreadPoolExecutor() as beside:
        line.execute(TAKE)
        added = beside.submit(add, db)
        line.execute("SELECT pg_sleep(%s)", [LOCK_S + 2])
        assert not added.done()
        line.commit()
        assert added.result(30)
    db.close()


def test_opening_waits_for_nobodys_write(postgres_address: str, line: Line) -> None:
    Database.open(postgres_address).close()
    line.execute(TAKE)
    line.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    Database.open(postgres_address).close()
    assert line.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
    line.commit()


def test_a_server_that_is_not_there_is_lost_and_not_refused() -> None:
    with pytest.raises(StoreLost, match=r"none at 127\.0\.0\.1:9: Connection refused$"):
        Database.open("postgresql+psycopg://nobody@127.0.0.1:9/none")
