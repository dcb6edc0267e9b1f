"""The demo without anybody: a walk, a fall, a stop and a shutdown, judged from outside."""

import asyncio
from collections.abc import Callable
from pathlib import Path
import re
from typing import Any

from homeassistant.core import Event, EventStateChangedData, callback
from homeassistant.helpers.event import async_track_state_change_event

from custom_components.retrowalk.program.model import Caps
from custom_components.retrowalk.program.states import AT_AN_END, SessionState

from .. import ftms_wire as wire
from .fall import Fall, told
from .findings import Motion, commanded_kmh, motions, times_of, unconfirmed_starts, writes
from .home import Home
from .house import DemoError, speed_up
from .machine import HANDRAIL_BUTTON
from .onboarding import DASHBOARD_FILE

PROGRAM = "daily_two"
SHOWN = (
    SessionState.WAITING,
    SessionState.PREPARING,
    SessionState.WALKING_BACKWARD,
    SessionState.STANDING,
    SessionState.WALKING_BACKWARD,
    SessionState.STANDING,
    SessionState.FINISHED,
)
SESSION = "sensor.anna_session"
IM_OK = "button.anna_i_m_ok"
# Own choices, in seconds of the loop's clock.
UNANSWERED_S = 10.0
LOOK_EVERY_S = 0.5
SHOWN_WITHIN_S = 1.5  # after a press: an entity is written once a second at most
PATIENCE_S = 600.0  # with each act
STEADY_S = 5.0  # until a belt has its speed
RAMPS_S = 10.0  # what a belt may move beyond the planned time: from rest, and to rest
STOP_WITHIN_S = 1.0


class Check:
    """Does what a walker would do, and writes down what came of it."""

    def __init__(
        self, home: Home, times: float, tell: Callable[[str], None], problems: list[str]
    ) -> None:
        """Begin now; whatever waits for time is done `times` as fast."""
        self.report: dict[str, Any] = {"program": PROGRAM, "speed_up": times}
        self._home = home
        self._belt = home.belt
        self._times = times
        self._tell = tell
        self._problems = problems
        self._loop = asyncio.get_running_loop()
        self._zero_s = self._loop.time()
        self._presses_s: list[float] = []
        self._shown: list[dict[str, Any]] = []
        async_track_state_change_event(home.hass, [SESSION], self._session_changed)

    async def run(self) -> None:
        """Do everything; what goes wrong is a problem, and the report is filled in all the same."""
        self._see_dashboard()
        for act in (self._walk, self._fall, self._stop_a_walk, self._shut_down_in_a_walk):
            speed_up(self._times)
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await act()
            except DemoError as error:
                self._problem(str(error))
            except TimeoutError:
                self._problem(f"the session stays {self._state}")
        self._judge_all()

    def _see_dashboard(self) -> None:
        """See that all there is to press and to read is there."""
        hass = self._home.hass
        shown = re.findall(
            r"entity: (\w+\.\w+)", Path(hass.config.path(DASHBOARD_FILE)).read_text()
        )
        missing = [entity_id for entity_id in shown if hass.states.get(entity_id) is None]
        self.report["dashboard"] = {"entities": len(set(shown)), "missing": missing}
        if missing:
            self._problem(f"the dashboard shows what is not there: {', '.join(missing)}")

    async def _walk(self) -> None:
        """Ask for the program, see that nothing moves, confirm, and walk it to its end."""
        # An alert outlives Home Assistant: that of the last check's shutdown, in a folder kept.
        await self._home.api.act("button.press", entity_id=IM_OK)
        await self._ask_to_walk()
        await asyncio.sleep(UNANSWERED_S)
        before = {
            "session": self._state,
            "unanswered_s": UNANSWERED_S,
            "starts": len(self._starts_s),
            "belt_travel_m": self._belt.travel_m,
        }
        self.report["start_gate"] = {"before_confirmation": before}
        if self._starts_s or self._belt.travel_m:
            self._problem("the belt was started before anybody confirmed")
        self._tell(f"nobody confirmed for {UNANSWERED_S:.0f} s, and the belt stands")
        await self._press("confirms")
        while self._state not in AT_AN_END:
            if self._attribute("awaiting_confirmation") and not self._attribute("countdown_ends"):
                await self._press("is ready to go on")
            await asyncio.sleep(LOOK_EVERY_S)
        await self._judge_walk()

    async def _fall(self) -> None:
        """Begin anew, and fall."""
        await self._begin_to_walk()
        fall = Fall(self._home, self._times, self._tell, self._problem)
        self.report["fall"] = fall.report
        await fall.run(PROGRAM)
        await self._until(lambda: self._state == SessionState.STOPPED)

    async def _stop_a_walk(self) -> None:
        """Begin anew, and see how long a stop takes to reach the machine."""
        await self._begin_to_walk()
        speed_up(1)
        asked_s = self._loop.time()
        self._tell("an action stops the belt")
        await self._home.api.act("retrowalk.stop")
        speed_up(self._times)
        await self._until(lambda: self._state == SessionState.STOPPED)
        stops_s = [at_s for at_s in times_of(wire.STOP, writes(self._belt.log)) if at_s >= asked_s]
        latency_s = stops_s[0] - asked_s if stops_s else None
        self.report["stop_latency_s"] = latency_s and round(latency_s, 4)
        if latency_s is None or latency_s > STOP_WITHIN_S:
            self._problem(f"a stop took {latency_s} s to reach the treadmill")
        if self._belt.speed_kmh:
            self._problem(f"the session has stopped, and the belt goes {self._belt.speed_kmh} km/h")

    async def _shut_down_in_a_walk(self) -> None:
        """Begin anew, and end Home Assistant with a belt that moves."""
        await self._begin_to_walk()
        self._tell("Home Assistant is shut down")
        await self._home.hass.async_stop()
        self.report["belt_kmh_after_shutdown"] = self._belt.speed_kmh
        if self._belt.speed_kmh:
            self._problem("the belt moves on without Home Assistant")

    async def _ask_to_walk(self) -> None:
        """Ask by an action, as an automation would."""
        self._tell(f"an action asks for {PROGRAM}")
        answer = await self._home.api.answer("retrowalk.start_program", program=PROGRAM)
        if answer["session"] != SessionState.WAITING:
            self._problem(f"a start by an action was answered by {answer}")

    async def _begin_to_walk(self) -> None:
        """Ask, confirm, and wait until the belt moves steadily."""
        await self._ask_to_walk()
        await self._press("confirms")
        await self._until(lambda: self._belt.speed_kmh > 0)
        await asyncio.sleep(STEADY_S)

    async def _press(self, why: str) -> None:
        """Press the handrail button, and let it show."""
        self._tell(f"the handrail button {why}")
        self._presses_s.append(self._loop.time())
        await self._home.api.act("input_button.press", entity_id=HANDRAIL_BUTTON)
        await asyncio.sleep(SHOWN_WITHIN_S)

    async def _until(self, holds: Callable[[], bool]) -> None:
        """Look until something holds."""
        while not holds():  # noqa: ASYNC110  the belt tells nobody
            await asyncio.sleep(LOOK_EVERY_S)

    @property
    def _state(self) -> str | None:
        """The session's state as Home Assistant shows it."""
        return self._home.state(SESSION)

    def _attribute(self, name: str) -> Any:
        """Return what else the session shows."""
        state = self._home.hass.states.get(SESSION)
        return state.attributes.get(name) if state else None

    @property
    def _starts_s(self) -> list[float]:
        """When the treadmill was told to start."""
        return times_of(wire.START, writes(self._belt.log))

    @property
    def _motions(self) -> list[Motion]:
        """When the belt moved."""
        return motions(self._belt.track, self._loop.time())

    @callback
    def _session_changed(self, event: Event[EventStateChangedData]) -> None:
        """Write down what the session sensor shows."""
        new = event.data["new_state"]
        if new is None or (self._shown and self._shown[-1]["session"] == new.state):
            return
        now_s, reason = self._loop.time(), new.attributes.get("reason")
        self._shown.append({"t_s": self._t(now_s), "session": new.state, "reason": reason})
        why = f" ({reason})" if reason else ""
        self._tell(f"{new.state}{why}, and the belt goes {self._belt.speed_kmh:.1f} km/h")

    def _problem(self, text: str) -> None:
        self._tell(f"PROBLEM: {text}")
        self._problems.append(text)

    async def _judge_walk(self) -> None:
        """Hold the walk that is over against its plan."""
        shown = tuple(phase["session"] for phase in self._shown)
        if shown != SHOWN:
            self._problem(f"the session went through {', '.join(shown)}")
        listed = await self._home.api.answer("retrowalk.list_programs")
        plan = next(one for one in listed["programs"] if one["program"] == PROGRAM)
        planned_s, walked = plan["minutes_backward"] * 60, self._motions
        walks = SHOWN.count(SessionState.WALKING_BACKWARD)
        walked_s = sum(motion.lasts_s for motion in walked)
        self.report |= {"planned_s": planned_s, "belt_moved_s": round(walked_s, 1)}
        if len(walked) != walks:
            self._problem(f"the belt moved {len(walked)} times instead of {walks}")
        if not planned_s <= walked_s <= planned_s + walks * RAMPS_S:
            self._problem(f"the belt moved for {walked_s:.1f} s instead of {planned_s:.0f}")

    def _judge_all(self) -> None:
        """Look at all that the treadmill was told and did."""
        written, cap_kmh = writes(self._belt.log), Caps().backward_kmh
        unconfirmed = unconfirmed_starts(self._presses_s, self._starts_s)
        self.report.setdefault("start_gate", {}).update(
            starts=len(self._starts_s),
            confirmations=len(self._presses_s),
            starts_without_confirmation=len(unconfirmed),
        )
        if unconfirmed:
            self._problem(f"{len(unconfirmed)} starts were confirmed by nobody")
        top_kmh = max((motion.top_kmh for motion in self._motions), default=0.0)
        if max((top_kmh, *commanded_kmh(written))) > cap_kmh:
            self._problem(f"a speed of {top_kmh:.2f} km/h is above the cap of {cap_kmh:.2f}")
        self.report |= {
            "phases": self._shown,
            "pushes": [
                {"t_s": self._t(push.at_s), "phone": phone.name, **told(push)}
                for phone in self._home.phones.values()
                for push in phone.pushed
            ],
            "belt": [[self._t(one.at_s), round(one.speed_kmh, 2)] for one in self._belt.track],
            "commands": [{"t_s": self._t(at_s), "hex": value.hex()} for at_s, value in written],
        }

    def _t(self, at_s: float) -> float:
        """Return a time of the loop's clock as seconds since the check began."""
        return round(at_s - self._zero_s, 2)
