"""Ledger, results, queue, history and schedule."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0002"
down_revision = "0001"

KNOWN_STATES = (
    "state IN ('pending', 'running', 'verify', 'held', "
    "'completed', 'failed_permanent', 'cancelled')"
)


def upgrade() -> None:
    """Create the tables."""
    _engine_lease()
    _pull_marks()
    _sync_queue()
    _sync_queue_indexes()
    _sync_schedule()
    _sync_history()
    _push_ledger()
    _results()
    _result_revisions()


def _engine_lease() -> None:
    op.create_table(
        "engine_lease",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_engine_lease_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine_lease")),
    )


def _pull_marks() -> None:
    op.create_table(
        "pull_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("watermark", UTCDateTime(), nullable=True),
        sa.Column("reconciled_at", UTCDateTime(), nullable=True),
        sa.Column("succeeded_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_pull_marks_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_pull_marks_event_id_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pull_marks")),
    )
    op.create_index(
        "uq_pull_marks_row",
        "pull_marks",
        ["account_id", sa.text("coalesce(event_id, 0)"), "operation"],
        unique=True,
    )


def _sync_queue() -> None:
    op.create_table(
        "sync_queue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("in_doubt", sa.Boolean(), nullable=False),
        sa.Column("progress_done", sa.Integer(), nullable=False),
        sa.Column("progress_total", sa.Integer(), nullable=True),
        sa.Column("checkpoint", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("error", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.Float(), nullable=True),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'running') = (lease_owner IS NOT NULL AND lease_until IS NOT NULL)",
            name=op.f("ck_sync_queue_running_under_lease"),
        ),
        sa.CheckConstraint(
            "(state IN ('completed', 'failed_permanent', 'cancelled')) = (finished_at IS NOT NULL)",
            name=op.f("ck_sync_queue_final_has_end"),
        ),
        sa.CheckConstraint(
            "direction IN ('pull', 'push')", name=op.f("ck_sync_queue_direction_known")
        ),
        sa.CheckConstraint(
            "operation IN ('events', 'participants', 'results')",
            name=op.f("ck_sync_queue_operation_known"),
        ),
        sa.CheckConstraint(
            KNOWN_STATES,
            name=op.f("ck_sync_queue_state_known"),
        ),
        sa.CheckConstraint(
            "trigger IN ('schedule', 'operator', 'api', 'retry')",
            name=op.f("ck_sync_queue_trigger_known"),
        ),
        sa.CheckConstraint("attempt >= 0", name=op.f("ck_sync_queue_attempt_counted")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sync_queue_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_sync_queue_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name=op.f("fk_sync_queue_partner_id_partners")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_queue")),
    )


def _sync_queue_indexes() -> None:
    op.create_index(
        "ix_sync_queue_claim",
        "sync_queue",
        ["priority", "due_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'verify')"),
        postgresql_where=sa.text("state IN ('pending', 'verify')"),
    )
    op.create_index(
        "uq_sync_queue_one_open",
        "sync_queue",
        ["account_id", sa.text("coalesce(event_id, 0)"), "operation", "direction"],
        unique=True,
        sqlite_where=sa.text("state IN ('pending', 'running', 'verify', 'held')"),
        postgresql_where=sa.text("state IN ('pending', 'running', 'verify', 'held')"),
    )
    op.create_index(
        "uq_sync_queue_one_running",
        "sync_queue",
        ["account_id", sa.text("coalesce(event_id, 0)")],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )


def _sync_schedule() -> None:
    op.create_table(
        "sync_schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("enqueued_at", UTCDateTime(), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("interval_s", sa.Float(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sync_schedule_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_sync_schedule_event_id_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_schedule")),
    )
    op.create_index(
        "uq_sync_schedule_row",
        "sync_schedule",
        ["account_id", sa.text("coalesce(event_id, 0)"), "operation"],
        unique=True,
    )


def _sync_history() -> None:
    op.create_table(
        "sync_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("error", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'running') = (finished_at IS NULL)",
            name=op.f("ck_sync_history_settled_has_end"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sync_history_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_sync_history_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["job_id"], ["sync_queue.id"], name=op.f("fk_sync_history_job_id_sync_queue")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name=op.f("fk_sync_history_partner_id_partners")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_history")),
    )
    op.create_index(op.f("ix_sync_history_event_id"), "sync_history", ["event_id"], unique=False)
    op.create_index(op.f("ix_sync_history_job_id"), "sync_history", ["job_id"], unique=False)
    op.create_index(
        "ix_sync_history_lane",
        "sync_history",
        ["account_id", "direction", "state", "finished_at"],
        unique=False,
    )


def _push_ledger() -> None:
    op.create_table(
        "push_ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("acknowledged", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("sent", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("mirror_hash", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("acknowledged_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('unsent', 'sent', 'verified', 'differs', 'ignored', 'refused', 'held')",
            name=op.f("ck_push_ledger_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["links.id"], name=op.f("fk_push_ledger_link_id_links")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_push_ledger_participant_id_participants"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_ledger")),
        sa.UniqueConstraint(
            "link_id", "participant_id", name=op.f("uq_push_ledger_link_id_participant_id")
        ),
    )
    op.create_index("ix_push_ledger_link_state", "push_ledger", ["link_id", "state"], unique=False)
    op.create_index(
        op.f("ix_push_ledger_participant_id"), "push_ledger", ["participant_id"], unique=False
    )


def _results() -> None:
    op.create_table(
        "results",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("race_id", sa.Integer(), nullable=True),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("bib", sa.String(), nullable=True),
        sa.Column("first_name", sa.String(), nullable=True),
        sa.Column("last_name", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("gun_time_ms", sa.Integer(), nullable=True),
        sa.Column("chip_time_ms", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("gender_place", sa.Integer(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("category_place", sa.Integer(), nullable=True),
        sa.Column("splits", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("raw", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_results_event_id_events")
        ),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_results_link_id_links")),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_results_participant_id_participants"),
        ),
        sa.ForeignKeyConstraint(["race_id"], ["races.id"], name=op.f("fk_results_race_id_races")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_results")),
        sa.UniqueConstraint("link_id", "row_key", name=op.f("uq_results_link_id_row_key")),
    )
    op.create_index(op.f("ix_results_event_id"), "results", ["event_id"], unique=False)
    op.create_index(op.f("ix_results_participant_id"), "results", ["participant_id"], unique=False)
    op.create_index(op.f("ix_results_race_id"), "results", ["race_id"], unique=False)


def _result_revisions() -> None:
    op.create_table(
        "result_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("standing", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["result_id"], ["results.id"], name=op.f("fk_result_revisions_result_id_results")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_revisions")),
        sa.UniqueConstraint(
            "result_id", "revision", name=op.f("uq_result_revisions_result_id_revision")
        ),
    )
