"""Standings are listed in their order from an index."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Index results by event, race and place, which finds those of an event as well."""
    op.drop_index("ix_results_event_id", "results")
    op.create_index(
        "ix_results_event_place",
        "results",
        ["event_id", "race_id", "place", "gun_time_ms"],
        unique=False,
    )
