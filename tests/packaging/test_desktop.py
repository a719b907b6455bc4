"""Icon and desktop entry, as a desktop reads them."""

from __future__ import annotations

import configparser
import struct
from xml.etree import ElementTree as ET

from tests.house.sources import ROOT

ASSETS = ROOT / "assets"


def test_the_icon_is_there_as_drawing_and_as_picture() -> None:
    drawing = ET.parse(ASSETS / "icon.svg").getroot()  # noqa: S314  # our own file
    assert drawing.get("viewBox") == "0 0 512 512"
    head = (ASSETS / "icon.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == (512, 512)


def test_the_desktop_entry_names_commands_that_exist() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment,method-assign]  # keys of a desktop entry have capitals
    entry.read_string((ASSETS / "p88console.desktop").read_text(encoding="utf-8"))
    main = entry["Desktop Entry"]
    assert (main["Type"], main["Exec"], main["Terminal"]) == ("Application", "p88console", "true")
    actions = main["Actions"].strip(";").split(";")
    called = {entry[f"Desktop Action {action}"]["Exec"] for action in actions}
    assert called == {"p88console demo", "p88console --watch"}
