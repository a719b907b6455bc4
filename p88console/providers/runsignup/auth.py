"""How an account signs in at RunSignUp: two kinds of keys, or OAuth with a token that is renewed.

Confirmed: where each kind travels, the refresh call with its flat errors under real HTTP statuses.
Second-hand: that the API caller registration beside them is required from 2027-01-01. Inferred:
that an access token is a JWT whose `exp` says when it lapses.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from p88console.domain.errors import Unauthorized, UsageFault, VaultFault
from p88console.providers.base import AccountAccess, CallLimits
from p88console.providers.http import Door
from p88console.providers.runsignup.faults import fault_inside
from p88console.providers.signing import Signature
from p88console.providers.tokens import Token, TokenSigner, fetched
from p88console.providers.wire import Wire

BASE_URL = "https://api.runsignup.com"

KEY_KINDS = (("api_key", "api_secret"), ("rsu_api_key", "rsu_api_secret"))
OAUTH_KEYS = ("oauth_client_id", "oauth_client_secret", "access_token", "refresh_token")
REGISTRATION_PAIR = ("rsu_api_reg", "rsu_api_reg_secret")

WARNS_FROM = date(2026, 12, 1)
REQUIRED_FROM = date(2027, 1, 1)
"""The day from which RunSignUp refuses calls without an API caller registration."""

log = logging.getLogger(__name__)


def check_secrets(secrets: Mapping[str, str]) -> None:
    """Say what is missing or unknown. Raises `UsageFault`."""
    known = {name for pair in KEY_KINDS for name in pair} | {*OAUTH_KEYS, *REGISTRATION_PAIR}
    unknown = sorted(set(secrets) - known)
    if unknown:
        raise UsageFault(
            "unknown secret names", ", ".join(unknown), f"known: {', '.join(sorted(known))}"
        )
    if not all(value.isascii() for value in secrets.values()):
        raise UsageFault("a RunSignUp key holds letters and digits only", "paste it again")
    complete = any(all(secrets.get(name) for name in pair) for pair in KEY_KINDS)
    if not complete and not secrets.get("access_token"):
        raise UsageFault(
            "RunSignUp needs a key",
            "api_key with api_secret, or rsu_api_key with rsu_api_secret, or access_token",
        )
    if secrets.get("refresh_token") and not secrets.get("oauth_client_id"):
        raise UsageFault("a refresh_token is good only with its oauth_client_id")
    if sum(bool(secrets.get(name)) for name in REGISTRATION_PAIR) == 1:
        raise UsageFault("rsu_api_reg and rsu_api_reg_secret come as a pair")


class SignIn:
    """One account's door, and what signs the calls through it."""

    def __init__(self, access: AccountAccess, wire: Wire, limits: CallLimits) -> None:
        self._secrets, self._keep, self._wire = access.secrets, access.keep, wire
        self._unkept: str | None = None
        params, headers = _static(access.secrets)
        self._signer = None if _key_kind(access.secrets) else self._by_token()
        self.door = Door(
            access.provider,
            access.base_url or BASE_URL,
            limits,
            params={**params, "format": "json"},
            headers=headers,
            signer=self._signer,
            budget=access.budget,
            fault_inside=fault_inside,
        )

    def _by_token(self) -> TokenSigner:
        access, refresh = self._secrets["access_token"], self._secrets.get("refresh_token")
        given = Token(access, _lapses_at(access), refresh or None)
        return TokenSigner(self._renewed, _bearer, token=given, fetches_anew=False)

    @property
    def token_until(self) -> datetime | None:
        """When the token in use lapses, as far as is known; None for keys, which never do."""
        return self._signer.until if self._signer else None

    def warnings(self, today: date) -> Sequence[str]:
        """What works today and will not for long."""
        told = []
        if not self._secrets.get(REGISTRATION_PAIR[0]) and today >= WARNS_FROM:
            refuses = "refuses calls" if today >= REQUIRED_FROM else "will refuse calls"
            told.append(
                f"RunSignUp {refuses} without an API caller registration from {REQUIRED_FROM} on: "
                "get the pair at RunSignUp (free), add rsu_api_reg and rsu_api_reg_secret"
            )
        if self._unkept is not None:
            told.append(f"the renewed sign-in holds for this session only: {self._unkept}")
        return told

    async def _renewed(self, old: Token | None) -> Token:
        if old is None or not old.refresh:
            raise AssertionError("without a refresh token nothing is renewed")
        form = {
            "grant_type": "refresh_token",
            "client_id": self._secrets["oauth_client_id"],
            "refresh_token": old.refresh,
        }
        if self._secrets.get("oauth_client_secret"):
            form["client_secret"] = self._secrets["oauth_client_secret"]
        try:
            token = await fetched(self.door.ask_by_form(self._wire["refresh_token"], form))
        except Unauthorized as fault:
            raise Unauthorized(
                fault.call,
                "RunSignUp does not renew this account's sign-in",
                fault.detail,
                "sign in there anew, store both tokens with: account secrets, then resume",
            ) from None
        token = replace(token, refresh=token.refresh or old.refresh)
        await self._put_away(token)
        return token

    async def _put_away(self, token: Token) -> None:
        """Keep the renewed pair; a keyring that cannot take it does not spoil the work."""
        if self._keep is None:
            return
        pair = {"access_token": token.access, "refresh_token": token.refresh or ""}
        try:
            await self._keep(pair)
        except VaultFault as fault:
            self._unkept = str(fault)
            log.warning("a renewed RunSignUp sign-in could not be kept: %s", fault)
        else:
            self._unkept = None


def _key_kind(secrets: Mapping[str, str]) -> tuple[str, str] | None:
    return next((pair for pair in KEY_KINDS if all(secrets.get(name) for name in pair)), None)


def _static(secrets: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The query parameters and headers that every call carries."""
    params: dict[str, str] = {}
    headers: dict[str, str] = {}
    match _key_kind(secrets):
        case ("api_key", _):
            params |= {name: secrets[name] for name in KEY_KINDS[0]}
        case ("rsu_api_key", _):
            params["rsu_api_key"] = secrets["rsu_api_key"]
            headers["X-RSU-API-SECRET"] = secrets["rsu_api_secret"]
    if secrets.get("rsu_api_reg"):
        params["rsu_api_reg"] = secrets["rsu_api_reg"]
        headers["X-RSU-API-REG-SECRET"] = secrets["rsu_api_reg_secret"]
    return params, headers


def _bearer(access: str) -> Signature:
    return Signature(headers={"Authorization": f"Bearer {access}"})


def _lapses_at(token: str) -> datetime | None:
    """The instant in a JWT's own `exp`; None for any other token."""
    _, _, rest = token.partition(".")
    claims = rest.partition(".")[0]
    try:
        read = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        return datetime.fromtimestamp(float(read["exp"]), UTC)
    except (ValueError, TypeError, KeyError, OverflowError, OSError):
        return None
