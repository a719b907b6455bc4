"""Lines to providers, shared budgets of calls, the network's class, jobs that wait for a line."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0013"
down_revision = "0012"

REACHES = ("theirs", "broken", "foreign", "refused", "silent", "no name", "no route")
KINDS = (
    "online",
    "throttled by us",
    "throttled by them",
    "provider down",
    "portal",
    "dns only",
    "no uplink",
    "offline",
)


def upgrade() -> None:
    """Add the tables and the flag."""
    op.add_column(
        "sync_queue", sa.Column("waits", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "account_lines",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closings", sa.Integer(), nullable=False),
        sa.Column("fault", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reach", sa.String(), nullable=True),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=True),
        sa.Column("broken_off", sa.Integer(), nullable=False),
        sa.Column("rests_until", UTCDateTime(), nullable=True),
        sa.Column("throttled_until", UTCDateTime(), nullable=True),
        sa.Column("spent_until", UTCDateTime(), nullable=True),
        sa.Column("per_hour", sa.Integer(), nullable=True),
        sa.Column("calls_left", sa.Float(), nullable=True),
        sa.Column("burst_left", sa.Float(), nullable=True),
        sa.Column("counted_at", UTCDateTime(), nullable=True),
        _one_of("account_lines", "reach", REACHES),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_lines_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_lines")),
    )
    op.create_table(
        "call_slots",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.CheckConstraint("slots >= 0", name=op.f("ck_call_slots_slots_counted")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_call_slots_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", "owner", name=op.f("pk_call_slots")),
    )
    op.create_table(
        "network_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("neutral", sa.String(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_network_state_single")),
        _one_of("network_state", "kind", KINDS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_state")),
    )


def _one_of(table: str, column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}_known"))
