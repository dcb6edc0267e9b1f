"""One fall on the belt: what stops it, whom it tells, and how long that takes."""

import asyncio
from collections.abc import Callable
from typing import Any

from custom_components.retrowalk.safety.alert_messages import AlertKind
from custom_components.retrowalk.safety.alert_rules import (
    ASKING_LYING_STILL_S,
    ASKING_S,
    LENGTHENED_BY_S,
)

from .. import ftms_wire as wire
from ..companion import CompanionPhone, Pushed
from .family import FAMILYS_PHONE, OWN_PHONE
from .findings import times_of, writes
from .home import Home
from .house import DemoError, speed_up
from .machine import LEADS_UP_S

ARMED = "binary_sensor.anna_fall_alerts_armed"
SUSPECTED = "binary_sensor.anna_fall_suspected"
# In seconds of the loop's clock.
WALKS_S = 30.0
REAL_TIME_BEFORE_S = 2.0
LOOK_EVERY_S = 0.05
STOP_WITHIN_S = 1.5 + 0.2  # after the impact: the pattern, and the frame that brings its end
PUSH_WITHIN_S = 1.0
# Shorter for somebody who lies still, longer for somebody who stirs.
WAITS_S = [
    wait_s + more_s
    for wait_s in (ASKING_LYING_STILL_S, ASKING_S[AlertKind.FALL])
    for more_s in (0.0, LENGTHENED_BY_S)
]


def told(push: Pushed) -> dict[str, Any]:
    """Return a push as the report shows it."""
    critical = push.data.get("channel") == "alarm_stream"  # as Android takes it
    return {"title": push.title, "message": push.message, "critical": critical}


class Fall:
    """Lets somebody who walks fall, and gets her up again."""

    def __init__(
        self,
        home: Home,
        times: float,
        tell: Callable[[str], None],
        problem: Callable[[str], None],
    ) -> None:
        """Take `times` as the pace of what need not be measured."""
        self.report: dict[str, Any] = {}
        self._home = home
        self._times = times
        self._tell = tell
        self._problem = problem
        self._loop = asyncio.get_running_loop()

    async def run(self, program: str) -> None:
        """Fall, be asked, let the family be told, and say that all is well."""
        own, familys = self._home.phones[OWN_PHONE], self._home.phones[FAMILYS_PHONE]
        await asyncio.sleep(WALKS_S)
        report = self.report
        report["armed_before"] = self._home.state(ARMED) == "on"
        if not report["armed_before"]:
            raise DemoError("fall alerts are not armed in a walk")
        speed_up(1)
        await asyncio.sleep(REAL_TIME_BEFORE_S - LEADS_UP_S)
        self._tell("Anna falls, and time runs as it does")
        impact_s = self._loop.time() + LEADS_UP_S
        self._home.devices.let_fall()
        async with asyncio.timeout(LEADS_UP_S + STOP_WITHIN_S + PUSH_WITHIN_S):
            asked_s = (await self._rings(own)).at_s
        report |= self._judge_stop(impact_s, asked_s)
        report["restart_refused"] = await self._try_to_start(program)
        speed_up(self._times)
        report |= self._judge_alarm(await self._rings(familys), asked_s)
        report["belt_kmh_after"] = self._home.belt.speed_kmh
        if self._home.belt.speed_kmh or self._home.state(SUSPECTED) != "on":
            self._problem("the belt moves, or the fall is forgotten, before anybody answers")
        self._tell("Anna gets up, and presses I'm OK on her phone")
        self._home.devices.walker.get_up()
        await own.press("I'm OK")
        await self._until(lambda: self._home.state(SUSPECTED) == "off")

    def _judge_stop(self, impact_s: float, asked_s: float) -> dict[str, Any]:
        """See how long the belt's stop and the question on the phone took."""
        stops_s = times_of(wire.STOP, writes(self._home.belt.log))
        after_s = [at_s - impact_s for at_s in stops_s if at_s > impact_s]
        stop_s = after_s[0] if after_s else None
        asked_after_s = asked_s - impact_s - (stop_s or 0.0)
        if stop_s is None or stop_s > STOP_WITHIN_S:
            self._problem(f"the belt was told to stop {stop_s} s after the impact")
        if asked_after_s > PUSH_WITHIN_S:
            self._problem(f"the walker's phone asked {asked_after_s:.2f} s after the stop")
        return {
            "impact_to_stop_s": stop_s and round(stop_s, 3),
            "stop_to_own_push_s": round(asked_after_s, 3),
        }

    def _judge_alarm(self, push: Pushed, asked_s: float) -> dict[str, Any]:
        """See how the family was told."""
        asked_for_s = push.at_s - asked_s
        late_s = min((asked_for_s - wait_s for wait_s in WAITS_S), key=abs)
        if abs(late_s) > PUSH_WITHIN_S:
            self._problem(f"the family was told {asked_for_s:.1f} s after the walker was asked")
        if not told(push)["critical"]:
            self._problem("the family's push does not ring through silence")
        return {
            "asked_for_s": round(asked_for_s, 2),
            "wait_to_familys_push_s": round(late_s, 3),
            "family_critical": told(push)["critical"],
        }

    async def _try_to_start(self, program: str) -> str | None:
        """Ask for another walk; return why it is refused."""
        try:
            await self._home.api.ask(
                "call_service",
                domain="retrowalk",
                service="start_program",
                service_data={"program": program},
                return_response=True,
            )
        except DemoError as refused:
            return str(refused)
        self._problem("a walk could be asked for with somebody on the floor")
        return None

    async def _rings(self, phone: CompanionPhone) -> Pushed:
        """Wait until a phone gets another push, and return it."""
        before = len(phone.pushed)
        await self._until(lambda: len(phone.pushed) > before)
        return phone.pushed[before]

    async def _until(self, holds: Callable[[], bool]) -> None:
        """Look until something holds."""
        while not holds():  # noqa: ASYNC110  pushes are recorded, and nobody told
            await asyncio.sleep(LOOK_EVERY_S)
