"""Keys that the operator rebinds by an action's name, checked before they are used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from textual.keys import format_key

from p88console.ui.actions import ACTIONS, of_scopes, shown_key


def checked(
    wanted: Mapping[str, str], together: Iterable[Sequence[str]]
) -> tuple[Mapping[str, str], Sequence[str]]:
    """The keys that can be used, and what to tell about those that cannot.

    A name that is no action's is told with the nearest one, an empty key is left as it was, and
    where a key comes to stand for two actions of one screen, the one that has lost it is named.

    Args:
        wanted: Other keys for actions, by action id.
        together: For each screen, the scopes whose actions answer on it.
    """
    known = {action.id for action in ACTIONS if action.key}
    usable: dict[str, str] = {}
    told: list[str] = []
    for name, keys in wanted.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            told.append(f"There is no action {name!r} to give a key to{hint}")
        elif not keys.strip():
            told.append(f"{name} is left on its own key: an empty one was wished")
        else:
            usable[name] = ",".join(_named(key.strip()) for key in keys.split(",") if key.strip())
    lost = dict.fromkeys(line for scopes in together for line in _clashes(usable, scopes))
    return usable, [*told, *lost]


def _clashes(usable: Mapping[str, str], scopes: Sequence[str]) -> Iterator[str]:
    """What a screen's actions lose to those that were given another key."""
    rebound = [one for one in of_scopes(*scopes) if one.id in usable]
    for taker in rebound:
        keys = set(usable[taker.id].split(","))
        for other in of_scopes(*scopes):
            theirs = set(usable.get(other.id, other.key).split(","))
            for key in sorted(keys & theirs) if other.id != taker.id else ():
                yield f"{shown_key(key)} is {taker.id} now; {other.id} has lost it"


def _named(key: str) -> str:
    """A key by the framework's name, where it was written as the sign it prints: `?`, `/`."""
    if len(key) != 1 or key.isalnum():
        return key
    return next((name for name in _SIGNS if format_key(name) == key), key)


_SIGNS = (
    "question_mark",
    "slash",
    "asterisk",
    "plus",
    "minus",
    "full_stop",
    "comma",
    "semicolon",
    "colon",
    "exclamation_mark",
    "number_sign",
    "dollar_sign",
    "percent_sign",
    "ampersand",
    "equals_sign",
    "at",
    "underscore",
    "space",
)
