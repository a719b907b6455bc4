"""What is wrong with the network, if anything: one pure function over probes and recent calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class NetworkClass(StrEnum):
    """How things stand between this machine and a provider, from good to bad."""

    ONLINE = "online"
    THROTTLED_BY_US = "throttled by us"
    """This account's own budget of calls is used up."""
    THROTTLED_BY_THEM = "throttled by them"
    """The provider asked for fewer calls."""
    PROVIDER_DOWN = "provider down"
    """The network works, this provider does not."""
    PORTAL = "portal"
    """A page of somebody else answers in the provider's place."""
    DNS_ONLY = "dns only"
    """Names are found, nothing behind them can be reached."""
    NO_UPLINK = "no uplink"
    """There is a network, and nothing behind it."""
    OFFLINE = "offline"

    @property
    def closes(self) -> bool:
        """Whether no call is made until a probe gets through."""
        return self not in (
            NetworkClass.ONLINE,
            NetworkClass.THROTTLED_BY_US,
            NetworkClass.THROTTLED_BY_THEM,
        )


MACHINE_WIDE = (
    NetworkClass.PORTAL,
    NetworkClass.DNS_ONLY,
    NetworkClass.NO_UPLINK,
    NetworkClass.OFFLINE,
)

BREAKS_AT = 3
"""So many calls that broke off one after the other take a provider for down."""


class Reach(StrEnum):
    """What a question without credentials met at a host."""

    THEIRS = "theirs"
    """The provider itself answered."""
    BROKEN = "broken"
    """The provider's own gateway answered with a fault."""
    FOREIGN = "foreign"
    """Somebody else answered: a page, a redirect, a certificate that is not the host's."""
    REFUSED = "refused"
    """There is a machine, and nothing on it that listens."""
    SILENT = "silent"
    """The name is found, and no connection comes about."""
    NO_NAME = "no name"
    """The host's name is not found."""
    NO_ROUTE = "no route"
    """This machine has no way out."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One question without credentials: what it met, and whether the host goes by a name."""

    reach: Reach
    named: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one account: its last probe, and how its calls went. Instants are UTC."""

    title: str
    probe: Probe | None = None
    broken_off: int = 0
    """Calls that broke off or met the provider's own fault, one after the other until now."""
    throttled_until: datetime | None = None
    spent_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """The class in force as a whole, the class for each account, and what to do about it."""

    kind: NetworkClass = NetworkClass.ONLINE
    accounts: Mapping[int, NetworkClass] = field(default_factory=dict)
    advice: str = ""


def classify(standings: Mapping[int, Standing], neutral: Probe | None, now: datetime) -> Network:
    """Say how things stand.

    Args:
        standings: What is known of each account, by its id.
        neutral: The probe of a host that is nobody's provider; None where none was made.
        now: The instant.

    A provider that answers proves the network good for all; whoever is met by somebody else's
    page gets no credentials, whatever the others say.
    """
    probes = [one.probe for one in standings.values() if one.probe is not None]
    machine = _machine(probes if neutral is None else [*probes, neutral])
    if machine is not NetworkClass.ONLINE:
        return Network(machine, dict.fromkeys(standings, machine), ADVICE[machine])
    kinds: dict[int, NetworkClass] = {id_: _of(one, now) for id_, one in standings.items()}
    if not kinds or NetworkClass.ONLINE in kinds.values():
        return Network(NetworkClass.ONLINE, kinds, "")
    gravest = max(kinds.values(), key=list(NetworkClass).index)
    names = [standings[account].title for account, kind in kinds.items() if kind is gravest]
    return Network(gravest, kinds, _advice(gravest, names))


def advice_for(kind: NetworkClass, title: str) -> str:
    """What to do about one account's class; empty when nothing."""
    return _advice(kind, [title])


def _machine(probes: Sequence[Probe]) -> NetworkClass:
    met = {probe.reach for probe in probes}
    if not met or met & {Reach.THEIRS, Reach.BROKEN}:
        return NetworkClass.ONLINE
    if Reach.FOREIGN in met:
        return NetworkClass.PORTAL
    if met == {Reach.NO_ROUTE}:
        return NetworkClass.OFFLINE
    if any(probe.named and probe.reach in (Reach.SILENT, Reach.REFUSED) for probe in probes):
        return NetworkClass.DNS_ONLY
    return NetworkClass.NO_UPLINK if Reach.NO_NAME in met else NetworkClass.OFFLINE


def _of(one: Standing, now: datetime) -> NetworkClass:
    """An account's class while the machine's network is good."""
    reach = one.probe.reach if one.probe is not None else Reach.THEIRS
    if reach is Reach.FOREIGN:
        return NetworkClass.PORTAL
    if reach is not Reach.THEIRS or one.broken_off >= BREAKS_AT:
        return NetworkClass.PROVIDER_DOWN
    if one.throttled_until is not None and one.throttled_until > now:
        return NetworkClass.THROTTLED_BY_THEM
    if one.spent_until is not None and one.spent_until > now:
        return NetworkClass.THROTTLED_BY_US
    return NetworkClass.ONLINE


ADVICE = {
    NetworkClass.ONLINE: "",
    NetworkClass.OFFLINE: "no network: see to the cable or the Wi-Fi; the work waits",
    NetworkClass.NO_UPLINK: "connected, but nothing is behind it: see to the router, or use a "
    "phone's hotspot; the work waits",
    NetworkClass.DNS_ONLY: "names are found but nothing can be reached: a firewall? try another "
    "network; the work waits",
    NetworkClass.PORTAL: "open a browser and sign in to the venue's network; until then no "
    "credentials leave this machine",
    NetworkClass.PROVIDER_DOWN: "{names} cannot be reached, the network itself works; it is asked "
    "again every few seconds",
    NetworkClass.THROTTLED_BY_THEM: "{names} wants fewer calls; it goes on by itself",
    NetworkClass.THROTTLED_BY_US: "the calls that {names} may get in an hour are used up; it goes "
    "on by itself, and what you ask for by hand goes first",
}


def _advice(kind: NetworkClass, names: Sequence[str]) -> str:
    return ADVICE[kind].format(names=" and ".join(dict.fromkeys(names)))
