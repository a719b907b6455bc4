"""Publications: every version of a race's results, line by line."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0010"
down_revision = "0009"

MODES = "mode IN ('partial', 'full', 'withdraw')"
STATES = "state IN ('open', 'published', 'withheld', 'superseded')"
ROW_STATES = "state IN ('unsent', 'sent', 'verified', 'differs', 'ignored', 'refused')"


def upgrade() -> None:
    """Create the tables."""
    _publications()
    _rows()


def _publications() -> None:
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("race_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("origin", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("list_id", sa.String(), nullable=True),
        sa.Column("replaces", sa.String(), nullable=True),
        sa.Column("findings", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(MODES, name=op.f("ck_publications_mode_known")),
        sa.CheckConstraint(STATES, name=op.f("ck_publications_state_known")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_publications_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["sync_queue.id"],
            name=op.f("fk_publications_job_id_sync_queue"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["race_id"], ["races.id"], name=op.f("fk_publications_race_id_races")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint("race_id", "version", name=op.f("uq_publications_race_id_version")),
    )
    for column in ("event_id", "job_id"):
        op.create_index(op.f(f"ix_publications_{column}"), "publications", [column], unique=False)


def _rows() -> None:
    op.create_table(
        "publication_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint(ROW_STATES, name=op.f("ck_publication_rows_state_known")),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_publication_rows_participant_id_participants"),
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_publication_rows_publication_id_publications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_rows")),
        sa.UniqueConstraint(
            "publication_id",
            "registration_id",
            name=op.f("uq_publication_rows_publication_id_registration_id"),
        ),
    )
    op.create_index(
        op.f("ix_publication_rows_participant_id"),
        "publication_rows",
        ["participant_id"],
        unique=False,
    )
