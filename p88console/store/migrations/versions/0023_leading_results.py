"""Which result of a runner leads, in the unified view."""

from __future__ import annotations

from alembic import op

from p88console.store.database.views import UNIFIED_RESULTS

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Make the view of results anew."""
    op.execute("DROP VIEW unified_results")
    op.execute(UNIFIED_RESULTS)
