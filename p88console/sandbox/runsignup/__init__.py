"""RunSignUp as the practice race speaks it: `/rest/...`, errors inside HTTP 200."""

from __future__ import annotations

from p88console.sandbox.runsignup.server import RunSignUpServer

__all__ = ["RunSignUpServer"]
