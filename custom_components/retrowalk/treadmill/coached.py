"""A treadmill without any radio: a person at its console does what is asked, and says so.

Nothing here knows or moves the belt. What is reported is that person's word, and where nobody has
said anything, or not yet, the belt may be moving.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace

from ..belt import (
    AskKind,
    BeltAsk,
    BeltEvent,
    BeltEventKind,
    BeltLimits,
    BeltMotion,
    BeltReport,
    GateShut,
)
from ..clock import Clock, time_limit
from .command import CommandLogEntry, Outcome
from .control import LOGGED
from .inbox import Inbox
from .link import MachineInfo
from .motion import AT_REST
from .profile import GENERIC, SpeedUnit
from .speed import SpeedGrid, SpeedRefused
from .watch import RISE_S

# Own choices, all of them.
ASK_AGAIN_S = 10.0
ASK_AGAIN_TIMES = 6
PATIENCE_S = 30.0  # for a stop that is not urgent: from then on it is
ALARM_AFTER_S = 15.0  # without a word that an urgent stop was done
WORD_LASTS_S = 900.0  # on rest: who knows who used the treadmill since
POWER_LIMIT_S = 5.0  # for the switch, when Home Assistant goes

_IN_MOTION = frozenset({BeltMotion.STARTING, BeltMotion.MOVING})
_WORD_OF_REST = frozenset({AskKind.REST, AskKind.STOP})


class CoachedBelt:
    """A belt that a person moves. Fulfils the Belt Protocol."""

    def __init__(
        self,
        *,
        clock: Clock,
        limits: BeltLimits,
        take_gate: Callable[[], bool],
        on_report: Callable[[BeltReport], None],
        on_event: Callable[[BeltEvent], None],
        power_off: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """Know nothing of the belt. `power_off` cuts its power and tells whether it is off."""
        self.limits = replace(limits, by_hand=True)
        self.info = MachineInfo()
        self.inbox = Inbox()  # nothing ever comes
        self.commands: deque[CommandLogEntry] = deque(maxlen=LOGGED)
        self._clock = clock
        self._grid = SpeedGrid(
            min_raw=round(limits.min_speed_kmh * 100),
            max_raw=round(limits.max_speed_kmh * 100),
            step_raw=round(limits.speed_step_kmh * 100),
            unit=SpeedUnit.KMH,
        )
        self._take_gate = take_gate
        self._on_report = on_report
        self._on_event = on_event
        self._power_off = power_off
        self._power_task: asyncio.Task[None] | None = None
        self._motion = BeltMotion.MAY_BE_MOVING
        self._cap_kmh = limits.min_speed_kmh
        self._speed_kmh: float | None = None  # as it was said
        self._target_kmh: float | None = None
        self._rest_since_s: float | None = None
        self._coasts_until_s = 0.0
        self._urgent = False
        self._ask: BeltAsk | None = None
        self._cancel_asking: Callable[[], None] = lambda: None
        self._cancel_due: Callable[[], None] = lambda: None  # the stop's next step, or a word's end

    @property
    def report(self) -> BeltReport:
        """What was said of the belt, and what is asked."""
        return BeltReport(
            at_s=self._clock.now_s(),
            motion=self._motion,
            speed_kmh=self._speed_kmh,
            target_speed_kmh=self._target_kmh,
            rest_since_s=self._rest_since_s,
            asks=self._ask,
        )

    async def connect(self) -> None:
        """Do nothing: there is no radio."""

    async def disconnect(self) -> None:
        """Ask for a stop if the belt moves, cut the power, and leave no timer behind."""
        if self._motion in _IN_MOTION:
            self.stop()
        if self._power_task is not None:
            try:
                async with time_limit(self._clock, POWER_LIMIT_S):
                    await asyncio.wait((self._power_task,))
            except TimeoutError:
                self._power_task.cancel()
                await asyncio.wait((self._power_task,))
        self._cancel_asking()
        self._cancel_due()
        if self._motion is BeltMotion.STOPPING:
            self._give_up()

    def prepare(self) -> None:
        """Ask whether the belt stands, unless somebody said so a while ago."""
        if self._motion is BeltMotion.MAY_BE_MOVING and self._ask is None:
            self._ask_for(AskKind.REST)

    def start(self) -> None:
        """Ask for a start at the lowest speed. Takes an opening of the gate, or raises GateShut."""
        if not self._take_gate():
            raise GateShut("nobody at the belt has opened the start gate")
        if self._motion not in AT_REST:
            self._refuse("start: nobody has said that the belt is at rest")
        elif (speed_kmh := self._allowed(0.0)) is not None:
            self._cancel_due()
            self._urgent = False
            self._become(BeltMotion.STARTING)
            self._target_kmh = speed_kmh
            self._ask_for(AskKind.START, speed_kmh)

    def set_cap(self, speed_kmh: float) -> None:
        """Set the speed above which none is asked for from now on."""
        self._cap_kmh = speed_kmh

    def set_speed(self, speed_kmh: float) -> None:
        """Ask for a speed of a moving belt: capped, rounded down to the machine's step."""
        if self._motion is not BeltMotion.MOVING:
            return
        if (target_kmh := self._allowed(speed_kmh)) is None or target_kmh == self._target_kmh:
            return
        self._target_kmh = target_kmh
        self._ask_for(AskKind.SPEED, target_kmh)

    def set_inclination(self, percent: float) -> None:
        """Do nothing: a belt without a radio is walked as level as it stands."""

    def stop(self, *, urgent: bool = True) -> None:
        """Ask for a stop. An urgent one cuts the power, and is an alarm if no word comes."""
        if self._motion is BeltMotion.STOPPED:
            return
        ours = self._motion in _IN_MOTION
        if ours:
            self._coasts_until_s = (
                self._clock.now_s()
                + RISE_S
                + max(self._speed_kmh or 0.0, self._target_kmh or 0.0) / GENERIC.ramp_kmh_per_s
            )
            self._become(BeltMotion.STOPPING)
        if self._ask is None or self._ask.kind is not AskKind.STOP:
            self._ask_for(AskKind.STOP)
        if urgent:
            self._insist()
        elif ours:
            self._due(PATIENCE_S, self._insist)

    def confirm(self) -> bool:
        """Take the word of a person at the belt; False if nothing is asked, or it cannot be yet."""
        ask = self._ask
        if ask is None or (
            ask.kind in _WORD_OF_REST and self._clock.now_s() < self._coasts_until_s
        ):
            return False
        self._cancel_asking()
        self._ask = None
        self._log(f"{ask.kind} confirmed")
        if ask.kind in _WORD_OF_REST:
            self._become(BeltMotion.STOPPED, speed_kmh=0.0)
            self._rest_since_s = self._clock.now_s()
            self._due(WORD_LASTS_S, self._forget)
        else:
            self._become(BeltMotion.MOVING, speed_kmh=ask.speed_kmh)
        self._on_report(self.report)
        return True

    def _ask_for(
        self, kind: AskKind, speed_kmh: float | None = None, again: int = ASK_AGAIN_TIMES
    ) -> None:
        """Ask, a few times: the report shows it."""
        self._cancel_asking()
        self._log(str(kind))
        self._ask = BeltAsk(kind=kind, at_s=self._clock.now_s(), speed_kmh=speed_kmh)
        if again:
            self._cancel_asking = self._clock.call_later(
                ASK_AGAIN_S, lambda: self._ask_for(kind, speed_kmh, again - 1)
            )
        self._on_report(self.report)

    def _become(self, motion: BeltMotion, speed_kmh: float | None = None) -> None:
        """Note what the belt does now, by somebody's word or for want of one."""
        self._motion, self._speed_kmh, self._rest_since_s = motion, speed_kmh, None
        if motion not in _IN_MOTION:
            self._target_kmh = None

    def _insist(self) -> None:
        """Cut the power if that can be done, and raise the alarm if nothing is said."""
        if self._power_off is not None and (self._power_task is None or self._power_task.done()):
            self._power_task = asyncio.create_task(self._cut_power(self._power_off))
        if self._motion is BeltMotion.STOPPING and not self._urgent:
            self._urgent = True
            self._due(ALARM_AFTER_S, self._give_up)

    async def _cut_power(self, power_off: Callable[[], Awaitable[bool]]) -> None:
        off = await power_off()
        self._log("power_off", Outcome.DONE if off else Outcome.FAILED)
        if off and self._motion is not BeltMotion.STOPPED:
            self._cancel_due()
            self._become(BeltMotion.STOPPED_UNCONFIRMED)
            self._on_report(self.report)

    def _give_up(self) -> None:
        """Say aloud that the belt may still move."""
        self._become(BeltMotion.MAY_BE_MOVING)
        self._on_report(self.report)
        self._on_event(BeltEvent(kind=BeltEventKind.STOP_FAILED, detail="nobody confirmed"))

    def _forget(self) -> None:
        """Let an old word count no more."""
        self._become(BeltMotion.MAY_BE_MOVING)
        self._on_report(self.report)

    def _due(self, delay_s: float, action: Callable[[], None]) -> None:
        self._cancel_due()
        self._cancel_due = self._clock.call_later(delay_s, action)

    def _allowed(self, speed_kmh: float) -> float | None:
        """Return the speed to ask for; None, and a word on why, where the cap allows none."""
        try:
            return self._grid.kmh(self._grid.raw(speed_kmh, self._cap_kmh))
        except SpeedRefused as error:
            self._refuse(f"speed: {error}")
            return None

    def _refuse(self, why: str) -> None:
        self._on_event(BeltEvent(kind=BeltEventKind.REFUSED, detail=why))

    def _log(self, name: str, outcome: Outcome = Outcome.DONE) -> None:
        """Keep what was asked and what was said."""
        self.commands.append(
            CommandLogEntry(at_s=self._clock.now_s(), name=name, payload=b"", outcome=outcome)
        )
