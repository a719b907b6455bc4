"""A provider's paths, parameters and words in one table, each with how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from urllib.parse import quote

from p88console.domain.errors import UsageFault


class Mark(StrEnum):
    """How sure a piece of a wire form is."""

    CONFIRMED = "confirmed"
    """By vendor pages, captures, or clients that run against the live service."""
    ONE_SOURCE = "one source"
    """Seen once, or second-hand."""
    ASSUMED = "assumed"
    """By analogy; no public source has it."""


@dataclass(frozen=True, slots=True)
class Form:
    """One path, parameter or word, and how sure it is."""

    value: str
    mark: Mark = Mark.CONFIRMED


class Wire:
    """The forms of one provider by name; settings may put others in their place."""

    def __init__(self, forms: Mapping[str, Form], instead: Mapping[str, str]) -> None:
        """Lay the settings over the table. Raises `UsageFault` for a name that is not in it."""
        for name in instead:
            if name not in forms:
                near = get_close_matches(name, forms, n=1) or sorted(forms)
                raise UsageFault(f"there is no wire form {name!r}", f"known: {', '.join(near)}")
        self._values = {name: form.value for name, form in forms.items()} | dict(instead)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def path(self, name: str, **parts: str) -> str:
        """The path of this name with its parts filled in, percent-encoded.

        Raises `UsageFault` when a path from the settings names a part that there is none of.
        """
        quoted = {part: quote(value, safe="") for part, value in parts.items()}
        try:
            return self._values[name].format(**quoted)
        except (KeyError, IndexError, ValueError):
            raise UsageFault(
                f"the wire form {name!r} cannot be filled in",
                f"{self._values[name]!r}",
                f"parts that may stand in braces: {', '.join(parts) or 'none'}",
            ) from None


def assumed(forms: Mapping[str, Form]) -> list[str]:
    """The names of the forms that no live client or vendor page confirms."""
    return [name for name, form in forms.items() if form.mark is not Mark.CONFIRMED]
