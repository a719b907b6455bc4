"""The same race day that the engine is tested on."""

from tests.engine.conftest import race_day

__all__ = ["race_day"]
