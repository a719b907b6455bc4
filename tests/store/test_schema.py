"""The schema that migrations make is the schema that the code means."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

import p88console.store.migrations
from p88console.domain.errors import StoreFault
from p88console.store.database import migrate
from p88console.store.database.db import Database
from p88console.store.tables import METADATA
from tests.store import derive
from tests.store.bench import Bench, ada

EXPRESSION_INDEXES = {
    "uq_sync_queue_one_open",
    "uq_sync_queue_one_running",
    "uq_sync_schedule_row",
    "uq_pull_marks_row",
}
INDEXES = {
    False: "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    True: """
        SELECT indexname AS name, indexdef AS sql FROM pg_indexes
        WHERE schemaname = 'public' AND indexname NOT IN (SELECT conname FROM pg_constraint)
    """,
}
EVENT_COLUMNS = {"provider", "name", "timezone", "starts_at", "race", "race_starts_at"}
PERSON_COLUMNS = {
    "provider",
    "provider_id",
    "event",
    "race",
    "bib",
    "chip",
    "first_name",
    "last_name",
    "gender",
    "birth_date",
    "email",
    "phone",
    "status",
    "push_state",
}
RESULT_COLUMNS = {
    "published_version",
    "published_at",
    "publication_state",
    "provider",
    "race",
    "bib",
    "status",
    "gun_time_ms",
    "chip_time_ms",
    "place",
}


def test_head_is_the_newest_version_file() -> None:
    folder = Path(p88console.store.migrations.__path__[0])
    numbers = sorted(file.name[:4] for file in (folder / "versions").glob("[0-9]*.py"))
    assert numbers[-1] == migrate.HEAD
    assert ScriptDirectory(str(folder)).get_heads() == [migrate.HEAD]


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
def test_migrations_make_the_tables_that_the_code_defines(bench: Bench) -> None:
    with bench.db.reader() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_migrations_make_every_index_that_the_code_defines(bench: Bench) -> None:
    made = {row["name"]: row["sql"] for row in bench.rows(INDEXES[bench.db.shared])}
    meant = {str(index.name) for table in METADATA.tables.values() for index in table.indexes}
    assert meant == set(made)
    for name in EXPRESSION_INDEXES:
        assert "UNIQUE" in made[name]
        assert "coalesce(event_id, 0)" in made[name].lower()


def test_migrations_make_every_check_that_the_code_defines(bench: Bench) -> None:
    with bench.db.reader() as connection:
        inspector = inspect(connection)
        for name, table in METADATA.tables.items():
            made = {check["name"] for check in inspector.get_check_constraints(name)}
            meant = {
                constraint.name
                for constraint in table.constraints
                if type(constraint).__name__ == "CheckConstraint"
            }
            assert made == meant, name


def test_opening_again_changes_nothing(bench: Bench) -> None:
    bench.mirror(ada())
    schema = INDEXES[bench.db.shared]
    before = (bench.rows(schema), bench.rows("SELECT * FROM participants"))
    again = Database.open(bench.db.where)
    with again.writer() as tx:
        assert not migrate.migrate(tx.connection)
    again.close()
    assert (bench.rows(schema), bench.rows("SELECT * FROM participants")) == before


def test_a_new_database_has_no_version_and_gets_the_newest(tmp_path: Path) -> None:
    bare = Database(tmp_path / "new.db")
    with bare.writer() as tx:
        assert migrate.current_version(tx.connection) is None
        assert migrate.migrate(tx.connection)
        assert migrate.current_version(tx.connection) == migrate.HEAD
    bare.close()


@pytest.mark.parametrize(
    ("view", "columns"),
    [
        ("unified_events", EVENT_COLUMNS),
        ("unified_participants", PERSON_COLUMNS),
        ("unified_results", RESULT_COLUMNS),
    ],
)
def test_every_view_can_be_selected_and_has_what_a_push_needs(
    bench: Bench, view: str, columns: set[str]
) -> None:
    with bench.db.reader() as connection:
        rows = connection.exec_driver_sql(f"SELECT * FROM {view}")  # noqa: S608  # fixed names
        assert columns <= set(rows.keys())


def test_foreign_keys_hold(bench: Bench) -> None:
    bench.mirror(ada())
    with pytest.raises(StoreFault, match=r"(?i)foreign key"):
        bench.execute("UPDATE participants SET event_id = 999")


def test_statements_know_the_tables_that_are_defined() -> None:
    kept = {file: file.read_text(encoding="utf-8") for file in derive.derived()}
    assert kept == derive.derived(), "run: python -m tests.store.derive"
