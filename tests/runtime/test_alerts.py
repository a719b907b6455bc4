"""Alerts reach a real mail server and a real web hook, once each, throttled, with the recovery."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from p88console.domain.alerting import Alert
from p88console.domain.errors import UsageFault
from p88console.domain.jobs import JobState, Operator
from p88console.domain.model import Provider
from p88console.runtime import alerts, steering
from p88console.runtime.alerts import LOOK_S, Watch
from p88console.store.inbox import notices
from p88console.store.tenancy import tenants
from p88console.store.work import holds, queue
from p88console.system import notifier
from p88console.system.home import Home
from p88console.system.settings import Alerts
from p88console.system.vault import MemoryVault
from tests.engine.conftest import RaceDay, race_day_at
from tests.engine.test_engine import sweep


@dataclass
class Desk:
    """What arrived."""

    port: int = 0
    mails: list[tuple[str, str]] = field(default_factory=list)
    hooks: list[dict[str, Any]] = field(default_factory=list)
    refusing: bool = False

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        mail = message_from_bytes(envelope.content, policy=policy.default)
        body = mail.get_body(("plain", "html"))
        assert body is not None
        self.mails.append((str(mail["Subject"]), str(body.get_content())))
        return "250 OK"


@asynccontextmanager
async def mail_server() -> AsyncIterator[Desk]:
    desk = Desk()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(desk, loop=loop), "127.0.0.1", 0)
    desk.port = server.sockets[0].getsockname()[1]
    yield desk
    server.close()
    await server.wait_closed()


@asynccontextmanager
async def web_hook() -> AsyncIterator[Desk]:
    desk = Desk()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        body = json.loads(await reader.readexactly(length))
        status = b"503 Busy" if desk.refusing else b"200 OK"
        if not desk.refusing:
            desk.hooks.append(body)
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    desk.port = server.sockets[0].getsockname()[1]
    yield desk
    server.close()
    await server.wait_closed()


@pytest.fixture
async def race_day(tmp_path: Path) -> AsyncIterator[RaceDay]:
    async with race_day_at(Home(tmp_path)) as day:
        yield day


@pytest.fixture
async def hook() -> AsyncIterator[Desk]:
    async with web_hook() as desk:
        yield desk


def watch_of(race_day: RaceDay, hook: Desk) -> Watch:
    where_to = {"crew": f"json://127.0.0.1:{hook.port}/"}
    return Watch(race_day.runtime.db, race_day.clock, Alerts(), lambda: where_to)


async def hold(race_day: RaceDay, account_id: int = 1) -> None:
    now = race_day.clock.now()
    await race_day.runtime.db.write(holds.hold_account, account_id, "the key was refused", now)


async def test_a_held_account_is_told_once_and_its_recovery_too(
    race_day: RaceDay, hook: Desk
) -> None:
    watch = watch_of(race_day, hook)
    await hold(race_day)
    await watch.look()
    await watch.look()
    [told] = hook.hooks
    assert told["title"] == "P88: RunSignUp is held: the key was refused"
    assert "CDT" in told["message"]
    await steering.resume(race_day.runtime, Operator("tester", "cli"), 1)
    race_day.clock.step(301)
    await watch.look()
    assert [one["title"] for one in hook.hooks[1:]] == [
        "P88, over: RunSignUp is held: the key was refused"
    ]


async def test_what_comes_soon_after_is_gathered_into_one_message(
    race_day: RaceDay, hook: Desk
) -> None:
    watch = watch_of(race_day, hook)
    await hold(race_day)
    await watch.look()
    await hold(race_day, 2)
    await fail_for_good(race_day)
    race_day.clock.step(60)
    await watch.look()
    assert len(hook.hooks) == 1
    race_day.clock.step(300)
    await watch.look()
    assert len(hook.hooks) == 2
    assert "Copernico is held" in hook.hooks[1]["message"]
    assert "failed for good" in hook.hooks[1]["message"]


async def fail_for_good(race_day: RaceDay) -> None:
    """A job whose retries are spent."""
    await sweep(race_day)

    def fail(tx: Any) -> None:
        tx.connection.exec_driver_sql(
            "UPDATE sync_queue SET state = 'failed_permanent', finished_at = due_at "
            "WHERE state = 'held' AND operation = 'results'"
        )

    await race_day.runtime.db.write(fail)
    states = [job.state for job in await race_day.runtime.db.read(queue.find)]
    assert JobState.FAILED_PERMANENT in states


async def test_work_without_success_for_twice_its_interval_is_overdue(
    race_day: RaceDay, hook: Desk
) -> None:
    watch = watch_of(race_day, hook)
    await race_day.pull()
    await sweep(race_day)
    await watch.look()
    race_day.clock.step(50)
    await watch.look()
    assert hook.hooks == []  # within twice its minute
    for _ in range(8):
        race_day.clock.step(LOOK_S)
        await watch.look()
    [told] = hook.hooks
    assert (
        "RunSignUp participants pull of Lakeside" in told["message"] or "overdue" in told["title"]
    )
    assert "wanted every 1 min" in told["message"]
    await race_day.pull()
    await watch.look()
    [*_, found] = [
        one
        for one in await race_day.runtime.db.read(notices.newest, 20)
        if one.key == f"overdue:1:{race_day.event_id}:participants"
    ]
    assert found.ended_at == race_day.clock.now()


async def test_what_a_sleep_delayed_is_not_overdue(race_day: RaceDay, hook: Desk) -> None:
    watch = watch_of(race_day, hook)
    await race_day.pull()
    await sweep(race_day)
    await watch.look()
    race_day.clock.step(3600)
    await watch.look()
    await watch.look()
    assert hook.hooks == []


async def test_a_message_that_did_not_arrive_is_sent_again(race_day: RaceDay, hook: Desk) -> None:
    watch = watch_of(race_day, hook)
    await hold(race_day)
    hook.refusing = True
    await watch.look()
    assert hook.hooks == []
    hook.refusing = False
    await watch.look()
    assert len(hook.hooks) == 1


async def test_pulled_brakes_are_told(race_day: RaceDay, hook: Desk) -> None:
    watch = watch_of(race_day, hook)
    await race_day.pull()
    books = await race_day.ledger(Provider.RUNSIGNUP)
    for row in books["registrations"][:20]:
        await race_day.remove(str(row["registration_id"]), "removed")
    await race_day.pull(full=True)
    await watch.look()
    [told] = hook.hooks
    assert "removals stopped" in told["message"]


@pytest.mark.parametrize(("offset_s", "told"), [(95.0, "1:35 ahead of"), (-31.0, "0:31 behind")])
async def test_a_clock_far_from_a_providers_is_told(
    race_day: RaceDay, hook: Desk, offset_s: float, told: str
) -> None:
    """D19."""
    db, now = race_day.runtime.db, race_day.clock.now()
    account = (await db.read(tenants.accounts))[0]
    watch = watch_of(race_day, hook)
    await db.write(tenants.note_clock_offset, account.id, 29.0, now)
    await watch.look()
    assert hook.hooks == []
    await db.write(tenants.note_clock_offset, account.id, offset_s, now)
    await watch.look()
    [message] = hook.hooks
    assert f"'s clock is {told} this laptop's" in json.dumps(message)
    await db.write(tenants.note_clock_offset, account.id, 0.2, now)
    race_day.clock.step(301)
    await watch.look()
    assert await db.read(notices.standing) == []


async def test_a_mail_arrives_at_a_real_mail_server() -> None:
    async with mail_server() as desk:
        address = f"mailto://127.0.0.1:{desk.port}?from=p88@example.com&to=crew@example.com"
        told = Alert("P88: Zoë-Aïda is held", "all of it waits")
        assert await asyncio.to_thread(notifier.deliver, {"crew": address}, told) == []
    [(subject, body)] = desk.mails
    assert subject == "P88: Zoë-Aïda is held"
    assert "all of it waits" in body


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("carrier-pigeon://loft", "none that is known"),
        ("json://hooks.example.com/in", "could read"),
        ("jsons://hooks.example.com/in?verify=no", "always verified"),
    ],
)
def test_addresses_that_will_not_do_are_refused_without_being_repeated(
    address: str, why: str, tmp_path: Path
) -> None:
    """D33."""
    with pytest.raises(UsageFault, match=why) as caught:
        alerts.add(MemoryVault(), Home(tmp_path), "crew", address)
    assert address.partition("://")[2] not in str(caught.value.as_dict())


def test_where_alerts_go_is_kept_in_the_keyring_alone(tmp_path: Path) -> None:
    vault, home = MemoryVault(), Home(tmp_path)
    assert alerts.addresses(vault, home) == {}
    assert alerts.add(vault, home, "crew", "json://127.0.0.1:9/") == "JSON"
    assert list(alerts.addresses(vault, home)) == ["crew"]
    alerts.remove(vault, home, "crew")
    with pytest.raises(UsageFault, match="no alerts go to crew"):
        alerts.remove(vault, home, "crew")
    assert list(tmp_path.iterdir()) == []
