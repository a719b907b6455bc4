"""What works today and will not much longer reaches the lane, and leaves it once it is mended."""

from __future__ import annotations

from pathlib import Path

from p88console.domain.model import Provider
from p88console.runtime import tenancy
from p88console.store.windows import overview
from p88console.system.home import Home
from tests.engine.conftest import RaceDay, race_day_at


async def warned(day: RaceDay) -> dict[str, tuple[str, ...]]:
    lanes = await day.runtime.db.read(overview.lanes, day.clock.now())
    return {lane.provider: lane.warnings for lane in lanes}


async def test_a_missing_export_is_told_in_the_lane(tmp_path: Path) -> None:
    async with race_day_at(
        Home(tmp_path), Provider.COPERNICO, preset_name="nobody saved this"
    ) as day:
        await day.pull()
        await day.push()
        assert await warned(day) == {"runsignup": (), "copernico": ()}
        await day.pull_results()
        (told,) = (await warned(day))["copernico"]
        assert "nobody saved this" in told


async def test_the_caller_registration_is_asked_for_in_the_lane_from_december_on(
    tmp_path: Path,
) -> None:
    async with race_day_at(Home(tmp_path)) as day:
        (account,) = [
            one
            for one in await tenancy.account_rows(day.runtime)
            if one.provider is Provider.RUNSIGNUP
        ]
        assert (await warned(day))["runsignup"] == ()
        day.clock.step(60 * 86_400)
        await day.pull()
        (told,) = (await warned(day))["runsignup"]
        assert "rsu_api_reg" in told
        pair = {"rsu_api_reg": "reg", "rsu_api_reg_secret": "secret"}
        keys = day.sandbox.description()["runsignup"]["secrets"]
        await tenancy.set_secrets(day.runtime, account.id, {**keys, **pair})
        await tenancy.test_account(day.runtime, account.id)
        assert (await warned(day))["runsignup"] == ()
