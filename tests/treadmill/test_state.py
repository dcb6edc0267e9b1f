"""What is known of the belt: on captured sessions first, then on single oddities."""

from collections.abc import Callable
from typing import Any

import pytest

from custom_components.retrowalk.belt import BeltEvent, BeltEventKind, BeltMotion
from custom_components.retrowalk.treadmill.codec import (
    MachineStatus,
    TrainingState,
    TrainingStatus,
    TreadmillData,
    TreadmillDataAssembler,
    decode_machine_status,
    decode_training_status,
)
from custom_components.retrowalk.treadmill.profile import BY_KEY, MachineProfile, SpeedUnit
from custom_components.retrowalk.treadmill.state import BeltState
from tests.captures import captures

CITYSPORTS = BY_KEY["citysports"]


class Belt:
    """A state, fed second by second."""

    def __init__(self, profile: MachineProfile = CITYSPORTS) -> None:
        """Link at 0 s."""
        self.state = BeltState(profile)
        self.state.cap_kmh = 4.0
        self.at_s = 0.0
        self.events: list[BeltEvent] = []
        self.state.linked(0.0)

    def run(self, *speeds_kmh: float, distance_m: int | None = 0, every_s: float = 1.0) -> None:
        """Report these speeds."""
        for speed_kmh in speeds_kmh:
            data = TreadmillData(speed_kmh=speed_kmh, distance_m=distance_m)
            self.events += self.state.record(self.at_s, data)
            self.at_s += every_s

    def rest(self) -> Belt:
        """Report rest until it is known."""
        self.run(0, 0, 0, 0, 0, 0)
        assert self.motion() is BeltMotion.STOPPED
        return self

    def moving(self) -> Belt:
        """Start from rest by a command of ours, to 1 km/h."""
        self.rest()
        self.state.start(self.at_s, 100)
        self.run(0, 0, 1, 1)
        return self

    def silence(self, seconds: float) -> None:
        """Let time go by."""
        self.at_s += seconds
        self.state.motion.judge(self.at_s)

    def status(self, value: str) -> None:
        """Say a machine status."""
        status = decode_machine_status(bytes.fromhex(value))
        self.events += self.state.status(self.at_s, status)

    def training(self, state: TrainingState) -> None:
        """Say a training status."""
        self.state.training(self.at_s, TrainingStatus(state=state))

    def motion(self) -> BeltMotion:
        """Return what the belt is known to do."""
        return self.state.report(self.at_s).motion

    @property
    def kinds(self) -> list[BeltEventKind]:
        """The kinds of the events so far."""
        return [event.kind for event in self.events]


def replay(session: str) -> tuple[list[tuple[float, BeltMotion]], list[BeltEvent]]:
    """Replay a captured session, its commands taken for ours; return motions and events."""
    state, assembler = BeltState(CITYSPORTS), TreadmillDataAssembler()
    motions: list[tuple[float, BeltMotion]] = []
    events: list[BeltEvent] = []
    state.linked(-5.0)  # the logs begin some time after the subscription

    def started(at_s: float, _: bytes) -> None:
        if state.motion.now is BeltMotion.STOPPED:  # its app repeats the start
            state.start(at_s, 100)

    def asked(at_s: float, packet: bytes) -> None:
        state.ask(at_s, int.from_bytes(packet[1:3], "little"))

    def said(at_s: float, packet: bytes) -> None:
        events.extend(state.status(at_s, decode_machine_status(packet)))

    def reported(at_s: float, packet: bytes) -> None:
        if (data := assembler.feed(packet)) is not None:
            events.extend(state.record(at_s, data))

    takers: dict[str, Callable[[float, bytes], None]] = {
        "2ad9 write 07": started,
        "2ad9 write 02": asked,
        "2ad9 write 08": lambda at_s, _: state.stop(at_s),
        "2ada notify": said,
        "2acd notify": reported,
        "2ad3 notify": lambda at_s, packet: state.training(at_s, decode_training_status(packet)),
    }
    rows: list[dict[str, Any]] = [row for row in captures() if row.get("session") == session]
    for row in rows:
        kind = f"{row['characteristic']} {row['direction']}"
        take = takers.get(kind) or takers.get(f"{kind} {row['hex'][:2]}")
        if take is not None:
            take(row["t"], bytes.fromhex(row["hex"]))
            if not motions or motions[-1][1] is not state.motion.now:
                motions.append((row["t"], state.motion.now))
    return motions, events


@pytest.mark.parametrize(
    "session", ["citysports-A-init", "citysports-A-second", "citysports-A-third"]
)
def test_captured_commands(session: str) -> None:
    """A machine that tells us of our own commands: nobody touched its console."""
    motions, events = replay(session)
    assert events == []
    states = [motion for _, motion in motions]
    assert states[:4] == [
        BeltMotion.MAY_BE_MOVING,
        BeltMotion.STOPPED,
        BeltMotion.STARTING,
        BeltMotion.MOVING,
    ] or states[:3] == [BeltMotion.MAY_BE_MOVING, BeltMotion.STOPPED, BeltMotion.MOVING]
    if session != "citysports-A-init":  # its log ends while the belt runs
        assert states[-1] is BeltMotion.STOPPING


def test_captured_console() -> None:
    """Started, sped up, slowed down and stopped at the console."""
    motions, events = replay("cs-wp8-no-person")
    kinds = [event.kind for event in events]
    assert kinds[0] is BeltEventKind.CONSOLE_STARTED
    assert kinds[1:-1] == [BeltEventKind.CONSOLE_SPEED] * 20
    assert [event.speed_kmh for event in events[1:4]] == [1.5, 2.0, 2.5]
    assert kinds[-1] is BeltEventKind.CONSOLE_STOPPED
    assert [motion for _, motion in motions][-2:] == [BeltMotion.STOPPING, BeltMotion.STOPPED]


def test_captured_stop_with_a_walker() -> None:
    """The distance falls back to 0 with the speed: that is rest, 2 s later."""
    motions, events = replay("cs-wp8-with-person")
    assert [event.kind for event in events] == [
        BeltEventKind.CONSOLE_STARTED,
        BeltEventKind.CONSOLE_STOPPED,
    ]
    at_s, motion = motions[-1]
    assert motion == BeltMotion.STOPPED
    assert 80.6 < at_s < 81.1  # the first 0 came at 78.64


def test_false_zeros() -> None:
    """Single zeros (Merach) are no rest."""
    belt = Belt().moving()
    belt.run(1, 0, 1, 0, 1, 0)
    assert belt.motion() is BeltMotion.MOVING
    assert belt.events == []


def test_zero_while_the_distance_goes_on() -> None:
    """A reported 0 is no rest as long as metres are counted."""
    belt = Belt().moving()
    belt.state.stop(belt.at_s)
    for distance_m in (11, 12, 13, 14):
        belt.run(0, distance_m=distance_m)
        assert belt.motion() is BeltMotion.STOPPING
    assert belt.state.motion.slowing(belt.at_s - 1)  # by its ramp it may
    belt.run(0, distance_m=15)
    belt.run(0, distance_m=16)
    assert not belt.state.motion.slowing(belt.at_s - 1)
    belt.run(0, 0, distance_m=16)
    assert belt.motion() is BeltMotion.STOPPED
    belt.run(0, distance_m=17)
    assert belt.motion() is BeltMotion.MAY_BE_MOVING


def test_console_stop_without_status() -> None:
    """Some machines say nothing: the belt at rest says it."""
    belt = Belt().moving()
    belt.run(0.5, 0, 0, 0)
    assert belt.kinds == [BeltEventKind.CONSOLE_STOPPED]
    assert belt.state.target_kmh is None


def test_stop_status_on_start() -> None:
    """TP1 says "stopped" when Start is pressed."""
    belt = Belt().rest()
    belt.state.start(belt.at_s, 100)
    belt.status("0201")
    assert belt.motion() is BeltMotion.STARTING
    belt.run(0, 1)
    assert belt.motion() is BeltMotion.MOVING
    assert belt.events == []


def test_replayed_status() -> None:
    """What is said right after subscribing is old (KingSmith)."""
    belt = Belt()
    belt.run(1, 1)
    belt.status("0201")
    belt.status("03")
    assert belt.events == []
    assert belt.motion() is BeltMotion.MOVING


def test_moved_by_connecting() -> None:
    """A belt that begins to move when we connect is a runaway; one false zero is not enough."""
    belt = Belt()
    belt.run(0, 0, 1)
    assert belt.kinds == [BeltEventKind.RUNAWAY]
    belt = Belt()
    belt.run(0, 1)
    assert belt.events == []


def test_key() -> None:
    """The safety key stops the belt; reset or start clear it."""
    belt = Belt().moving()
    belt.status("03")
    belt.status("03")
    assert belt.kinds == [BeltEventKind.KEY_OUT]
    assert belt.motion() is BeltMotion.STOPPING
    assert belt.state.report(belt.at_s).key_out is True
    belt.run(0, 0, 0)
    belt.status("01")
    assert belt.kinds == [BeltEventKind.KEY_OUT, BeltEventKind.KEY_BACK]
    belt.state.linked(belt.at_s)
    assert belt.state.report(belt.at_s).key_out is None


def test_console_speed() -> None:
    """Within the cap it is the new target, above it a runaway, at rest nothing."""
    belt = Belt().moving()
    belt.status("05c800")
    assert belt.state.target_kmh == 2.0
    belt.status("05f401")
    assert belt.kinds == [BeltEventKind.CONSOLE_SPEED, BeltEventKind.RUNAWAY]
    assert belt.state.target_kmh == 2.0
    belt.state.stop(belt.at_s)
    belt.status("059600")
    assert len(belt.events) == 2


def test_own_target_echoed() -> None:
    """Told of our own target at once, it is ours; much later, somebody set it."""
    belt = Belt().moving()
    belt.state.ask(belt.at_s, 150)
    belt.status("059600")
    assert belt.events == []
    belt.run(1.5, 1.5, 1.5, 1.5, 1.5)
    belt.status("059600")
    assert belt.kinds == [BeltEventKind.CONSOLE_SPEED]


def test_belt_run_from_its_console() -> None:
    """Nobody asked us: a runner is left alone, however fast."""
    belt = Belt().rest()
    belt.run(4, 8, 12, 12, 12)
    belt.status("05dc05")
    assert belt.kinds == [BeltEventKind.CONSOLE_STARTED, BeltEventKind.CONSOLE_SPEED]
    assert belt.state.target_kmh is None


def test_echoed_setpoint() -> None:
    """A machine that reports the setpoint and runs 1.6 times as fast is seen by its distance."""
    belt = Belt().moving()
    for second in range(30):
        belt.run(1, distance_m=int(second * 1.6 / 3.6))
    assert belt.kinds[0] is BeltEventKind.RUNAWAY
    assert "mph" in belt.events[0].detail


def test_slowed_without_status() -> None:
    """A belt that was slowed down at the console keeps its new speed as the target."""
    belt = Belt().moving()
    belt.state.ask(belt.at_s, 200)
    belt.run(2, 2, 1, 1, 1, 1)
    assert belt.kinds == [BeltEventKind.CONSOLE_SPEED]
    assert belt.state.target_kmh == 1.0


def test_other_statuses() -> None:
    """Control lost is told; an inclination, a stranger's number and silence are not."""
    belt = Belt().moving()
    for value in ("ff", "060a00", "42", "04"):
        belt.status(value)
    belt.training(TrainingState.MANUAL_MODE)
    assert belt.kinds == [BeltEventKind.CONTROL_LOST]
    assert belt.state.status(0.0, MachineStatus(event=0x42)) == []


def test_silence() -> None:
    """No report for 3 s: the belt may be moving, and its speed is not known."""
    belt = Belt().moving()
    belt.silence(2.0)
    assert belt.motion() is BeltMotion.MOVING
    belt.silence(1.0)
    assert belt.motion() is BeltMotion.MAY_BE_MOVING
    assert belt.state.report(belt.at_s).speed_kmh is None


def test_silent_stop() -> None:
    """Slower, silent with the link up, then "stopped": stopped, though nobody saw it."""
    belt = Belt().moving()
    belt.state.stop(belt.at_s)
    belt.run(1.0, 0.7, 0.4)
    belt.silence(3.5)
    assert belt.motion() is BeltMotion.MAY_BE_MOVING
    belt.training(TrainingState.IDLE)
    assert belt.motion() is BeltMotion.STOPPED_UNCONFIRMED
    belt.run(0.3)  # and yet it moves
    assert belt.motion() is BeltMotion.STOPPING
    belt.silence(12)
    belt.training(TrainingState.IDLE)
    belt.run(1)  # long after: somebody started it
    assert belt.motion() is BeltMotion.MOVING


def test_said_stopped_too_early() -> None:
    """Said before the silence, it proves nothing; on a machine known to do so, it does."""
    for profile, motion in (
        (CITYSPORTS, BeltMotion.MAY_BE_MOVING),
        (BY_KEY["t318"], BeltMotion.STOPPED_UNCONFIRMED),
    ):
        belt = Belt(profile).moving()
        belt.state.stop(belt.at_s)
        belt.training(TrainingState.POST_WORKOUT)
        belt.run(1.0, 0.7, 0.4)
        belt.silence(2.5)
        assert belt.motion() is motion


def test_silent_at_rest() -> None:
    """A machine that only ever speaks while it moves, and calls itself idle."""
    for profile, motion in (
        (CITYSPORTS, BeltMotion.MAY_BE_MOVING),
        (BY_KEY["t318"], BeltMotion.STOPPED_UNCONFIRMED),
    ):
        belt = Belt(profile)
        belt.training(TrainingState.IDLE)
        assert belt.motion() is motion
    belt.at_s = 10
    belt.run(1)
    assert belt.motion() is BeltMotion.MOVING


def test_started_after_a_silent_stop() -> None:
    """A belt that stopped in silence and was started at its console."""
    belt = Belt(BY_KEY["t318"]).moving()
    belt.status("0201")
    belt.silence(20)
    assert belt.motion() is BeltMotion.STOPPED_UNCONFIRMED
    belt.run(1)
    assert belt.kinds == [BeltEventKind.CONSOLE_STOPPED, BeltEventKind.CONSOLE_STARTED]


def test_called_off() -> None:
    """A start that was stopped at once may still come: rest is believed late, motion is told."""
    belt = Belt().rest()
    belt.state.start(belt.at_s, 100)
    belt.state.stop(belt.at_s)
    belt.run(0, 0, 0, 0)
    assert belt.motion() is BeltMotion.STOPPING
    belt.run(0, 0)
    assert belt.motion() is BeltMotion.STOPPED
    belt.run(0.5)
    assert belt.kinds == [BeltEventKind.RUNAWAY]
    assert belt.state.motion.now is BeltMotion.MOVING


def test_miles() -> None:
    """A machine that speaks miles: its reports and targets in km/h."""
    miles = MachineProfile(key="miles", unit=SpeedUnit.MPH, report_unit=SpeedUnit.MPH)
    belt = Belt(miles).moving()
    report = belt.state.report(belt.at_s - 1)
    assert report.speed_kmh == pytest.approx(1.609344)
    assert report.target_speed_kmh == pytest.approx(1.609344)
    belt.status("059600")
    assert belt.state.target_kmh == pytest.approx(1.5 * 1.609344)


def test_record_without_distance() -> None:
    """Without a distance there is still a speed."""
    belt = Belt()
    belt.run(0, 0, 0, 0, 0, 0, distance_m=None)
    assert belt.motion() is BeltMotion.STOPPED
    belt.run(1, 1, distance_m=None)
    assert belt.kinds == [BeltEventKind.CONSOLE_STARTED]


def test_unlinked() -> None:
    """Without a link it may be moving, and what is said does not count."""
    belt = Belt().rest()
    belt.state.motion.unlinked(belt.at_s)
    report = belt.state.report(belt.at_s)
    assert (report.linked, report.motion) == (False, BeltMotion.MAY_BE_MOVING)
    belt.status("03")
    assert belt.events == []
