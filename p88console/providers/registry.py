"""Which module speaks for which provider; each is imported when it is first needed."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from p88console.domain.errors import UsageFault
from p88console.domain.model import Provider
from p88console.providers.base import AccountAccess, Adapter, CallLimits

ADAPTERS = {
    Provider.RUNSIGNUP: "p88console.providers.runsignup.adapter",
    Provider.RACEROSTER: "p88console.providers.raceroster.adapter",
    Provider.HAKU: "p88console.providers.haku.adapter",
    Provider.COPERNICO: "p88console.providers.copernico.adapter",
    Provider.CHRONOTRACK: "p88console.providers.chronotrack.adapter",
}


class AdapterModule(Protocol):
    """What each adapter module offers."""

    LIMITS: CallLimits
    """What the provider allows one account, as far as is known."""

    def check(self, access: AccountAccess) -> None:
        """Say what is missing or unknown in secrets and options. Raises `UsageFault`."""
        ...

    def open_adapter(self, access: AccountAccess) -> Adapter:
        """The adapter for one account."""
        ...


def adapter_module(provider: Provider) -> AdapterModule:
    """The module that speaks for a provider. Raises `UsageFault` when there is none yet."""
    name = ADAPTERS.get(provider)
    if name is None:
        offered = ", ".join(known.value for known in ADAPTERS)
        raise UsageFault(f"{provider.title} is not spoken yet", f"spoken are: {offered}")
    return cast("AdapterModule", import_module(name))


def open_adapter(access: AccountAccess) -> Adapter:
    """The adapter for one account, its credentials checked for completeness."""
    module = adapter_module(access.provider)
    module.check(access)
    return module.open_adapter(access)
