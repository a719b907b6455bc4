"""One suite for every adapter: what each promises whichever provider is behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from p88console.domain.errors import (
    Malformed,
    NotSent,
    P88Error,
    ProviderFault,
    Rejected,
    Throttled,
    Transient,
    Unauthorized,
    UsageFault,
)
from p88console.domain.model import EventRecord, Provider
from p88console.providers.base import (
    AccountAccess,
    Adapter,
    Entry,
    PageRequest,
    ReadsDetails,
    ReadsEvents,
    ReadsParticipants,
    ReadsRemovals,
    ReadsResults,
    Scope,
    ScoringTarget,
    TakesParticipants,
)
from p88console.providers.registry import ADAPTERS, adapter_module, open_adapter
from tests.providers.practice import (
    CANARY,
    SCORING,
    SECRETS,
    SPOKEN,
    Practice,
    bare,
    opened,
    rows_of,
    seen_of,
    signed_in,
)
from tests.providers.wire import Line, Say, say_json, unused_url
from tests.support.clock import RACE_MORNING

TARGET = ScoringTarget("race", {}, {"7": ("uuid-5k", "5K")})
SCOPE = Scope("77", ("501", "502"))
Operation = Callable[[Any], Awaitable[object]]


async def drained(pages: AsyncIterator[Any]) -> list[Any]:
    return [page async for page in pages]


OPERATIONS: dict[str, tuple[type, Operation]] = {
    "test": (Adapter, lambda one: one.test()),
    "events": (ReadsEvents, lambda one: drained(one.events(RACE_MORNING))),
    "find_event": (ReadsEvents, lambda one: one.find_event("77")),
    "participants": (
        ReadsParticipants,
        lambda one: drained(one.participants(SCOPE, PageRequest())),
    ),
    "details": (
        ReadsDetails,
        lambda one: one.details(SCOPE, {"registration_number": "B1719187BC"}),
    ),
    "removals": (ReadsRemovals, lambda one: drained(one.removals(SCOPE, PageRequest()))),
    "read_back": (
        TakesParticipants,
        lambda one: drained(one.read_back(TARGET, [Entry("runsignup-1", {"race": "7"})])),
    ),
    "results": (ReadsResults, lambda one: drained(one.results(TARGET))),
}
CALLS = [
    pytest.param(provider, operation, id=f"{provider}-{name}")
    for provider in SPOKEN
    for name, (capability, operation) in OPERATIONS.items()
    if isinstance(open_adapter(bare(provider)), capability)
]
PRESET = {"preset_login": "timing@example.org", "preset_name": "all"}


@pytest.mark.parametrize("provider", SPOKEN)
async def test_the_test_call_succeeds_and_tells_the_providers_clock(
    practice: Practice, provider: Provider
) -> None:
    async with opened(practice.access(provider)) as adapter:
        answer = await adapter.test()
    assert "accepted" in answer.detail
    assert answer.server_time == practice.clock.now()


@pytest.mark.parametrize("provider", SPOKEN)
async def test_wrong_credentials_are_said_to_be_wrong(
    practice: Practice, provider: Provider
) -> None:
    access = practice.access(provider, secrets=SECRETS[provider])
    async with opened(access) as adapter:
        with pytest.raises(Unauthorized) as caught:
            await adapter.test()
    assert CANARY not in f"{caught.value.as_dict()} {caught.value!r}"


@pytest.mark.parametrize("provider", SPOKEN)
async def test_every_event_of_the_account_is_discovered_with_its_guns(
    practice: Practice, provider: Provider
) -> None:
    async with opened(practice.access(provider)) as adapter:
        assert isinstance(adapter, ReadsEvents)
        pages = adapter.events(practice.clock.now() - timedelta(days=30))
        (event,) = [adapter.event(row) async for page in pages for row in page.rows]
    assert event.provider_event_id == practice.event_id(provider)
    assert event.name == practice.world.options.name
    if provider is Provider.HAKU:  # which lists no races, and of an event only the day
        assert (event.races, event.starts_at) == ((), None)
        assert event.race_day == practice.world.date
        return
    assert {race.name: race.starts_at for race in event.races} == {
        race.name: race.starts_at for race in practice.world.races
    }
    assert event.starts_at == min(practice.world.day.guns)


@pytest.mark.parametrize("provider", SPOKEN)
async def test_an_event_is_found_by_its_id_as_it_is_discovered(
    practice: Practice, provider: Provider
) -> None:
    async with opened(practice.access(provider)) as adapter:
        assert isinstance(adapter, ReadsEvents)
        found = await adapter.find_event(practice.event_id(provider))
        pages = adapter.events(practice.clock.now())
        (listed,) = [adapter.event(row) async for page in pages for row in page.rows]
    assert without_raw(found) == without_raw(listed)


def without_raw(event: EventRecord) -> EventRecord:
    """An event as it was understood: a listing may write the same otherwise than a single call."""
    return replace(event, raw={}, races=tuple(replace(race, raw={}) for race in event.races))


@pytest.mark.parametrize("provider", SPOKEN)
async def test_an_event_that_does_not_exist_is_refused(
    practice: Practice, provider: Provider
) -> None:
    async with opened(practice.access(provider)) as adapter:
        assert isinstance(adapter, ReadsEvents)
        with pytest.raises(Rejected):
            await adapter.find_event("424242")


@pytest.mark.parametrize("body", [{}, {"message": "welcome"}, {"data": {}}, "hello", 7, [7], None])
@pytest.mark.parametrize(("provider", "operation"), CALLS)
async def test_a_missing_envelope_is_an_error_never_zero_rows(
    provider: Provider, operation: Operation, body: object
) -> None:
    told = signed_in(say_json(body))
    async with Line(told) as line, opened(bare(provider, line.url)) as adapter:
        with pytest.raises(Malformed):
            await operation(adapter)


@pytest.mark.parametrize("body", [{}, {"message": "welcome"}, {"data": {}}, "hello", 7, [7], None])
async def test_an_export_without_rows_is_an_error_too(body: object) -> None:
    access = bare(Provider.COPERNICO)
    async with Line(say_json(body)) as line:
        with_preset = AccountAccess(access.provider, access.secrets, line.url, PRESET)
        async with opened(with_preset) as adapter:
            assert isinstance(adapter, ReadsResults)
            with pytest.raises(Malformed):
                await drained(adapter.results(TARGET))


@pytest.mark.parametrize(
    "said",
    [Say(body=b"<html>Venue WiFi</html>"), Say(302, headers={"Location": "https://venue/"})],
    ids=["portal", "redirect"],
)
@pytest.mark.parametrize(("provider", "operation"), CALLS)
async def test_a_portal_holds_the_line(provider: Provider, operation: Operation, said: Say) -> None:
    async with Line(signed_in(said)) as line, opened(bare(provider, line.url)) as adapter:
        with pytest.raises(Malformed):
            await operation(adapter)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(429, Throttled), (503, Transient), (401, Unauthorized), (403, Unauthorized)],
)
@pytest.mark.parametrize(("provider", "operation"), CALLS)
async def test_http_statuses_mean_the_same_everywhere(
    provider: Provider, operation: Operation, status: int, kind: type[ProviderFault]
) -> None:
    said = signed_in(Say(status))
    async with Line(said) as line, opened(bare(provider, line.url)) as adapter:
        with pytest.raises(kind):
            await operation(adapter)


@pytest.mark.parametrize(("provider", "operation"), CALLS)
async def test_an_unreachable_provider_was_not_sent_anything(
    provider: Provider, operation: Operation
) -> None:
    async with opened(bare(provider, unused_url())) as adapter:
        with pytest.raises(NotSent):
            await operation(adapter)


INSIDE: dict[Provider, dict[str, Any]] = {
    Provider.RUNSIGNUP: {"error": {"error_code": 201, "error_msg": "Race not found."}},
    Provider.COPERNICO: {"result": {"code": 404, "message": "Race not found."}, "data": None},
}


@pytest.mark.parametrize(
    ("provider", "operation"), [call for call in CALLS if call.values[0] in INSIDE]
)
async def test_an_error_inside_a_200_is_an_error(provider: Provider, operation: Operation) -> None:
    if provider is Provider.COPERNICO and operation is OPERATIONS["read_back"][1]:
        pytest.skip("an athlete that is refused is one that is not there")
    said = say_json(INSIDE[provider])
    async with Line(said) as line, opened(bare(provider, line.url)) as adapter:
        with pytest.raises(Rejected, match="Race not found") as caught:
            await operation(adapter)
    assert provider.title in caught.value.title


@pytest.mark.parametrize("said", [Say(429), Say(500), Say(401), Say(reset=True), Say()])
@pytest.mark.parametrize(("provider", "operation"), CALLS)
async def test_no_secret_is_in_any_fault_of_an_adapter(
    provider: Provider, operation: Operation, said: Say
) -> None:
    async with Line(signed_in(said)) as line, opened(bare(provider, line.url)) as adapter:
        with pytest.raises(P88Error) as caught:
            await operation(adapter)
        sent = " ".join(f"{one.target} {one.headers}" for one in line.requests)
    assert CANARY in sent
    assert CANARY not in f"{caught.value!r} {caught.value!s} {caught.value.as_dict()}"


@pytest.mark.parametrize("provider", SPOKEN)
def test_an_accounts_secrets_are_not_in_its_own_words(provider: Provider) -> None:
    access = bare(provider)
    assert CANARY not in f"{access!r} {access!s}"


@pytest.mark.parametrize("provider", SPOKEN)
@pytest.mark.parametrize("secrets", [{}, {"api_key": ""}, {"password": "x"}])
def test_incomplete_or_unknown_secrets_are_refused_before_any_call(
    provider: Provider, secrets: dict[str, str]
) -> None:
    with pytest.raises(UsageFault):
        open_adapter(AccountAccess(provider, secrets, "http://127.0.0.1:1"))


@pytest.mark.parametrize("provider", [one for one in Provider if one not in ADAPTERS])
def test_a_provider_that_is_not_spoken_yet_is_said_so(provider: Provider) -> None:
    with pytest.raises(UsageFault, match=f"{provider.title} is not spoken yet"):
        adapter_module(provider)


@pytest.mark.parametrize("provider", SCORING)
async def test_what_is_sent_is_read_back_value_for_value(
    practice: Practice, provider: Provider
) -> None:
    target, entries = practice.target_at(provider), practice.everybody()
    async with opened(practice.access(provider)) as adapter:
        assert isinstance(adapter, TakesParticipants)
        await adapter.send(target, entries)
        for count in (1, len(entries)):
            there = await seen_of(adapter, target, entries[:count])
            assert {our_id: one.values for our_id, one in there.items()} == {
                entry.our_id: dict.fromkeys(adapter.push_traits.fields)
                | {name: value or None for name, value in entry.values.items()}
                for entry in entries[:count]
            }


@pytest.mark.parametrize("gender", ["F", "M", "X", None])
@pytest.mark.parametrize("provider", SCORING)
async def test_every_gender_comes_back_as_it_went(
    practice: Practice, provider: Provider, gender: str | None
) -> None:
    target = practice.target_at(provider)
    entry = practice.entry(practice.world.runners[0], gender=gender)
    async with opened(practice.access(provider)) as adapter:
        assert isinstance(adapter, TakesParticipants)
        await adapter.send(target, [entry])
        there = await seen_of(adapter, target, [entry])
    assert there[entry.our_id].values["gender"] == gender


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("provider", SCORING)
async def test_sending_again_updates_and_makes_nobody_twice(
    practice: Practice, provider: Provider, *, known: bool
) -> None:
    target, entry = practice.target_at(provider), practice.entry(practice.world.runners[0])
    scope = Scope(practice.event_id(provider))
    async with opened(practice.access(provider)) as adapter:
        assert isinstance(adapter, TakesParticipants)
        assert isinstance(adapter, ReadsParticipants)
        await adapter.send(target, [entry])
        first = (await seen_of(adapter, target, [entry]))[entry.our_id]
        changed = replace(entry, values={**entry.values, "bib": "A12"})
        if known:
            changed = replace(changed, remote_id=first.remote_id)
        await adapter.send(target, [changed])
        again = (await seen_of(adapter, target, [changed]))[entry.our_id]
        listed = await rows_of(adapter.participants(scope, PageRequest()))
    assert (again.remote_id, again.values["bib"]) == (first.remote_id, "A12")
    assert len(listed) == 1


@pytest.mark.parametrize("provider", SCORING)
async def test_whom_the_far_side_lacks_is_left_out(practice: Practice, provider: Provider) -> None:
    target, (first, second) = practice.target_at(provider), practice.everybody()[:2]
    async with opened(practice.access(provider)) as adapter:
        assert isinstance(adapter, TakesParticipants)
        await adapter.send(target, [first])
        assert set(await seen_of(adapter, target, [first, second])) == {first.our_id}


@pytest.mark.parametrize("provider", SPOKEN)
async def test_an_adapter_may_be_closed_twice(provider: Provider) -> None:
    adapter = open_adapter(bare(provider))
    await adapter.close()
    await adapter.close()
