"""A virtual treadmill: a belt behind the Fitness Machine Service, as odd as its profile says."""

from collections.abc import Sequence
from functools import partial
from typing import override

from bumble import att, gatt
from bumble.core import UUID
from bumble.device import Connection

from custom_components.retrowalk.clock import Clock

from . import ftms_wire as wire
from .belt_physics import BeltPhysics, BeltState
from .control_point import ControlPoint
from .peripheral import (
    INDICATE,
    NOTIFY,
    READ,
    WRITE,
    WRITE_WITHOUT_RESPONSE,
    Characteristic,
    Peripheral,
    characteristic,
)
from .profiles import PLAIN, Acknowledgement, Profile
from .telemetry import Telemetry

DEFAULT_ADDRESS = "C0:FF:EE:18:26:01"
CCCD_IMPROPERLY_CONFIGURED = 0xFD
PROCEDURE_ALREADY_IN_PROGRESS = 0xFE
_SILENT_BELOW = 0.7  # of the speed it stopped from: own choice, so that its fall is still seen

_CONSOLE_STATUS = {
    "start": wire.STARTED,
    "stop": wire.STOPPED,
    "pause": wire.PAUSED,
    "key_out": wire.STOPPED_BY_KEY,
    "key_in": wire.WAS_RESET,
}


class VirtualTreadmill(Peripheral):
    """The treadmill; `belt` is what it really does."""

    def __init__(
        self, clock: Clock, profile: Profile = PLAIN, address: str = DEFAULT_ADDRESS
    ) -> None:
        """Make a machine of the kind of `profile`, switched off."""
        super().__init__(clock, address, profile.advertisement)
        self.profile = profile
        self.max_mtu = profile.max_mtu
        self.advertises_while_connected = profile.advertises_while_connected
        self.refuses_after_drop_s = profile.refuses_after_drop_s
        self.belt = BeltPhysics(clock, profile.motor, counts_need_walker=profile.counts_need_walker)
        self.belt.on_console = self._on_console
        self._control = ControlPoint(self.belt, profile, self._say, self.hang_up)
        self._telemetry = Telemetry(self.belt, profile)
        self._training_status = self._telemetry.training_status()
        self._answering = False
        self._top_kmh = 0.0
        self._subscribed_at_s = -profile.subscription_spacing_s
        self._characteristics = self._make_characteristics()

    @override
    def services(self) -> Sequence[gatt.Service]:
        lacks = self.profile.lacks
        machine = [one for uuid, one in self._characteristics.items() if uuid not in lacks]
        services = [gatt.Service(UUID("1826"), machine)]
        if "180a" not in lacks:
            texts = {"2A29": self.profile.maker, "2A24": self.profile.model, "2A26": "1.0"}
            information = [
                characteristic(uuid, READ, read=text.encode()) for uuid, text in texts.items()
            ]
            services.append(gatt.Service(UUID("180A"), information))
        if self.profile.preamble:
            unlock = characteristic("FFF2", WRITE | WRITE_WITHOUT_RESPONSE, write=self._on_preamble)
            services.append(gatt.Service(UUID("FFF0"), [unlock]))
        return services

    @override
    def on_connected(self) -> None:
        if self.profile.starts_on_connect:
            self.belt.start("started_on_connect")
        self.later(self.profile.report_interval_s, self._report)

    @override
    def on_disconnected(self) -> None:
        self._control.controlled = self._answering = False

    @override
    def on_subscribed(self, subscribed: Characteristic, connection: Connection) -> None:
        now_s, before_s = self.clock.now_s(), self._subscribed_at_s
        self._subscribed_at_s = now_s
        if now_s - before_s < self.profile.subscription_spacing_s:
            self.device.gatt_server.subscribers[connection].pop(subscribed.handle)
        elif subscribed is self._characteristics["2ada"] and self.profile.stale_status:
            self._say(self.profile.stale_status)

    def take_control_away(self) -> None:
        """Give control to somebody else, as when a second app takes the machine."""
        self._control.controlled = False
        self._say(wire.CONTROL_LOST)

    def _make_characteristics(self) -> dict[str, Characteristic]:
        profile, motor = self.profile, self.profile.motor
        targets = {
            "speed": True,
            "inclination": motor.max_inclination_percent is not None,
            "training_time": profile.obeys_training_time,
        }
        feature = wire.feature(
            {name for part in profile.records for name in part},
            [name for name, possible in targets.items() if possible],
        )
        speeds = (motor.min_speed_kmh, motor.max_speed_kmh, motor.speed_step_kmh)
        speed_range = wire.speed_range(*(round(speed * 100) for speed in speeds))
        inclinations = (0.0, motor.max_inclination_percent or 0.0, motor.inclination_step_percent)
        inclination_range = wire.inclination_range(*(round(one * 10) for one in inclinations))
        write = WRITE if profile.write_with_response else WRITE_WITHOUT_RESPONSE
        return {
            "2acc": characteristic("2ACC", READ, read=feature),
            "2acd": characteristic("2ACD", NOTIFY),
            "2ad3": characteristic("2AD3", READ | NOTIFY, read=self._telemetry.training_status),
            "2ad4": characteristic("2AD4", READ, read=speed_range),
            "2ad5": characteristic("2AD5", READ, read=inclination_range),
            "2ad9": characteristic(
                "2AD9",
                write | INDICATE,
                write=self._on_control_point,
                encrypted=profile.needs_pairing,
            ),
            "2ada": characteristic("2ADA", NOTIFY),
        }

    def _on_control_point(self, value: bytes) -> None:
        self.belt.note("control_point", value)
        profile = self.profile
        if profile.att_error is not None:
            raise att.ATT_Error(profile.att_error)
        if not profile.lenient and not self.is_subscribed(self._characteristics["2ad9"]):
            raise att.ATT_Error(CCCD_IMPROPERLY_CONFIGURED)
        if not profile.lenient and self._answering:
            raise att.ATT_Error(PROCEDURE_ALREADY_IN_PROGRESS)
        if not value:
            raise att.ATT_Error(att.ErrorCode.INVALID_ATTRIBUTE_LENGTH)
        opcode = value[0]
        result = self._control.obey(opcode, value[1:])
        if profile.acknowledgement is Acknowledgement.INDICATION:
            after_s = profile.acknowledges_after_s
            if opcode == wire.REQUEST_CONTROL and profile.control_acknowledged_after_s is not None:
                after_s = profile.control_acknowledged_after_s
            self._answering = True
            self.later(after_s, partial(self._answer, wire.response(opcode, result)))

    def _answer(self, response: bytes) -> None:
        self._answering = False
        self.indicate(self._characteristics["2ad9"], response)

    def _on_preamble(self, value: bytes) -> None:
        if value == self.profile.preamble:
            self._control.unlocked = True

    def _on_console(self, event: str) -> None:
        if event == "speed":
            self._say(wire.speed_changed(round(self.belt.target_kmh * 100)))
        else:
            self._say(_CONSOLE_STATUS[event])

    def _say(self, status: bytes) -> None:
        # After the write that caused it has returned.
        self.later(0.0, partial(self.notify, self._characteristics["2ada"], status))

    def _report(self) -> None:
        self.later(self.profile.report_interval_s, self._report)
        runaway_kmh, belt = self.profile.runs_away_to_kmh, self.belt
        speed_kmh = belt.speed_kmh
        if runaway_kmh is not None and belt.state is BeltState.RUNNING and not belt.runs_away:
            belt.run_away(runaway_kmh)
        if not self._is_silent(speed_kmh):
            for record in self._telemetry.records():
                self.notify(self._characteristics["2acd"], record)
        if (status := self._telemetry.training_status()) != self._training_status:
            self._training_status = status
            self.notify(self._characteristics["2ad3"], status)

    def _is_silent(self, speed_kmh: float) -> bool:
        if not self.profile.silent_on_stop or self.belt.state is BeltState.STARTING:
            return False
        if self.belt.state is BeltState.RUNNING:
            self._top_kmh = speed_kmh
        return speed_kmh < self._top_kmh * _SILENT_BELOW
