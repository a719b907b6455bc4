"""Parameter types of the command line."""

from __future__ import annotations

from collections.abc import Iterable

import click

from p88console.domain.errors import UsageFault


class OurId(click.ParamType[int]):
    """One of our own ids, opaque to whoever passes it."""

    name = "id"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """The id as the store knows it; wrong usage when it can be none."""
        text = str(value)
        if not text.isdigit() or len(text) > 18:
            self.fail(f"{text!r} is no id", param, ctx)
        return int(text)


OUR_ID = OurId()


def pairs(texts: Iterable[str], what: str) -> dict[str, str]:
    """`K=V` texts as a mapping. Raises `UsageFault` when one has no equals sign."""
    found: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise UsageFault(f"{text!r} is no {what}", f"write each {what} as NAME=VALUE")
        found[key.strip()] = value.strip()
    return found
