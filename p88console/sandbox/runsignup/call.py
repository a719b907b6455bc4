"""One vendor call that was let in, and what its form carries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from p88console.sandbox.runsignup import faults


@dataclass(frozen=True, slots=True)
class Call:
    """Query, path and form of a call, and the instant at which it arrived."""

    query: Mapping[str, str]
    path: Mapping[str, str]
    form: Mapping[str, str]
    now: datetime

    @property
    def sent(self) -> Mapping[str, str]:
        """Form and query together: parameters of a write may ride in either (confirmed)."""
        return {**self.form, **self.query}

    def request(self) -> dict[str, Any]:
        """The JSON object in the form field `request` (confirmed in vendor samples).

        Raises:
            ApiError: There is none, or `request_format=json` was not sent beside it.
        """
        if self.sent.get("request_format") != "json":
            raise faults.invalid_submission()
        try:
            request = json.loads(self.form.get("request", ""))
        except ValueError:
            raise faults.invalid_submission() from None
        if not isinstance(request, dict):
            raise faults.invalid_submission()
        return request
