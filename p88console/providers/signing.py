"""What signs a call, and what to do when it lapses under one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from p88console.domain.errors import Forbidden, Unauthorized

MOST_RENEWALS = 3
"""Signatures that may lapse under one call before it is given up."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Signature:
    """What signs a call: query parameters and headers."""

    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class Signer(Protocol):
    """Signs calls with something that can lapse."""

    async def signature(self) -> Signature:
        """The signature in force, fetched when there is none. Raises a `ProviderFault`."""
        ...

    async def renew(self, refused: Signature) -> bool:
        """Get another in place of a refused one; False when there is no other to be had."""
        ...

    def heard(self, signature: Signature, server_time: datetime | None) -> None:
        """Take note of a signature that was accepted, and of the provider's clock."""
        ...

    def worked(self, signature: Signature) -> bool:
        """Whether this is the signature that was accepted last."""
        ...


async def signed(signer: Signer, call: Callable[[Signature], Awaitable[T]]) -> T:
    """Make a call under the signature in force, and again under another when that one lapsed.

    The other is given up too when it is refused, unless it has worked for somebody: then it lapsed
    as well, as it does where several calls or programs renew at once.
    """
    signature = await signer.signature()
    for renewals in range(MOST_RENEWALS):
        try:
            return await call(signature)
        except Unauthorized as fault:
            lapsed = renewals == 0 or signer.worked(signature)
            if isinstance(fault, Forbidden) or not lapsed or not await signer.renew(signature):
                raise
        signature = await signer.signature()
    return await call(signature)
