"""What kept a question from being answered, by the innermost cause that says so."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

from p88console.domain.network import Reach

NO_WAY_OUT = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)


def unmet(fault: BaseException, *, connecting: bool) -> Reach:
    """What a fault of the transport met; `connecting` when no connection had come about."""
    for cause in _causes(fault):
        match cause:
            case ssl.SSLError():
                return Reach.FOREIGN
            case socket.gaierror():
                return Reach.NO_NAME
            case ConnectionRefusedError():
                return Reach.REFUSED
            case OSError() if cause.errno in NO_WAY_OUT:
                return Reach.NO_ROUTE
    # where a connection came about and broke off, somebody is there, and not well
    return Reach.SILENT if connecting else Reach.BROKEN


def is_name(host: str) -> bool:
    """Whether a host is looked up by name, and not an address of its own."""
    return host != "localhost" and ":" not in host and not host.replace(".", "").isdecimal()


def _causes(fault: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = fault
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
