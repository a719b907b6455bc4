"""Puts the REST door together: routes, refusals in plain words, the gate before all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from p88console import __version__
from p88console.api import acting, docs, feed, reading, syncs
from p88console.api.gate import Gate, refused
from p88console.api.parts import REFUSALS, Conflict
from p88console.domain.errors import NotThere, P88Error, UsageFault
from p88console.runtime.runtime import Runtime

ABOUT = (
    "What the console shows and does, for programs on this machine. Send the token as "
    "`Authorization: Bearer …`; `p88console api --print-token` tells it."
)


def make_app(runtime: Runtime, token: str) -> ASGIApp:
    """The application over a runtime, for callers with this token."""
    app = FastAPI(
        title="P88 Console",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        responses=REFUSALS,
        exception_handlers={
            P88Error: _fault,
            RequestValidationError: _fields,
            HTTPException: _http,
            Exception: _unexpected,
        },
    )
    app.state.runtime = runtime
    api = APIRouter(prefix="/api")
    for routes in (syncs.routes, reading.routes, acting.routes, feed.routes):
        api.include_router(routes)
    app.include_router(api)

    @app.get("/docs", include_in_schema=False)
    async def documentation() -> HTMLResponse:
        return HTMLResponse(
            docs.page(_described(app)),
            headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
        )

    app.openapi = lambda: _described(app)  # type: ignore[method-assign]  # FastAPI's own hook
    return Gate(app, token)


def _described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the token that every operation wants."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        schemes = {"token": {"type": "http", "scheme": "bearer"}}
        document["components"]["securitySchemes"] = schemes
        document["security"] = [{"token": []}]
    assert app.openapi_schema is not None  # noqa: S101  # FastAPI keeps what it made
    return app.openapi_schema


async def _fault(_request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, P88Error)  # noqa: S101  # registered for these
    status = 503
    if isinstance(fault, NotThere):
        status = 404
    elif isinstance(fault, UsageFault):
        status = 422
    elif isinstance(fault, Conflict):
        status = 409
    return JSONResponse({"error": fault.as_dict()}, status)


async def _fields(_request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, RequestValidationError)  # noqa: S101  # registered for these
    found: Sequence[Any] = fault.errors()
    named = [
        {
            "loc": [str(part) for part in one["loc"]],
            "msg": str(one["msg"]).removeprefix("Value error, "),
            "type": str(one["type"]),
        }
        for one in found
    ]
    told = "; ".join(f"{'.'.join(one['loc'][1:]) or 'body'}: {one['msg']}" for one in named)
    error = {"code": "usage", "title": "the request cannot be used", "detail": told, "hint": ""}
    return JSONResponse({"error": error, "detail": named}, 422)


async def _http(_request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, HTTPException)  # noqa: S101  # registered for these
    headers = dict(fault.headers or {})
    return refused(fault.status_code, "http", str(fault.detail), "see: /docs", headers)


async def _unexpected(_request: Request, fault: Exception) -> JSONResponse:
    return refused(500, "error", "an unexpected fault of this program", type(fault).__name__)
