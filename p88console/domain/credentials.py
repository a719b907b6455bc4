"""What each provider wants to be told before it lets an account in, for whoever asks for it."""

from __future__ import annotations

from dataclasses import dataclass

from p88console.domain.model import Provider


@dataclass(frozen=True, slots=True)
class Way:
    """One way to sign in: its name, the secrets that it needs, and those that it may have."""

    name: str
    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()


_REGISTRATION = ("rsu_api_reg", "rsu_api_reg_secret")

WAYS: dict[Provider, tuple[Way, ...]] = {
    Provider.RUNSIGNUP: (
        Way("API key", ("api_key", "api_secret"), _REGISTRATION),
        Way("API key of the second kind", ("rsu_api_key", "rsu_api_secret"), _REGISTRATION),
        Way(
            "OAuth",
            ("oauth_client_id", "oauth_client_secret", "access_token", "refresh_token"),
            _REGISTRATION,
        ),
    ),
    Provider.RACEROSTER: (
        Way("OAuth client and user", ("client_id", "client_secret", "username", "password")),
    ),
    Provider.HAKU: (Way("organisation client", ("client_id", "client_secret")),),
    Provider.COPERNICO: (Way("API key", ("api_key",)),),
    Provider.CHRONOTRACK: (
        Way("client and user", ("client_id", "user_id", "password"), ("client_secret",)),
    ),
}
"""Provider → its ways, the usual one first."""
