"""Every table of the console fits every width it may be given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from p88console.ui.screens import agenda, deeds, history, inbox, plan, results, roster, setup
from p88console.ui.widgets.columns import GUTTER, Column, lay_out

TABLES: Mapping[str, Sequence[Column[Any]]] = {
    "agenda": agenda.COLUMNS,
    "deeds": deeds.COLUMNS,
    "history": history.COLUMNS,
    "inbox": inbox.COLUMNS,
    "plan": plan.COLUMNS,
    "results": results.COLUMNS,
    "roster": roster.COLUMNS,
    "setup": setup.COLUMNS,
}


@pytest.mark.parametrize("table", TABLES)
def test_no_table_shows_a_column_that_it_has_no_room_for(table: str) -> None:
    for width in range(64, 200):
        laid = lay_out(TABLES[table], width)
        assert sum(cells for _, cells in laid) + GUTTER * (len(laid) - 1) <= width
