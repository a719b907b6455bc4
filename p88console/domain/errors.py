"""Faults, sorted by what to do next; each speaks to the operator.

Every fault carries a title (what), a detail (why, already redacted), and a hint (what to press or
expect). Nothing in here may ever hold a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from p88console.domain.model import Provider


class P88Error(Exception):
    """Something the operator can understand went wrong."""

    code: ClassVar[str] = "error"

    def __init__(self, title: str, detail: str = "", hint: str = "") -> None:
        super().__init__(title, detail, hint)
        self.title = title
        self.detail = detail
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.title}: {self.detail}" if self.detail else self.title

    def as_dict(self) -> dict[str, str]:
        """The fault as the command-line contract prints it."""
        return {
            "code": self.code,
            "title": self.title,
            "detail": self.detail,
            "hint": self.hint,
        }


class UsageFault(P88Error):
    """The command or a setting asks for something that is not there or makes no sense."""

    code = "usage"


class NotThere(UsageFault):
    """Something is asked for by an id that nothing has."""


class NothingToPublish(UsageFault):
    """No results, no earlier version, or nothing public: there is nothing that could be done."""


class StoreFault(P88Error):
    """The database cannot be read or written."""

    code = "store"


class StoreLost(StoreFault):
    """The database cannot be used for now; what is wanted may be asked again later."""

    code = "store_lost"


class VaultFault(P88Error):
    """The keyring has no usable back end, is locked, or lost a secret."""

    code = "keyring"


@dataclass(frozen=True, slots=True)
class Call:
    """Which call a provider fault belongs to; `url` is redacted."""

    provider: Provider
    method: str = ""
    url: str = ""
    status: int | None = None
    writes: bool = False
    """Whether it may change something at the provider."""

    def __str__(self) -> str:
        status = f" → {self.status}" if self.status is not None else ""
        return f"{self.method} {self.url}{status}".strip()


class ProviderFault(P88Error):
    """A provider did not give what was asked for."""

    code = "provider"

    def __init__(
        self,
        call: Call,
        title: str,
        detail: str = "",
        hint: str = "",
        *,
        retry_after_s: float | None = None,
        provider_code: str | None = None,
    ) -> None:
        super().__init__(title, detail, hint)
        self.call = call
        self.retry_after_s = retry_after_s
        self.provider_code = provider_code


class NotSent(ProviderFault):
    """Nothing left this machine: offline, no DNS, connection refused."""

    code = "not_sent"


class Transient(ProviderFault):
    """The provider answered that now is a bad moment, or a read broke off."""

    code = "transient"


class Throttled(Transient):
    """The provider wants fewer calls (429, or RunSignUp code 14)."""

    code = "throttled"


class BudgetSpent(ProviderFault):
    """This account's own budget of calls is used up; `retry_after_s` says when there is more."""

    code = "budget"


class Ambiguous(ProviderFault):
    """A write left this machine and no usable answer came back."""

    code = "ambiguous"


class Unauthorized(ProviderFault):
    """The provider does not accept this account's credentials."""

    code = "unauthorized"


class Forbidden(Unauthorized):
    """The credentials are good and the right to this is missing: no other token would help."""


class Rejected(ProviderFault):
    """The provider understood and said no; asking again changes nothing."""

    code = "rejected"


class RowsRefused(Rejected):
    """Some rows of a batch cannot be taken; `rows` says why, by their place in it."""

    code = "rows_refused"

    def __init__(
        self, call: Call, title: str, detail: str = "", *, rows: Mapping[int, str], **more: Any
    ) -> None:
        super().__init__(call, title, detail, **more)
        self.rows = rows


class StaleWrite(Rejected):
    """The far side has moved on since it was read: read it again before writing."""

    code = "stale"


class VerbRefused(Rejected):
    """The provider has no such call: a wire form that was assumed turned out to be another."""

    code = "verb_refused"


class Malformed(ProviderFault):
    """An answer that is not this provider's: a wrong shape, or a page of somebody else."""

    code = "malformed"


class Portal(Malformed):
    """Somebody else answered in the provider's place: a sign-in page, any HTML, a redirect."""

    code = "portal"


class NotOffered(P88Error):
    """The provider has no such capability; not a failure of anything."""

    code = "not_offered"

    def __init__(self, provider: Provider, what: str, hint: str = "") -> None:
        super().__init__(f"{what} is not offered by {provider.title}", hint=hint)


class RowFault(P88Error):
    """One provider row cannot be understood; the rest of its page can."""

    code = "row"

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"row not understood: {field}", detail)
        self.field = field
