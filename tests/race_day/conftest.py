"""The same program and practice providers that the command line is tested with."""

from tests.cli.conftest import fresh_providers, program

__all__ = ["fresh_providers", "program"]
