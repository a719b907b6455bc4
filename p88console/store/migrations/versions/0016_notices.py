"""What the engine noticed, and how many calls a listing takes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0016"
down_revision = "0015"

KINDS = ("failed", "held", "overdue", "brake", "clock", "slept", "disk")


def upgrade() -> None:
    """Add the table and the column."""
    listed = ", ".join(f"'{word}'" for word in KINDS)
    op.create_table(
        "engine_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("began_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.Column("over_told_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(f"kind IN ({listed})", name=op.f("ck_engine_notices_kind_known")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_engine_notices_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_engine_notices_event_id_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine_notices")),
    )
    stands = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_engine_notices_one_stands",
        "engine_notices",
        ["key"],
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )
    op.create_index(op.f("ix_engine_notices_ended_at"), "engine_notices", ["ended_at"])
    op.add_column("pull_marks", sa.Column("calls", sa.Integer(), nullable=True))
