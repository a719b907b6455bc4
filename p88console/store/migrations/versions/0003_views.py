"""The unified views."""

from __future__ import annotations

from alembic import op

from p88console.store.views import CREATE_VIEWS

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the views."""
    for statement in CREATE_VIEWS:
        op.execute(statement)
