"""The treadmill: link, control and what is known of the belt, behind the Belt Protocol."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from ..belt import BeltEvent, BeltEventKind, BeltLimits, BeltMotion, BeltReport
from ..clock import Clock, time_limit
from ..gatt import ClientFactory
from .brake import Brake
from .codec import MachineStatus, Response, TrainingStatus, TreadmillData
from .command import CommandLogEntry
from .heart import BEAT_S, Heart
from .inbox import Inbox
from .link import Link, MachineInfo
from .motion import AT_REST
from .orders import Orders
from .profile import GENERIC, MachineProfile
from .state import BeltState

SEEN_MOVING = frozenset({BeltMotion.MOVING, BeltMotion.STOPPING})
STOP_LIMIT_S = 30.0
# A belt that was just connected to needs so long to show that it rests.
SHOWS_REST_S = 4.0


class Treadmill:
    """A treadmill by Bluetooth. Fulfils the Belt Protocol."""

    def __init__(
        self,
        *,
        connect: ClientFactory,
        clock: Clock,
        take_gate: Callable[[], bool],
        on_report: Callable[[BeltReport], None],
        on_event: Callable[[BeltEvent], None],
        profile: MachineProfile = GENERIC,
        info: MachineInfo | None = None,
        power_off: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """Take all that is needed; nothing is connected yet.

        `info` is what the machine said of itself when it was last connected. `power_off` cuts its
        power and tells whether its switch then says "off".
        """
        self.profile = profile
        self.inbox = Inbox()
        self._clock = clock
        self._on_report = on_report
        self._on_event = on_event
        self._state = BeltState(profile)
        self._link = Link(
            clock=clock,
            connect=connect,
            profile=profile,
            info=info or MachineInfo(),
            on_packet=self._received,
            on_subscribed=self._subscribed,
            on_lost=self._lost,
        )
        self._orders = Orders(
            clock=clock,
            profile=profile,
            state=self._state,
            write=self._link.write,
            take_gate=take_gate,
            stop=self.stop,
            on_event=on_event,
            info=lambda: self._link.info,
        )
        self._brake = Brake(
            motion=self._state.motion,
            control=self._orders.control,
            on_event=on_event,
            power_off=power_off,
        )
        self._link_lost = self._lost_moving = False
        self._stop_on_return = False  # without a link it moved by our command, or was to stop
        self._resting = asyncio.Event()
        self._last_report: BeltReport | None = None
        self._heart = Heart(clock, self._beat)

    @property
    def report(self) -> BeltReport:
        """What is known of the belt now."""
        at_s = self._clock.now_s()
        self._state.motion.judge(at_s)
        return self._state.report(at_s)

    @property
    def limits(self) -> BeltLimits:
        """What the machine says it can do, and the defaults where it says nothing."""
        return self._orders.limits

    @property
    def info(self) -> MachineInfo:
        """What the machine says of itself; known once it was connected."""
        return self._link.info

    @property
    def commands(self) -> Iterable[CommandLogEntry]:
        """The last commands and what came of them."""
        return self._orders.control.log

    async def connect(self) -> None:
        """Connect, and keep the link until `disconnect`. Never moves the belt.

        Raises LinkError where the machine is not there yet: it is then looked for.
        """
        self._heart.start()
        await self._link.open()

    async def disconnect(self) -> None:
        """Let go of the machine; a belt that may move is stopped and verified first."""
        if self._link.up and self.report.motion is BeltMotion.MAY_BE_MOVING:
            await self._rests_within(SHOWS_REST_S)
        if self._link.up and self.report.motion not in AT_REST:
            if self._state.motion.record_at_s is None:
                # It has not said a word: it is told to stop, but there is nothing to verify.
                self._brake.press(self._clock.now_s(), verify=False)
                await self._rests_within(BEAT_S)
            else:
                await self.stop_and_verify()
        await self._brake.release()
        await self._link.close()
        await self._orders.control.close()
        self._link_lost = self._lost_moving = False
        self._heart.halt()

    def prepare(self) -> None:
        """Ask for control ahead of a start; some consoles are locked from then on."""
        if self._link.up:
            self._orders.control.prepare()

    def start(self) -> None:
        """Start from rest at the lowest speed. Takes an opening of the gate, or raises GateShut."""
        self._orders.start()
        self._follow_up(self._clock.now_s())

    def set_cap(self, speed_kmh: float) -> None:
        """Set the speed that no command may exceed from now on."""
        self._orders.set_cap(speed_kmh)

    def set_speed(self, speed_kmh: float) -> None:
        """Ask a moving belt for a speed: capped, rounded down to the machine's step."""
        self._orders.set_speed(speed_kmh)

    def set_inclination(self, percent: float) -> None:
        """Ask for an inclination within the machine's range."""
        self._orders.set_inclination(percent)

    def confirm(self) -> bool:
        """Tell that nobody's word is asked for: the machine speaks for itself."""
        return False

    def stop(self, *, urgent: bool = True) -> None:
        """Stop, overtaking everything; works in every state and may be repeated."""
        at_s = self._clock.now_s()
        self._state.stop(at_s)
        self._stop_on_return |= self._link.wanted and not self._link.up
        # A belt that moved when its link was lost is one to raise an alarm about; others are not.
        self._brake.press(at_s, verify=self._link.up or self._lost_moving)
        self._follow_up(at_s)

    async def stop_and_verify(self, timeout_s: float = STOP_LIMIT_S) -> bool:
        """Stop and wait for rest; tell whether it came."""
        self.stop()
        return await self._rests_within(timeout_s)

    async def _rests_within(self, limit_s: float) -> bool:
        try:
            async with time_limit(self._clock, limit_s):
                await self._resting.wait()
        except TimeoutError:
            return False
        return True

    def _subscribed(self) -> None:
        at_s = self._clock.now_s()
        self._state.linked(at_s)
        self._lost_moving = False
        if self._link_lost:
            self._link_lost = False
            self._on_event(BeltEvent(kind=BeltEventKind.LINK_BACK))
        if self._brake.pressed:
            self.stop()  # the one before may never have arrived
        self._follow_up(at_s)

    def _lost(self) -> None:
        at_s = self._clock.now_s()
        self._stop_on_return |= self._state.target_kmh is not None
        linked = self._state.motion.linked_at_s is not None
        self.inbox.reset()
        self._orders.control.unlinked()
        moving = self._state.motion.now not in AT_REST
        self._state.motion.unlinked(at_s)
        if linked and self._link.wanted:
            self._link_lost, self._lost_moving = True, moving
            self._on_event(BeltEvent(kind=BeltEventKind.LINK_LOST))
        self._follow_up(at_s)

    def _received(self, uuid: str, value: bytes) -> None:
        at_s = self._clock.now_s()
        events: list[BeltEvent] = []
        starting = self._state.motion.now is BeltMotion.STARTING
        match self.inbox.take(at_s, uuid, value):
            case TreadmillData() as data:
                events = self._state.record(at_s, data)
            case MachineStatus() as status:
                self._orders.control.told(status)
                events = self._state.status(at_s, status)
            case TrainingStatus() as training:
                self._state.training(at_s, training)
            case Response() as response:
                self._orders.control.answered(response)
        for event in events:
            if event.kind is BeltEventKind.RUNAWAY:
                self.stop()
            self._on_event(event)
        motion = self._state.motion
        if self._stop_on_return and motion.now in SEEN_MOVING and motion.speed_kmh:
            self._stop_on_return = False
            self.stop()
        elif starting and motion.now is BeltMotion.MOVING:
            self._orders.moves()
        self._follow_up(at_s)

    def _follow_up(self, at_s: float) -> None:
        """Do what time and the belt's motion ask for, and report what is new."""
        motion = self._state.motion
        motion.judge(at_s)
        if motion.start_overdue(at_s):
            self._orders.refuse("start", "the belt did not move")
            self.stop()
        self._brake.check(at_s)
        if motion.now in AT_REST:
            self._stop_on_return = False
            self._resting.set()
        else:
            self._resting.clear()
        report = self._state.report(at_s)
        if self._last_report is None or replace(report, at_s=self._last_report.at_s) != (
            self._last_report
        ):
            self._last_report = report
            self._on_report(report)

    def _beat(self, lagged: bool) -> None:
        """Notice silence, and a belt that does not do as it was told."""
        if lagged and self._state.motion.now not in AT_REST:
            self._on_event(BeltEvent(kind=BeltEventKind.LOOP_LAGGED))
        self._follow_up(self._clock.now_s())
