"""What people decide: versions, inbox, operator actions, rules, rows behind counts, looks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables."""
    _looks()
    _operator_actions()
    _field_rules()
    _attempt_rows()
    _field_versions()
    _inbox()
    _inbox_indexes()
    _participant_changes()
    _participants()


def _looks() -> None:
    op.create_table(
        "looks",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_looks_event_id_events")),
        sa.PrimaryKeyConstraint("event_id", "who", name=op.f("pk_looks")),
    )


def _operator_actions() -> None:
    op.create_table(
        "operator_actions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("bases", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_operator_actions_event_id_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_actions")),
    )
    op.create_index(
        op.f("ix_operator_actions_event_id"), "operator_actions", ["event_id"], unique=False
    )


def _field_rules() -> None:
    op.create_table(
        "field_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("both", sa.String(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "\"both\" IN ('ask', 'ours', 'theirs')", name=op.f("ck_field_rules_both_known")
        ),
        sa.ForeignKeyConstraint(
            ["action_id"],
            ["operator_actions.id"],
            name=op.f("fk_field_rules_action_id_operator_actions"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_field_rules_event_id_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_rules")),
        sa.UniqueConstraint("event_id", "field", name=op.f("uq_field_rules_event_id_field")),
    )


def _attempt_rows() -> None:
    op.create_table(
        "attempt_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("history_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("participant_ids", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("notes", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["history_id"],
            ["sync_history.id"],
            name=op.f("fk_attempt_rows_history_id_sync_history"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_rows")),
        sa.UniqueConstraint("history_id", "kind", name=op.f("uq_attempt_rows_history_id_kind")),
    )


def _field_versions() -> None:
    op.create_table(
        "field_versions",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("base", sa.String(), nullable=True),
        sa.Column("theirs", sa.String(), nullable=True),
        sa.Column("set_here", sa.Boolean(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_field_versions_participant_id_participants"),
        ),
        sa.PrimaryKeyConstraint("participant_id", "field", name=op.f("pk_field_versions")),
    )
    op.create_index(
        "ix_field_versions_conflict",
        "field_versions",
        ["participant_id"],
        unique=False,
        sqlite_where=sa.text("conflict"),
        postgresql_where=sa.text("conflict"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("field", sa.String(), nullable=True),
        sa.Column("base", sa.String(), nullable=True),
        sa.Column("ours", sa.String(), nullable=True),
        sa.Column("theirs", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("door", sa.String(), nullable=True),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('conflict', 'removal', 'duplicate_bib', 'refused', 'held', 'by_hand', "
            "'no_id', 'orphan')",
            name=op.f("ck_inbox_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_inbox_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["action_id"], ["operator_actions.id"], name=op.f("fk_inbox_action_id_operator_actions")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_inbox_event_id_events")),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["sync_queue.id"],
            name=op.f("fk_inbox_job_id_sync_queue"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_inbox_link_id_links")),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_inbox_participant_id_participants"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
    )


def _inbox_indexes() -> None:
    op.create_index(op.f("ix_inbox_action_id"), "inbox", ["action_id"], unique=False)
    op.create_index(
        "ix_inbox_event_kind",
        "inbox",
        ["event_id", "kind"],
        unique=False,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_index(op.f("ix_inbox_link_id"), "inbox", ["link_id"], unique=False)
    op.create_index(op.f("ix_inbox_participant_id"), "inbox", ["participant_id"], unique=False)
    op.create_index(
        "uq_inbox_open",
        "inbox",
        ["key"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )


def _participant_changes() -> None:
    with op.batch_alter_table("participant_changes") as batch:
        batch.add_column(sa.Column("reason", sa.String(), nullable=True))
        batch.add_column(sa.Column("action_id", sa.Integer(), nullable=True))
        batch.create_index(batch.f("ix_participant_changes_action_id"), ["action_id"], unique=False)
        batch.create_index(batch.f("ix_participant_changes_at"), ["at"], unique=False)
        batch.create_foreign_key(
            batch.f("fk_participant_changes_action_id_operator_actions"),
            "operator_actions",
            ["action_id"],
            ["id"],
        )


def _participants() -> None:
    # in place: views select from this table
    op.add_column(
        "participants",
        sa.Column("added_here", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
