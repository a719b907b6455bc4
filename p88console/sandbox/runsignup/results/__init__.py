"""RunSignUp's results as the practice race keeps them: sets, rows, splits, ordered timing data."""

from __future__ import annotations

from p88console.sandbox.runsignup.results.desk import ResultsDesk

__all__ = ["ResultsDesk"]
