"""What routes share: the runtime at hand, ids as they travel, answers as they are documented."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from p88console.domain.errors import P88Error
from p88console.domain.jobs import Operator
from p88console.runtime.runtime import Runtime

OPERATOR = Operator("api", "api")
"""As whom other programs act: the token does not say who holds it."""


def runtime_of(request: Request) -> Runtime:
    """The runtime behind this server."""
    found: Runtime = request.app.state.runtime
    return found


At = Annotated[Runtime, Depends(runtime_of)]


class Conflict(P88Error):
    """What was asked for cannot be done as things stand."""

    code = "conflict"


def _our_id(value: object) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise ValueError("is no id")
    return int(text)


OurId = Annotated[
    int,
    BeforeValidator(_our_id),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,18}$", "examples": ["1"]}),
]
"""One of our own ids: opaque, and text in every document."""

Document = dict[str, Any]


class Body(BaseModel):
    """A request body: unknown keys are refused by name."""

    model_config = ConfigDict(extra="forbid")


class Fault(BaseModel):
    """What went wrong, for the operator."""

    code: str
    title: str
    detail: str
    hint: str


class Failed(BaseModel):
    """The body of every refusal; `detail` names the fields of a 422."""

    error: Fault
    detail: list[Document] | None = None


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Failed, "description": "No JSON"},
    401: {"model": Failed, "description": "The token is missing or wrong"},
    403: {"model": Failed, "description": "A foreign host or origin"},
    404: {"model": Failed, "description": "Nothing has this id"},
    409: {"model": Failed, "description": "It cannot be done as things stand"},
    413: {"model": Failed, "description": "The body is too long"},
    422: {"model": Failed, "description": "The fields that cannot be used, by name"},
    503: {"model": Failed, "description": "Keyring, database or provider do not play along"},
}
