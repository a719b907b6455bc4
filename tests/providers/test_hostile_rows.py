"""Rows that hold anything at all are translated, or told by the field; nothing else happens."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from p88console.domain.credentials import WAYS
from p88console.domain.errors import RowFault
from p88console.domain.model import Provider
from p88console.providers.base import AccountAccess, Adapter, ReadsEvents, ReadsParticipants
from p88console.providers.registry import open_adapter

ROWS = 3000

PLAIN: list[Any] = [
    None, True, False, 0, -1, 7, 2**70, 1.5, float("inf"), float("nan"), 1e308, "", " ", "0", "10",
    "-1", "1e400", "7/4/2026 08:30", "2026-13-45", "2026-02-30T25:61:00Z", "1:13:12", "$1,055.00",
    "٣", "F", "\x00", "\ud800", "x" * 500, [], {}, [[]], ["a", None], {"id": {}},
]  # fmt: skip


class Anything(dict[str, Any]):
    """A row that has every key; what lies there follows from the seed and the key alone."""

    def __init__(self, seed: str) -> None:
        super().__init__()
        self._seed = seed

    def __missing__(self, key: str) -> Any:
        self[key] = anything(f"{self._seed}.{key}")
        return self[key]

    def __contains__(self, key: object) -> bool:
        return True

    def get(self, key: str, default: Any = None) -> Any:
        """What lies there, which is never absent."""
        del default
        return self[key]


def anything(seed: str) -> Any:
    """A value as JSON can hold it, seldom a sensible one."""
    chance = Random(seed)  # noqa: S311  # the same rows in every run
    if seed.count(".") < 4:
        inner = chance.choice([Anything(seed), [anything(f"{seed}.{n}") for n in range(2)], None])
        return chance.choice([inner, *chance.sample(PLAIN, 3)])
    return chance.choice(PLAIN)


def adapter_of(provider: Provider) -> Adapter:
    secrets = dict.fromkeys(WAYS[provider][0].needed, "x")
    return open_adapter(AccountAccess(provider, secrets, "http://127.0.0.1:9", {}))


@pytest.mark.parametrize("provider", list(Provider), ids=str)
async def test_any_row_is_translated_or_told_by_its_field(provider: Provider) -> None:
    """D25."""
    adapter = adapter_of(provider)
    assert isinstance(adapter, ReadsEvents)
    assert isinstance(adapter, ReadsParticipants)
    told = 0
    for translate in (adapter.event, adapter.participant):
        for seed in range(ROWS):
            try:
                translate(Anything(f"{provider} {seed}"))
            except RowFault as fault:
                told += bool(fault.field)
    assert told > 0
