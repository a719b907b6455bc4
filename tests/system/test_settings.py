"""The settings file: what can be set, and what a slip of the pen is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.cadence import CadenceSettings
from p88console.domain.errors import UsageFault
from p88console.domain.model import Provider
from p88console.system.settings import Settings, read_settings, span


def settings_of(folder: Path, text: str) -> Settings:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return read_settings(file)


def test_without_a_file_everything_is_built_in(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "settings.toml") == Settings()
    assert Settings().cadence_of(1) == CadenceSettings()


def test_an_event_overrides_what_all_events_do(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        '[cadence]\nresults = "10 min"\nrace_day = "6h"\n[event.7.cadence]\nresults = "90 s"\n',
    )
    assert settings.cadence_of(1).results == timedelta(minutes=10)
    assert settings.cadence_of(7).results == timedelta(seconds=90)
    assert settings.cadence_of(7).race_day == timedelta(hours=6)
    assert settings.cadence_of(7).participants == CadenceSettings().participants


def test_limits_and_wire_forms_belong_to_a_provider(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path, '[limits.haku]\nper_hour = 900\n[wire.haku]\nevents = "/v2/events"\n'
    )
    assert settings.limits[Provider.HAKU].per_hour == 900
    assert settings.wire[Provider.HAKU] == {"events": "/v2/events"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[cadense]\nresults = "1h"', "did you mean cadence?"),
        ('[cadence]\nresult = "1h"', "did you mean results?"),
        ('[event.7.cadence]\nresuts = "1h"', "did you mean results?"),
        ("[limits.haku]\nper_hours = 5", "did you mean per_hour?"),
        ("[limits.hakku]\nper_hour = 5", "haku"),
        ('[cadence]\nresults = "soon"', "write a span"),
        ('[cadence]\nresults = "0 s"', "write a span"),
        ("[limits.haku]\nper_hour = 0", "limits.haku.per_hour"),
        ("what is this", "no TOML"),
    ],
)
def test_a_slip_is_told_with_what_was_meant(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageFault) as refused:
        settings_of(tmp_path, text)
    assert told in str(refused.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageFault, match="cannot be read"):
        read_settings(tmp_path / "settings.toml")


@given(st.integers(1, 10_000), st.sampled_from(["s", "min", "h", "d"]))
def test_spans_read_as_people_write_them(number: int, unit: str) -> None:
    second = {"s": 1, "min": 60, "h": 3600, "d": 86_400}[unit]
    assert span(f"{number} {unit}") == span(f"{number}{unit}") == timedelta(seconds=number * second)


@given(st.text() | st.from_regex(r"[0-9]{1,30} ?(s|min|m|h|d)", fullmatch=True))
def test_any_text_is_a_span_or_told(text: str) -> None:
    try:
        assert span(text) > timedelta(0)
    except ValueError:
        return


KEYS = st.sampled_from(
    ["backups", "cadence", "event", "limits", "wire", "7", "haku", "every", "results", "per_hour"]
) | st.text("abcdefghij_", min_size=1, max_size=9)
VALUES = st.sampled_from(['"1 h"', '"0"', '"soon"', "-1", "9e99", "true", "[]", "{}", "nan"])


@given(st.lists(st.tuples(st.lists(KEYS, min_size=1, max_size=4), VALUES), max_size=6))
def test_any_settings_are_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[list[str], str]]
) -> None:
    text = "".join(f"{'.'.join(path)} = {value}\n" for path, value in lines)
    folder = tmp_path_factory.mktemp("settings")
    try:
        settings_of(folder, text)
    except UsageFault as fault:
        assert "settings" in fault.title  # noqa: PT017  # either outcome is good


@given(st.binary(max_size=200))
def test_any_file_is_read_or_told(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("settings") / "settings.toml"
    file.write_bytes(content)
    try:
        read_settings(file)
    except UsageFault as fault:
        assert "settings" in fault.title  # noqa: PT017


def test_keys_are_named_with_or_without_quotes(tmp_path: Path) -> None:
    text = '[console]\ntheme = "p88-light"\nring_every = "10 s"\n[console.keys]\n'
    quoted = settings_of(tmp_path, text + '"sync.push" = "P"\n"board.hold" = "H"\n')
    bare = settings_of(tmp_path, text + 'sync.push = "P"\nboard.hold = "H"\n')
    assert quoted.console == bare.console
    assert bare.console.keys == {"sync.push": "P", "board.hold": "H"}
    assert bare.console.ring_every == timedelta(seconds=10)


def test_a_key_that_is_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="cannot be used"):
        settings_of(tmp_path, "[console.keys]\nsync.push = 7\n")
