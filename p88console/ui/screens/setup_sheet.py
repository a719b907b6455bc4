"""One thing that was set up, whole, where there is no room beside the list."""

from __future__ import annotations

from collections.abc import Sequence

from p88console.store.windows.setup_rows import SetupRow
from p88console.ui.actions import bindings
from p88console.ui.phrase import Phrase
from p88console.ui.screens.sheet import Sheet
from p88console.ui.setup_text import row_lines


class SetupSheet(Sheet[None]):
    """Opens on a row of the setup."""

    BINDINGS = bindings("sheet")
    scope = "sheet"

    def __init__(self, row: SetupRow) -> None:
        super().__init__()
        self._row = row

    @property
    def heading(self) -> str:
        """Its name."""
        return self._row.name

    def text(self, width: int) -> Sequence[Phrase]:
        """What is known of it, under the sheet's own title."""
        return row_lines(self._row, width)[1:]

    def action_close(self) -> None:
        """Back."""
        self.dismiss(None)
