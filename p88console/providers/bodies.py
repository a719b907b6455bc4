"""What an answer's body says, in text that every database and screen can hold."""

from __future__ import annotations

import json
import re
from typing import Any

_ESCAPED = re.compile(rb"\\u[dD][89a-fA-F]")
_ENCODED = re.compile(rb"\xed[\xa0-\xbf]")


def parsed(raw: bytes) -> Any:
    """The JSON of a body. Raises `ValueError` or `RecursionError`.

    Half of a surrogate pair, as a name has it that was cut off amidst an emoji, becomes the sign
    for what cannot be read.
    """
    body = json.loads(raw)
    halves = (b"\\" in raw and _ESCAPED.search(raw)) or (b"\xed" in raw and _ENCODED.search(raw))
    return _whole(body) if halves else body


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(one) for name, one in value.items()}
    return value
