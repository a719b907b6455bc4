"""Notices tell of the battery too."""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"

KINDS = ("failed", "held", "overdue", "brake", "clock", "slept", "disk", "battery")
NAME = "ck_engine_notices_kind_known"


def upgrade() -> None:
    """Widen what a notice may be about."""
    listed = ", ".join(f"'{word}'" for word in KINDS)
    with op.batch_alter_table("engine_notices") as batch:
        batch.drop_constraint(op.f(NAME), type_="check")
        batch.create_check_constraint(op.f(NAME), f"kind IN ({listed})")
