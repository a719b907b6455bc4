"""Sends messages to people who are away: the one door to Apprise, an extra."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from p88console.domain.alerting import Alert
from p88console.domain.errors import UsageFault

PLAIN = ("json", "xml", "form", "apprise")
"""Schemes that carry everything readably; they go to this machine alone."""

LOOPBACK = ("127.0.0.1", "[::1]", "localhost")


def check(address: str) -> str:
    """See that messages can go to this address; returns the service's name.

    Raises `UsageFault`, which never repeats the address: it holds secrets.
    """
    service = _service(address)
    if service is None:
        raise UsageFault(
            "the address is none that is known",
            "no service understands it",
            "write one as in https://github.com/caronc/apprise/wiki, e.g. mailtos://USER:PASSWORD@HOST",
        )
    if not service.verify_certificate:
        raise UsageFault("certificates are always verified", "verify=no is not taken")
    if address.partition(":")[0] in PLAIN and service.host not in LOOPBACK:
        raise UsageFault(
            "everybody on the way could read the messages",
            "this scheme is not encrypted",
            "take the one that ends in s, e.g. jsons://",
        )
    return str(service.service_name or type(service).__name__)


def deliver(addresses: Mapping[str, str], alert: Alert) -> list[str]:
    """Send a message to each of these; returns the names of those it did not reach.

    It takes as long as the slowest of them. Raises `UsageFault` without the extra.
    """
    failed = []
    for name, address in addresses.items():
        service = _service(address)
        if service is None or not service.notify(title=alert.title, body=alert.body):
            failed.append(name)
    return failed


def _service(address: str) -> Any:
    try:
        import apprise  # noqa: PLC0415  # an extra, and 300 ms
    except ImportError:
        raise UsageFault(
            "alerts need an extra",
            "the package for them is not installed",
            "install it: pip install 'p88console[alerts]'",
        ) from None
    # it would log addresses, which hold secrets
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    asset = apprise.AppriseAsset(
        app_id="P88 Console", storage_mode=apprise.PersistentStoreMode.MEMORY
    )
    return apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
