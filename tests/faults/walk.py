"""A whole short walk through Home Assistant, and what was seen of it from the treadmill's side."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from homeassistant.util import slugify
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.retrowalk.program.model import Basis, Phase, PhaseKind, Program, Span
from custom_components.retrowalk.program.session import Session
from custom_components.retrowalk.program.states import AT_AN_END, SessionState
from custom_components.retrowalk.safety.gate import Origin
from custom_components.retrowalk.treadmill_issues import stop_failed
from simulator.belt_physics import BeltPhysics
from simulator.radio import VirtualRadio
from simulator.treadmill import VirtualTreadmill
from tests.home.home import SESSION, Home

from .fault import Fault

BACKWARD_CAP_KMH = 1.4
FORWARD_CAP_KMH = 2.0
LOOK_EVERY_S = 0.5
# What the walker takes to do a thing, and the longest that a walk may take.
TURNING_S = 4.0
LASTS_AT_MOST_S = 900.0
COMES_TO_REST_S = 90.0  # from 22 km/h
STOP = b"\x08"
AT_REST = {"stopped", "stopped_unconfirmed"}


def _phase(kind: PhaseKind, duration_s: float, speed_kmh: float = 0.0) -> Phase:
    return Phase(kind=kind, duration_s=duration_s, speed_kmh=Span(low=speed_kmh, high=speed_kmh))


# Forward, a turn, backward, a rest, backward: each state that a session knows.
PROGRAM = Program(
    id="short_walk",
    source="A test",
    basis=Basis.OWN_CHOICE,
    steps=(
        _phase(PhaseKind.WALK_FORWARD, 35.0, 1.6),
        _phase(PhaseKind.WALK_BACKWARD, 30.0, 1.2),
        _phase(PhaseKind.STAND, 5.0),
        _phase(PhaseKind.WALK_BACKWARD, 10.0, 1.2),
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """What was so, and what was shown, at one moment."""

    at_s: float
    speed_kmh: float  # the rubber's
    linked: bool
    belt: str
    session: str


@dataclass(kw_only=True)
class Walk:
    """A walker at the rail, who does what is asked, and a witness beside the treadmill."""

    home: Home
    radio: VirtualRadio
    treadmill_entry: MockConfigEntry
    storage: dict[str, Any]  # what is kept on disk
    moments: list[Moment] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)  # of the pauses
    asked: list[bool] = field(default_factory=list)  # whether each asked for a sign of life
    alarmed: bool = False  # it was said that the belt may still move
    ended: tuple[str, str | None] = ("", None)  # the session, and why
    stop_asked_s: float | None = None  # at the end, with a link there

    @property
    def treadmill(self) -> VirtualTreadmill:
        """The machine."""
        return self.home.treadmill

    @property
    def belt(self) -> BeltPhysics:
        """What the belt really does."""
        return self.treadmill.belt

    @property
    def session(self) -> Session[Origin]:
        """The session itself."""
        session: Session[Origin] = self.treadmill_entry.runtime_data.session
        return session

    @property
    def now_s(self) -> float:
        """The time."""
        return self.home.hass.loop.time()

    @property
    def reason(self) -> str | None:
        """Why the session is as it is."""
        state = self.home.hass.states.get(SESSION)
        return state.attributes.get("reason") if state else None

    @property
    def alert(self) -> str:
        """How far an alert has gone."""
        return self.home.state("sensor.anna_alert")

    @property
    def belt_shown(self) -> str:
        """What the belt's sensor shows."""
        state = self.home.hass.states.get(f"sensor.{slugify(self.treadmill_entry.title)}_belt")
        return state.state if state else "removed"

    async def look(self, seconds: float = LOOK_EVERY_S) -> Moment:
        """Let time pass, and note what was seen meanwhile."""
        ends_s = self.now_s + seconds
        while self.now_s < ends_s:
            await asyncio.sleep(LOOK_EVERY_S)
            self.moments.append(
                Moment(
                    at_s=self.now_s,
                    speed_kmh=self.belt.speed_kmh,
                    linked=self.treadmill.connected,
                    belt=self.belt_shown,
                    session=self.home.session,
                )
            )
        return self.moments[-1]

    async def until(self, condition: Callable[[], bool], limit_s: float = COMES_TO_REST_S) -> bool:
        """Look on until `condition` is true; tell whether it became so."""
        ends_s = self.now_s + limit_s
        while not condition():
            if self.now_s > ends_s:
                return False
            await self.look()
        return True

    async def through(self, fault: Fault) -> None:
        """Walk to the end, if there is one; the fault strikes in its state, once."""
        await self.look(10.0)  # connected and at rest
        ends_s = self.now_s + LASTS_AT_MOST_S
        if fault.at is SessionState.IDLE:
            await fault.strike(self)
        await self.home.act("start_program", program=PROGRAM.id)
        struck = fault.at is SessionState.IDLE
        while self.home.session not in AT_AN_END:
            assert self.now_s < ends_s, f"it does not end: {self.home.session}, {self.reason}"
            if not struck and self.home.session == fault.at:
                struck = True
                await self.look(fault.after_s)
                session = self.session
                await fault.strike(self)
                if fault.gone:
                    self.ended = (session.view.state, session.view.reason)
                    await self.look(30.0)
                    return
            await self._do_what_is_asked(len(fault.pauses) if fault.walks_on else 0)
            await self.look()
        self.ended = (self.home.session, self.reason)
        self.alarmed = stop_failed(self.home.hass, self.treadmill_entry)
        if not struck and self.home.session == fault.at:
            await fault.strike(self)
            await self.look(15.0)
        await self._leave()

    async def _do_what_is_asked(self, resumes: int) -> None:
        """Confirm a start or a turn; resume so often, and go home the next time."""
        session = self.home.session
        if session == SessionState.WAITING:
            await self.look(2.0)
            await self.home.press()
        elif session == SessionState.PAUSED:
            self.reasons.append(str(self.reason))
            self.asked.append(self.alert == "asking")
            if self.asked[-1]:
                await self.home.press()  # "I'm OK"
            at_rest = await self.until(lambda: self.belt_shown in AT_REST)
            if at_rest and len(self.reasons) <= resumes:
                await self.home.press()
                await self.look(2.0)
            else:
                await self.home.act("stop")
        elif self._awaited:
            await self.look(TURNING_S)
            if self._awaited:
                await self.home.press()
                await self.look(4.0)

    @property
    def _awaited(self) -> bool:
        """Whether the walker's word is awaited."""
        return bool(self.home.attribute(SESSION, "awaiting_confirmation"))

    async def _leave(self) -> None:
        """Press stop once more, and wait until nothing changes any longer."""
        if self.treadmill.connected:
            self.stop_asked_s = self.now_s
        await self.home.act("stop")
        await self.until(lambda: self.belt.speed_kmh == 0)
        await self.look(10.0)
        if self.alert == "asking":
            await self.home.act("im_ok")
