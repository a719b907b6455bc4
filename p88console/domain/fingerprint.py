"""Fingerprints of content, to tell "changed" from "received again"."""

from __future__ import annotations

import hashlib
import json
from typing import Any

_SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=str)


def fingerprint(content: Any) -> str:
    """A short hash of JSON-like content; the order of keys does not matter."""
    text = _SORTED.encode(content)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
