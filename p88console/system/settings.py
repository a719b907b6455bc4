"""The settings file: `settings.toml` in the home folder, every key checked, none of them secret."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar, get_type_hints

from p88console.domain.cadence import CadenceSettings
from p88console.domain.errors import UsageFault
from p88console.domain.fields import FIELDS
from p88console.domain.guns import Gun, Guns, parse_gun
from p88console.domain.model import Provider
from p88console.domain.notices import ALERTING, NoticeKind
from p88console.domain.ownership import FieldRule, Ownership, parse_rule
from p88console.domain.policy import BibRules, Policy, Scope

_UNITS = {"s": "seconds", "min": "minutes", "m": "minutes", "h": "hours", "d": "days"}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m|h|d)")


def span(text: object) -> timedelta:
    """A span of time as people write it: `30 s`, `15 min`, `4h`, `7 d`.

    Raises `ValueError` for anything else, zero included.
    """
    found = _SPAN.fullmatch(str(text).strip())
    try:
        length = timedelta(**{_UNITS[found[2]]: float(found[1])}) if found else timedelta()
    except OverflowError:
        length = timedelta()
    if not length:
        raise ValueError("write a span like '30 s', '15 min', '4 h' or '7 d'")
    return length


T = TypeVar("T")


class _Read:
    """Says how a value is made of what stands in the file; pydantic asks when it checks one."""

    def __init__(self, read: Callable[[object], object]) -> None:
        self._read = read

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        from pydantic_core.core_schema import (  # noqa: PLC0415  # only where a file is checked
            no_info_before_validator_function,
        )

        return no_info_before_validator_function(self._read, handler(source))


class _Within:
    """Says between which bounds a number has to be, in pydantic's words."""

    def __init__(self, **bounds: float) -> None:
        self._bounds = bounds

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        return {**handler(source), **self._bounds}


Span = Annotated[timedelta, _Read(span)]


class _Section:
    """Plain values: pydantic, which checks a file against them, is loaded where there is one."""

    __slots__ = ()
    __pydantic_config__: ClassVar = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(_Section):
    """How fast one account of a provider may be called; what is absent stays the adapter's own."""

    concurrent: Annotated[int, _Within(ge=1, le=100)] | None = None
    per_second: Annotated[float, _Within(gt=0, le=1000)] | None = None
    per_hour: Annotated[int, _Within(ge=1)] | None = None

    @property
    def given(self) -> dict[str, Any]:
        """What is there."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence(_Section):
    """Intervals and window edges by which events are synced; see `CadenceSettings`."""

    events: Span | None = None
    participants: Span | None = None
    participants_day_before: Span | None = None
    participants_race_day: Span | None = None
    results: Span | None = None
    results_finish_window: Span | None = None
    day_before: Span | None = None
    race_day: Span | None = None
    after_last_start: Span | None = None
    first_finisher_after: Span | None = None
    last_finisher_after: Span | None = None
    finish_tail: Span | None = None
    rest_after: Span | None = None

    def over(self, base: CadenceSettings) -> CadenceSettings:
        """These settings laid over others."""
        chosen = {one.name: getattr(self, one.name) for one in fields(self)}
        kept = {name: value for name, value in chosen.items() if value is not None}
        return CadenceSettings(**{**{name: getattr(base, name) for name in chosen}, **kept})


def _field_rule(text: object) -> FieldRule:
    return text if isinstance(text, FieldRule) else parse_rule(str(text))


def _field_name(name: object) -> str:
    known = {field.removesuffix("_id"): field for field in FIELDS}
    if str(name) in known:
        return known[str(name)]
    near = get_close_matches(str(name), known, n=1)
    raise ValueError(f"there is no field {name!r}" + (f"; did you mean {near[0]}?" if near else ""))


Rules = dict[
    Annotated[str, _Read(_field_name)],
    Annotated[FieldRule, _Read(_field_rule)],
]
"""Field → who owns it, as `parse_rule` reads it."""


def _number_range(text: object) -> tuple[int, int]:
    found = re.fullmatch(r"\s*(\d{1,9})\s*[-–]\s*(\d{1,9})\s*", str(text))
    if found is None or int(found[1]) > int(found[2]):
        raise ValueError("write a range like '500-999'")
    return int(found[1]), int(found[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Bibs(_Section):
    """How bibs are given out; what is absent stays as it is."""

    scope: Scope | None = None
    """Whether a bib may be worn once in a race or once in the whole event."""
    shared: tuple[str, ...] | None = None
    """Races, by name, in which several people may wear one bib; `*` for all."""
    ranges: dict[str, Annotated[tuple[int, int], _Read(_number_range)]] = field(
        default_factory=dict
    )
    """Race, by name → its first and last number."""

    def over(self, base: BibRules) -> BibRules:
        """These settings laid over others."""
        return BibRules(
            self.scope or base.scope,
            base.shared if self.shared is None else frozenset(self.shared),
            {**base.ranges, **self.ranges},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups(_Section):
    """How often the engine copies the database into the home folder, and how many copies stay."""

    every: Span = timedelta(hours=1)
    keep: Annotated[int, _Within(ge=1, le=10_000)] = 24
    also_to: Path | None = None
    """A folder that gets each copy too while it is there: a stick, a shared drive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts(_Section):
    """What people who are away are told; where to is kept in the keyring (`p88console alert`)."""

    kinds: tuple[NoticeKind, ...] = ALERTING
    pause: Span = timedelta(minutes=5)
    """At most one message in this time; what comes meanwhile is gathered into the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(_Section):
    """How long what is over stays; the trail of changes and work that is open always do."""

    jobs: Span = timedelta(days=7)
    """At the least: a finished job goes with the last of its attempts."""
    history: Span = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network(_Section):
    """How it is found out what is wrong with the network."""

    ask: str | None = None
    """An address that is nobody's provider, asked without credentials when a provider is silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRoom(_Section):
    """How engines beside each other look after one another."""

    silence: Span = timedelta(seconds=30)
    """After so long without a sign of life an engine is taken for lost, its jobs for free."""


def _gun(text: object) -> Gun:
    return text if isinstance(text, Gun) else parse_gun(str(text))


def _flat(keys: object) -> object:
    """Keys by their action's whole name, whether TOML read the dot in it as a table or not."""
    if not isinstance(keys, dict):
        return keys
    flat: dict[str, object] = {}
    for name, value in keys.items():
        within = value.items() if isinstance(value, dict) else [("", value)]
        flat |= {f"{name}.{rest}" if rest else name: key for rest, key in within}
    return flat


@dataclass(frozen=True, slots=True, kw_only=True)
class Console(_Section):
    """How the console looks and calls for a person."""

    theme: str | None = None
    """`p88-dark`, `p88-light`, or any theme of the framework."""
    keys: Annotated[dict[str, str], _Read(_flat)] = field(default_factory=dict)
    """An action's name → the key that does it, or several with commas between."""
    bell: bool = True
    desktop: bool = False
    """Whether the terminal is asked for a desktop notice too."""
    ring_every: Span = timedelta(seconds=30)
    """How often it calls again until somebody has heard it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneEvent(_Section):
    """What one event does differently."""

    cadence: Cadence = Cadence()
    gun: dict[str, Annotated[Gun, _Read(_gun)]] = field(default_factory=dict)
    """Race, by name, or `*` for all → when its gun goes: `7:30` by the venue's clocks."""
    ownership: Rules = field(default_factory=dict)
    bibs: Bibs = Bibs()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(_Section):
    """Everything that can be set; an empty file sets nothing."""

    alerts: Alerts = Alerts()
    backups: Backups = Backups()
    engine: EngineRoom = EngineRoom()
    cadence: Cadence = Cadence()
    console: Console = Console()
    ownership: Rules = field(default_factory=dict)
    bibs: Bibs = Bibs()
    event: dict[str, OneEvent] = field(default_factory=dict)
    """Event id → what it does differently."""
    limits: dict[Provider, Limits] = field(default_factory=dict)
    network: Network = Network()
    retention: Retention = Retention()
    wire: dict[Provider, dict[str, str]] = field(default_factory=dict)
    """Provider → name in its wire table → the path or word to use instead."""

    def cadence_of(self, event_id: int | None = None) -> CadenceSettings:
        """The intervals for one event: its own over the common ones over the built-in ones."""
        common = self.cadence.over(CadenceSettings())
        own = self.event.get(str(event_id))
        return own.cadence.over(common) if own else common

    @property
    def guns(self) -> dict[int, Guns]:
        """The gun times that are set, by event id."""
        return {int(its_id): own.gun for its_id, own in self.event.items() if its_id.isdecimal()}

    def policy_of(self, event_id: int | None = None) -> Policy:
        """What is set about an event's people: its own over the common settings."""
        own = self.event.get(str(event_id), OneEvent())
        return Policy(
            Ownership({**self.ownership, **own.ownership}),
            own.bibs.over(self.bibs.over(BibRules())),
        )


def read_settings(file: Path) -> Settings:
    """The settings in this file, the built-in ones where there is none.

    Raises `UsageFault` for text that is no TOML, unknown keys (naming the nearest) and bad values.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return Settings()
    except (OSError, UnicodeDecodeError) as fault:
        raise UsageFault("the settings cannot be read", f"{file}: {fault}") from None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise UsageFault("the settings are no TOML", f"{file}: {fault}") from None
    return checked(Settings, document, str(file))


def checked(kind: type[T], document: Mapping[str, Any], file: str = "settings") -> T:
    """A section, or the whole, of what stands in a file. Raises `UsageFault`."""
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415  # 50 ms, for a file alone

    try:
        return TypeAdapter(kind).validate_python(document)
    except ValidationError as fault:
        told = [_told(error) for error in fault.errors(include_url=False)]
        raise UsageFault(
            "the settings cannot be used",
            f"{file}: {'; '.join(told)}",
            "mend the file and start again; nothing was changed",
        ) from None


def _told(error: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"] if part != "[key]")
    if error["type"] != "unexpected_keyword_argument":
        return f"{where}: {error['msg'].removeprefix('Value error, ')}"
    *above, name = error["loc"]
    near = get_close_matches(str(name), _keys_at(above), n=1)
    return f"there is no setting {where}" + (f"; did you mean {near[0]}?" if near else "")


def _keys_at(path: list[Any]) -> list[str]:
    """The keys that may stand where an unknown one was found."""
    section: type[_Section] = Settings
    for name in path:
        found = get_type_hints(section).get(str(name))
        if found is None:
            continue  # the name of an event or provider: the section below it was entered already
        inner = [kind for kind in _kinds(found) if issubclass(kind, _Section)]
        section = inner[0] if inner else section
    return [one.name for one in fields(section)]  # type: ignore[arg-type]  # every section is one


def _kinds(annotation: Any) -> list[type]:
    parts = getattr(annotation, "__args__", None)
    if parts:
        return [kind for part in parts for kind in _kinds(part)]
    return [annotation] if isinstance(annotation, type) else []
