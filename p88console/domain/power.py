"""What the machine runs on, and when that becomes a person's business."""

from __future__ import annotations

from dataclasses import dataclass

LOW_PERCENT = 20
"""Charge from which on a person is told, on battery."""

LAST_PERCENT = 10
"""Charge from which on a last copy of the database is made, on battery."""


@dataclass(frozen=True, slots=True)
class Battery:
    """The charge in percent, and whether the mains are there."""

    percent: float
    plugged: bool

    @property
    def low(self) -> bool:
        """Whether somebody should plug it in."""
        return not self.plugged and self.percent <= LOW_PERCENT

    @property
    def nearly_empty(self) -> bool:
        """Whether it may go out at any moment."""
        return not self.plugged and self.percent <= LAST_PERCENT


@dataclass(frozen=True, slots=True)
class Power:
    """The battery, None where there is none, and whether this program keeps the machine awake."""

    battery: Battery | None = None
    kept_awake: bool = False
