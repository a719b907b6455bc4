"""What each provider wants to be told to let an account in, way by way, for forms to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from p88console.domain.model import Provider


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a form asks for."""

    name: str
    label: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One way to sign in at a provider: its secrets, and the options that belong to it."""

    name: str
    secrets: tuple[Told, ...]
    options: tuple[Told, ...] = ()


_REGISTRATION = (
    Told("rsu_api_reg", "API registration", "needed from 2027 on; nothing before that"),
    Told("rsu_api_reg_secret", "… its secret", "comes with the API registration"),
)
_CLIENT = (Told("client_id", "Client id"), Told("client_secret", "Client secret"))

SIGN_INS: Mapping[Provider, tuple[SignIn, ...]] = {
    Provider.RUNSIGNUP: (
        SignIn(
            "timer key and secret",
            (
                Told("rsu_api_key", "API key", "RunSignUp: Timing → API keys"),
                Told("rsu_api_secret", "API secret"),
                *_REGISTRATION,
            ),
        ),
        SignIn(
            "partner key and secret",
            (Told("api_key", "API key"), Told("api_secret", "API secret"), *_REGISTRATION),
        ),
        SignIn(
            "OAuth tokens",
            (
                Told("oauth_client_id", "OAuth client id"),
                Told("oauth_client_secret", "OAuth client secret"),
                Told("access_token", "Access token"),
                Told("refresh_token", "Refresh token", "renews the access token by itself"),
                *_REGISTRATION,
            ),
        ),
    ),
    Provider.RACEROSTER: (
        SignIn(
            "OAuth client and user",
            (*_CLIENT, Told("username", "User"), Told("password", "Password")),
            (Told("results_base_url", "Results host", "only where it is not the public one"),),
        ),
    ),
    Provider.HAKU: (
        SignIn(
            "organisation client",
            _CLIENT,
            (Told("auth_url", "Sign-in host", "only where it is not the public one"),),
        ),
    ),
    Provider.COPERNICO: (
        SignIn(
            "API key",
            (Told("api_key", "API key", "Copernico: Settings → API"),),
            (
                Told("race_uuid", "Race UUID", "where people are sent to; of Sportmaniacs' race"),
                Told("preset_login", "Preset login", "of the results export, where there is one"),
                Told("preset_name", "Preset name", "of the results export, where there is one"),
            ),
        ),
    ),
    Provider.CHRONOTRACK: (
        SignIn(
            "client and user",
            (
                Told("client_id", "Client id"),
                Told("user_id", "User", "the e-mail address of the CT Live user"),
                Told("password", "Password"),
                Told("client_secret", "Client secret", "only for sign-in by OAuth"),
            ),
            (Told("entry_push", "Entries by", "api, or csv for CT Live's own import"),),
        ),
    ),
}
