"""Where each provider is asked without credentials whether it is there.

The paths exist at every provider and want credentials, so the provider itself answers with a
refusal in its own words (RunSignUp's and Copernico's captured, the others' assumed); what matters
is who answers, not what.
"""

from __future__ import annotations

from p88console.domain.model import Provider
from p88console.domain.network import Probe

PLACES = {
    Provider.RUNSIGNUP: ("https://api.runsignup.com", "/rest/races?format=json"),
    Provider.RACEROSTER: ("https://raceroster.com", "/api/v1/events"),
    Provider.HAKU: ("https://api.hakuapp.com", "/events"),
    Provider.COPERNICO: ("https://public-api.copernico.cloud", "/api/races"),
    Provider.CHRONOTRACK: ("https://api.chronotrack.com", "/api/event?format=json"),
}
"""The public base address and a path below it."""


def place_of(provider: Provider, base_url: str | None) -> str:
    """The address that is asked for an account of this provider."""
    base, path = PLACES[provider]
    return (base_url or base).rstrip("/") + path


async def ask(provider: Provider, base_url: str | None) -> Probe:
    """Ask once, without credentials, who answers there."""
    return await ask_at(place_of(provider, base_url))


async def ask_at(address: str) -> Probe:
    """Ask once, without credentials, who answers at an address."""
    from p88console.providers.http import ask_bare  # noqa: PLC0415  # 75 ms of httpx

    return await ask_bare(address)
