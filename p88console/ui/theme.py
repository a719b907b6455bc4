"""The console's two colour schemes: one accent each, and a name for every meaning."""

from __future__ import annotations

from textual.theme import Theme

DARK, LIGHT = "p88-dark", "p88-light"

_DARK_MEANINGS = {
    "ink": "#dbe2ea",
    "ink-dim": "#93a1b1",
    "ink-strong": "#ffffff",
    "ink-off": "#5a6775",
    "rule": "#2c3744",
    "bar": "#161d26",
    "cursor": "#22384a",
    "cursor-away": "#1a232d",
    "mark": "#4cc9f0",
    "badge-ink": "#0e131a",
    "badge": "#f0b429",
    "alarm": "#3a161b",
    "state-ok": "#63c98b",
    "state-wait": "#95a3b3",
    "state-run": "#4cc9f0",
    "state-retry": "#e3c567",
    "state-held": "#ffab4a",
    "state-fail": "#ff7b7b",
}

_LIGHT_MEANINGS = {
    "ink": "#1b2530",
    "ink-dim": "#566372",
    "ink-strong": "#000000",
    "ink-off": "#7c8894",
    "rule": "#c3ccd6",
    "bar": "#e4e9ee",
    "cursor": "#c9e2ee",
    "cursor-away": "#e6ecf1",
    "mark": "#00688b",
    "badge-ink": "#ffffff",
    "badge": "#7a4b00",
    "alarm": "#fbe3e3",
    "state-ok": "#1a6b3c",
    "state-wait": "#566372",
    "state-run": "#00688b",
    "state-retry": "#6d5300",
    "state-held": "#8f4300",
    "state-fail": "#b3161f",
}


def _theme(name: str, accent: str, background: str, meanings: dict[str, str]) -> Theme:
    return Theme(
        name=name,
        primary=accent,
        secondary=accent,
        accent=accent,
        success=meanings["state-ok"],
        warning=meanings["state-held"],
        error=meanings["state-fail"],
        foreground=meanings["ink"],
        background=background,
        surface=meanings["bar"],
        panel=meanings["bar"],
        dark=name == DARK,
        variables={
            **meanings,
            "scrollbar": meanings["rule"],
            "scrollbar-hover": meanings["ink-dim"],
            "scrollbar-active": accent,
            "scrollbar-background": background,
            "scrollbar-background-hover": background,
            "scrollbar-background-active": background,
            "scrollbar-corner-color": background,
        },
    )


THEMES = (
    _theme(DARK, "#4cc9f0", "#0e131a", _DARK_MEANINGS),
    _theme(LIGHT, "#00688b", "#f5f7f9", _LIGHT_MEANINGS),
)

MEANINGS = frozenset(_DARK_MEANINGS)
"""Every variable that the stylesheet may use beside Textual's own."""


def fallback_variables() -> dict[str, str]:
    """The meanings for any other theme, so that no stylesheet is left without a colour."""
    return dict(_DARK_MEANINGS)
