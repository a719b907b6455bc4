"""Fingerprints of content, to tell "changed" from "received again"."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import orjson

_SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=str)


def fingerprint(content: Any) -> str:
    """A short hash of JSON-like content; the order of keys does not matter."""
    return hashed(in_order(content))


def in_order(content: Any) -> bytes:
    """JSON-like content as text, its keys sorted, control characters escaped."""
    try:
        return orjson.dumps(content, str, orjson.OPT_SORT_KEYS)
    except TypeError:  # half a surrogate pair, or a number of more than 64 bits
        return _SORTED.encode(content).encode("utf-8", "surrogatepass")


def hashed(text: bytes) -> str:
    """The fingerprint of content that is `in_order`."""
    return hashlib.blake2b(text, digest_size=12).hexdigest()
