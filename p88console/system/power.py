"""The battery, and keeping the machine from falling asleep: the one door to psutil and wakepy."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from p88console.domain.power import Battery

if TYPE_CHECKING:
    from wakepy import Mode


def battery() -> Battery | None:
    """The machine's battery; None where it has none or does not tell."""
    import psutil  # noqa: PLC0415  # 17 ms that only a living engine needs

    # some systems have no such call at all
    found = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    return None if found is None else Battery(float(found.percent), bool(found.power_plugged))


class Wakefulness(Protocol):
    """Keeps the machine awake, or lets it sleep when nobody types."""

    async def want(self, awake: bool) -> bool:  # noqa: FBT001  # the one thing that is wanted
        """Keep it awake, or no longer; returns whether it is kept awake."""
        ...

    async def close(self) -> None:
        """Let it sleep, and end."""
        ...


class SystemWakefulness:
    """Asks the desktop, or the system, not to fall asleep; a closed lid is beyond it."""

    def __init__(self) -> None:
        # a mode has to be left on the thread that entered it
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="awake")
        self._mode: Mode | None = None

    async def want(self, awake: bool) -> bool:  # noqa: FBT001  # the one thing that is wanted
        """Keep it awake, or no longer; returns whether it is kept awake."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._set, awake)

    async def close(self) -> None:
        """Let it sleep, and end."""
        if self._mode is not None:
            await self.want(False)
        self._thread.shutdown(wait=False)

    def _set(self, awake: bool) -> bool:  # noqa: FBT001  # as above
        if awake and self._mode is None:
            from wakepy import keep  # noqa: PLC0415  # 39 ms that only a living engine needs

            mode = keep.running(on_fail="pass")
            mode.__enter__()  # it is left when there is nothing more to do
            self._mode = mode if mode.active else None
        elif not awake and self._mode is not None:
            mode, self._mode = self._mode, None
            mode.__exit__(None, None, None)
        return self._mode is not None
