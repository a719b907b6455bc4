"""What ChronoTrack Live's API is called by, and its three ways to sign in.

Confirmed: `client_id` in the query of every call; the simple mode, HTTP Basic, and the OAuth
password grant by GET with the client as Basic. Assumed: the refresh grant. Reading is confirmed by
clients that run against the live service; no public code writes, so every form of a write is
assumed.
"""

from __future__ import annotations

import base64
import hashlib
from typing import cast, get_args

from p88console.domain.errors import UsageFault
from p88console.providers.base import AccountAccess, CallLimits
from p88console.providers.checking import refuse_unknown
from p88console.providers.http import Door, Method
from p88console.providers.signing import Signature
from p88console.providers.tokens import Token, TokenSigner, fetched
from p88console.providers.wire import Form, Mark, Wire

BASE_URL = "https://api.chronotrack.com"

FORMS = {
    "token": Form("/oauth2/token"),
    "events": Form("/api/event"),
    "event": Form("/api/event/{event}"),
    "races": Form("/api/event/{event}/race"),
    "entries": Form("/api/event/{event}/entry"),
    "entry": Form("/api/entry/{entry}"),
    "results": Form("/api/event/{event}/results"),
    "intervals": Form("/api/event/{event}/interval"),
    "sex_brackets": Form("SEX", Mark.ONE_SOURCE),
    "age_brackets": Form("AGE", Mark.ONE_SOURCE),
    "create_entry": Form("/api/event/{event}/entry", Mark.ASSUMED),
    "create_entry_in_race": Form("/api/race/{race}/entry", Mark.ASSUMED),
    "create_verb": Form("POST", Mark.ASSUMED),
    "update_entry": Form("/api/entry/{entry}", Mark.ASSUMED),
    "update_verb": Form("PUT", Mark.ASSUMED),
    "external_id": Form("entry_external_id", Mark.ONE_SOURCE),
    "interval_metres": Form("interval_iv_distance_m", Mark.ONE_SOURCE),
    "event_timezone": Form("location_time_zone", Mark.ONE_SOURCE),
    "entry_type": Form("IND", Mark.ONE_SOURCE),
    "withdrawn_status": Form("WD", Mark.ASSUMED),
    "standing_status": Form("CONF", Mark.ONE_SOURCE),
    "send_external_id": Form("entry_external_id", Mark.ASSUMED),
    "send_type": Form("entry_type", Mark.ASSUMED),
    "send_status": Form("entry_status", Mark.ASSUMED),
    "send_first_name": Form("athlete_first_name", Mark.ASSUMED),
    "send_last_name": Form("athlete_last_name", Mark.ASSUMED),
    "send_gender": Form("athlete_sex", Mark.ASSUMED),
    "send_birth_date": Form("athlete_birthdate", Mark.ASSUMED),
    "send_bib": Form("entry_bib", Mark.ASSUMED),
    "send_race": Form("race_id", Mark.ASSUMED),
    "send_email": Form("athlete_email", Mark.ASSUMED),
    "send_city": Form("location_city", Mark.ASSUMED),
    "send_region": Form("location_region", Mark.ASSUMED),
    "send_country": Form("location_country", Mark.ASSUMED),
}
"""Paths, verbs, names and words. A `send_…` that settings make empty is neither sent nor compared;
where entries are not created under their event they are created under their race."""

SECRETS = ("client_id", "user_id", "password", "client_secret")
CHOICES = {"auth": ("oauth", "basic", "simple"), "entry_push": ("api", "csv")}


def check(access: AccountAccess) -> None:
    """Say what is missing or unknown. Raises `UsageFault`."""
    refuse_unknown(access, SECRETS, CHOICES)
    needed = [*SECRETS[:3], *(["client_secret"] if _mode(access) == "oauth" else [])]
    missing = [name for name in needed if not access.secrets.get(name)]
    if missing:
        raise UsageFault(
            f"ChronoTrack needs {', '.join(missing)}",
            f"to sign in by {_mode(access)}",
            f"other ways: --option auth={'|'.join(CHOICES['auth'])}",
        )
    for name, value in access.options.items():
        if value not in CHOICES[name]:
            raise UsageFault(
                f"{name} cannot be {value!r}", f"it is one of {', '.join(CHOICES[name])}"
            )


def _mode(access: AccountAccess) -> str:
    chosen = access.options.get("auth")
    return chosen or ("oauth" if access.secrets.get("client_secret") else "basic")


class SignIn:
    """One account's doors: to the API, and to the tokens that sign its calls if it needs them."""

    def __init__(self, access: AccountAccess, limits: CallLimits) -> None:
        self.wire = Wire(FORMS, access.wire)
        secrets, base = access.secrets, access.base_url or BASE_URL
        client = {"client_id": secrets["client_id"]}
        params, headers = {**client, "format": "json"}, dict[str, str]()
        self.signer: TokenSigner | None = None
        self._tokens: Door | None = None
        match _mode(access):
            case "oauth":
                by_client = {"Authorization": _basic(client["client_id"], secrets["client_secret"])}
                self._tokens = Door(
                    access.provider,
                    base,
                    limits,
                    headers=by_client,
                    params=client,
                    budget=access.budget,
                )
                self.signer = TokenSigner(self._fetch, _bearer)
                self._user = {"username": secrets["user_id"], "password": secrets["password"]}
            case "basic":
                headers["Authorization"] = _basic(secrets["user_id"], secrets["password"])
            case _:
                password = secrets["password"].encode()
                digest = hashlib.sha1(password, usedforsecurity=False).hexdigest()
                params |= {"user_id": secrets["user_id"], "user_pass": digest}
        self.door = Door(
            access.provider,
            base,
            limits,
            headers=headers,
            params=params,
            signer=self.signer,
            budget=access.budget,
        )

    async def _fetch(self, old: Token | None) -> Token:
        if self._tokens is None:
            raise AssertionError("only OAuth fetches tokens")
        if old is not None and old.refresh:
            asked = {"grant_type": "refresh_token", "refresh_token": old.refresh}
        else:
            asked = {"grant_type": "password", **self._user}
        return await fetched(self._tokens.get(self.wire["token"], asked))

    def verb(self, name: str) -> Method:
        """The verb of a write. Raises `UsageFault` for one in the settings that writes nothing."""
        verb = self.wire[name].upper()
        if verb not in get_args(Method) or verb in ("GET", "DELETE"):
            raise UsageFault(f"{name} cannot be {verb!r}", "it is one of POST, PUT, PATCH")
        return cast("Method", verb)

    async def close(self) -> None:
        """Let go of connections."""
        for door in (self.door, self._tokens):
            if door is not None:
                await door.close()


def _basic(name: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"


def _bearer(access: str) -> Signature:
    return Signature(headers={"Authorization": f"Bearer {access}"})
