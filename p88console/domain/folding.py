"""Names as people type them: case, accents and punctuation make no difference to a search."""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = re.compile("['’‘`´ʼ]")
_WORD = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
"""Letters that Unicode does not take apart and that keyboards lack."""


def folded(text: str | None) -> str:
    """The words of a text in their plainest form, one space apart: `O'Brien-Zoë` → `obrien zoe`."""
    if text is None or text.isascii():
        if text and text.isalnum():
            return text.lower()
        return " ".join(_WORD.findall(_APOSTROPHES.sub("", text or "").lower()))
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text)).casefold()
    apart = unicodedata.normalize("NFKD", plain)
    bare = "".join(character for character in apart if not unicodedata.combining(character))
    return " ".join(_WORD.findall(bare.translate(_LETTERS)))


def name_key(first_name: str | None, last_name: str | None) -> str:
    """What a person is sorted and found by: the last name's words, then the first name's."""
    return f"{folded(last_name)} {folded(first_name)}".strip()
