"""The client: what reaches the control point, when, and what is told."""

import asyncio
from dataclasses import replace

from bleak.exc import BleakError, BleakGATTProtocolError, BleakGATTProtocolErrorCode
import pytest

from custom_components.retrowalk.belt import BeltEventKind, BeltMotion, GateShut
from custom_components.retrowalk.treadmill.codec import (
    CONTROL_POINT_UUID,
    INCLINATION_RANGE_UUID,
    STATUS_UUID,
    TREADMILL_DATA_UUID,
)
from custom_components.retrowalk.treadmill.command import Outcome
from custom_components.retrowalk.treadmill.profile import (
    Acknowledgement,
    ControlRequest,
    MachineProfile,
    SpeedUnit,
)
from simulator.virtual_time import virtual_loop

from .bench import KNOWN, Bench

pytestmark = pytest.mark.virtual_time

START = b"\x07"
STOP = b"\x08\x01"
PAUSE = b"\x08\x02"
REQUEST = b"\x00"


def speed(raw: int) -> bytes:
    """Spell a target speed."""
    return b"\x02" + raw.to_bytes(2, "little")


def busy() -> BleakGATTProtocolError:
    """Return what a machine says that is busy with another procedure."""
    return BleakGATTProtocolError(BleakGATTProtocolErrorCode.PROCEDURE_ALREADY_IN_PROGRESS)


# Starting


async def test_connecting_moves_nothing(bench: Bench) -> None:
    """No command is written by connecting; 2 s of zeros are rest."""
    await bench.connected((0, 0))
    assert bench.motion() is BeltMotion.MAY_BE_MOVING
    await bench.run(0)
    assert bench.motion() is BeltMotion.STOPPED
    assert bench.machine.written == []
    assert bench.events == []


async def test_start(bench: Bench) -> None:
    """With control held, a start is written in the same turn; a speed once the belt moves."""
    await bench.connected()
    bench.treadmill.set_cap(3.0)
    bench.treadmill.prepare()
    bench.treadmill.prepare()
    assert [payload for _, payload in bench.machine.written] == [REQUEST]
    bench.treadmill.start()
    assert bench.machine.commands == [START]
    assert bench.motion() is BeltMotion.STARTING
    await bench.run(0, 0)
    assert bench.machine.commands == [START]
    await bench.run(0.8)
    assert bench.machine.commands == [START, speed(100)]
    assert bench.motion() is BeltMotion.MOVING
    assert bench.treadmill.report.target_speed_kmh == 1.0
    assert bench.events == []
    assert [entry.name for entry in bench.treadmill.commands] == [
        "request_control",
        "start",
        "set_speed",
    ]


async def test_speed_wished_while_starting(bench: Bench) -> None:
    """A speed asked of a starting belt waits until it moves."""
    await bench.connected()
    bench.treadmill.set_cap(3.0)
    bench.treadmill.start()
    bench.treadmill.set_speed(2.2)
    await bench.run(0, 1.0)
    assert bench.machine.commands == [START, speed(200)]


async def test_gate_shut(bench: Bench) -> None:
    """Without an opening of the gate nothing is written."""
    await bench.connected()
    bench.gate_open = False
    with pytest.raises(GateShut):
        bench.treadmill.start()
    assert bench.machine.written == []


async def test_speed_at_rest(bench: Bench) -> None:
    """A target speed never moves a belt from rest."""
    await bench.connected()
    bench.treadmill.set_speed(2.0)
    assert bench.machine.written == []
    assert bench.events == []


async def test_start_refused_here(bench: Bench) -> None:
    """Not linked, not at rest, the key out, the cap too low: refused, and told why."""
    bench.treadmill.start()
    await bench.moving()
    bench.treadmill.start()
    bench.machine.status("03")
    await bench.run(0, 0, 0, 0)
    bench.treadmill.start()
    bench.treadmill.set_cap(0.5)
    bench.treadmill.start()
    assert bench.machine.commands == []
    assert [event.detail for event in bench.events] == [
        "start: the belt is not known to be at rest",
        "start: the belt is not known to be at rest",
        "",
        "start: the safety key is out",
        "start: the machine's lowest speed, 1 km/h, is above the cap",
    ]


async def test_start_refused_by_the_machine(bench: Bench) -> None:
    """Not permitted: asked for control again, tried again with growing pauses, then told."""
    await bench.connected()
    bench.machine.answers = {0: 5, 7: 5}
    began_s = bench.clock.now_s()
    bench.treadmill.start()
    await bench.run(*[0] * 9)
    assert [(round(at_s - began_s, 1), payload) for at_s, payload in bench.machine.written] == [
        (at_s, payload) for at_s in (0, 0.5, 1.5, 3.5, 7.5) for payload in (REQUEST, START)
    ]
    assert [event.detail for event in bench.events] == ["start: not_permitted"]
    assert bench.motion() is BeltMotion.STOPPED


async def test_start_obeyed_late(bench: Bench) -> None:
    """A machine that does not answer may move all the same."""
    await bench.connected()
    bench.machine.answers = {0: None, 7: None}
    bench.treadmill.start()
    await bench.run(*[0] * 8, 1.0)
    assert bench.machine.commands == [START, speed(100)]
    assert bench.events == []


async def test_start_without_motion(bench: Bench) -> None:
    """A belt that does not move within 15 s is told to stop, so that it does not move later."""
    await bench.connected()
    bench.treadmill.start()
    await bench.run(*[0] * 17)
    assert bench.machine.commands == [START, STOP]
    assert [event.detail for event in bench.events] == ["start: the belt did not move"]
    await bench.run(*[0] * 5)
    assert bench.motion() is BeltMotion.STOPPED


async def test_start_called_off(bench: Bench) -> None:
    """A stop right after a start; the belt that moves all the same is stopped again."""
    await bench.connected()
    bench.treadmill.start()
    bench.treadmill.stop()
    await bench.run(0, 0)
    bench.machine.report(1.0)
    assert bench.machine.commands == [START, STOP, STOP]
    assert bench.kinds == [BeltEventKind.RUNAWAY]


async def test_start_dropped_before_its_turn(bench: Bench) -> None:
    """A belt that began to move while control was asked for gets no second start."""
    await bench.connected()
    bench.machine.answers = {0: None}
    bench.treadmill.start()
    await bench.run(0, 1.0, 1.0, 1.0)
    assert START not in bench.machine.commands


# Speeds


async def test_speeds(bench: Bench) -> None:
    """Capped, and rounded down to the machine's step."""
    await bench.moving()
    for speed_kmh in (1.99, 9.0):
        bench.treadmill.set_speed(speed_kmh)
        await bench.run(1.0)
    assert bench.machine.commands == [speed(150), speed(400)]
    assert bench.treadmill.report.target_speed_kmh == 4.0


async def test_no_cap(bench: Bench) -> None:
    """Until a cap is set, only the lowest speed is used."""
    await bench.connected()
    bench.treadmill.start()
    await bench.run(0, 1.0)
    bench.treadmill.set_speed(3.0)
    assert bench.machine.commands == [START, speed(100), speed(100)]


async def test_cap_meanwhile(bench: Bench) -> None:
    """A command that waits is dropped when the cap falls below it."""
    await bench.moving()
    bench.machine.answers = {2: None}
    bench.treadmill.set_speed(2.0)
    bench.treadmill.set_speed(3.0)
    bench.treadmill.set_speed(4.0)
    bench.treadmill.set_cap(2.5)
    await bench.run(1.0, 1.0, 1.0, 1.0)
    assert bench.machine.commands == [speed(200)]
    assert [entry.outcome for entry in bench.treadmill.commands][-3:] == [
        Outcome.OVERTAKEN,
        Outcome.NO_ANSWER,
        Outcome.POINTLESS,
    ]
    bench.treadmill.set_cap(0.5)
    bench.treadmill.set_speed(1.0)
    assert [event.detail for event in bench.events] == [
        "set_speed: the machine's lowest speed, 1 km/h, is above the cap",
    ]


async def test_speed_refused(bench: Bench) -> None:
    """What the machine refuses is told; numbers outside the standard are a refusal too."""
    await bench.moving()
    for result in (2, 3, 4, 99):
        bench.machine.answers = {2: result}
        bench.treadmill.set_speed(1.5)
        await bench.run(1.0)
    assert [event.detail for event in bench.events] == [
        "set_speed: not_supported",
        "set_speed: invalid_parameter",
        "set_speed: failed",
        "set_speed: failed",
    ]


async def test_busy(bench: Bench) -> None:
    """A machine that is busy is asked again; a write that fails is told."""
    await bench.moving()
    bench.machine.write_errors = [busy()]
    bench.treadmill.set_speed(1.5)
    await bench.run(1.0)
    assert bench.machine.commands == [speed(150)] * 2
    bench.machine.write_errors = [BleakGATTProtocolError(BleakGATTProtocolErrorCode(0x0E))]
    bench.treadmill.set_speed(2.0)
    bench.machine.write_errors = [BleakError("lost")]
    bench.treadmill.set_speed(2.0)
    assert [event.detail for event in bench.events] == ["set_speed: not_written"] * 2


async def test_unknown_unit(bench: Bench) -> None:
    """km/h may be read as mph: only the lowest speed, and slower means stop."""
    bench.client(replace(KNOWN, unit=SpeedUnit.UNKNOWN))
    await bench.moving()
    bench.treadmill.set_speed(1.0)
    bench.treadmill.set_speed(2.0)
    assert bench.machine.commands == []
    assert bench.events == []
    assert bench.treadmill.limits.max_speed_kmh == 1.0
    await bench.run(1.3)
    bench.treadmill.set_speed(0.9)
    assert bench.machine.commands == [STOP]


async def test_miles(bench: Bench) -> None:
    """A machine that takes miles is asked in miles."""
    bench.client(replace(KNOWN, unit=SpeedUnit.MPH))
    await bench.connected()
    bench.treadmill.set_cap(4.0)
    bench.treadmill.start()
    await bench.run(0, 1.6)
    bench.treadmill.set_speed(3.3)
    assert bench.machine.commands == [START, speed(100), speed(200)]
    assert bench.treadmill.limits.min_speed_kmh == pytest.approx(1.609344)


async def test_inclination(bench: Bench) -> None:
    """Within the machine's range; refused where there is none."""
    await bench.connected()
    bench.treadmill.set_inclination(3.0)
    bench.treadmill.set_inclination(99.0)
    bench.treadmill.set_inclination(float("nan"))
    assert bench.machine.commands == [bytes.fromhex("031e00"), bytes.fromhex("036400")]
    assert bench.kinds == [BeltEventKind.REFUSED]
    assert bench.treadmill.limits.max_inclination_percent == 10.0


# Stopping


async def test_stop_overtakes(bench: Bench) -> None:
    """A stop is written in the same turn, though a write hangs and others wait."""
    await bench.moving()
    bench.machine.write_hangs = True
    bench.treadmill.set_speed(2.0)
    bench.treadmill.set_inclination(3.0)
    await asyncio.sleep(1)
    bench.machine.write_hangs = False
    bench.treadmill.stop()
    assert bench.machine.commands == [speed(200), STOP]
    await bench.run(0.9, 0.6, 0.3, 0, 0, 0)
    assert bench.machine.commands == [speed(200), STOP]
    assert bench.motion() is BeltMotion.STOPPED
    assert bench.events == []


async def test_stop_waits_for_no_answer(bench: Bench) -> None:
    """Neither its own nor another's."""
    await bench.moving()
    bench.machine.answers = {2: None, 8: None}
    bench.treadmill.set_speed(2.0)
    bench.treadmill.stop()
    bench.treadmill.stop()
    assert bench.machine.commands == [speed(200), STOP, STOP]


async def test_stop_at_rest(bench: Bench) -> None:
    """It is written, the belt is at rest, and nothing climbs."""
    await bench.connected()
    bench.machine.answers = {8: 4}
    bench.treadmill.stop()
    assert bench.motion() is BeltMotion.STOPPED
    await bench.run(*[0] * 10)
    assert bench.machine.commands == [STOP]
    assert bench.events == []


async def test_stop_busy(bench: Bench) -> None:
    """A stop that the machine has no time for is repeated at once."""
    await bench.moving()
    began_s = bench.clock.now_s()
    bench.machine.write_errors = [busy(), BleakError("in progress")]
    bench.treadmill.stop()
    await bench.run(0.7)
    assert [round(at_s - began_s, 1) for at_s, _ in bench.machine.written] == [0, 0.2, 0.4]


async def test_stop_not_permitted(bench: Bench) -> None:
    """A stop takes control back if it must, once."""
    await bench.moving()
    bench.machine.answers = {8: 5}
    bench.treadmill.stop()
    await bench.run(0.7, 0.4, 0)
    assert [payload for _, payload in bench.machine.written] == [STOP, REQUEST, STOP]


async def test_speed_waits_for_the_stop(bench: Bench) -> None:
    """While a stop is being written nothing else is."""
    await bench.moving()
    bench.machine.write_errors = [BleakError("in progress")]
    bench.treadmill.stop()
    bench.treadmill.set_inclination(1.0)
    await bench.run(0.7)
    assert bench.machine.commands == [STOP, STOP, bytes.fromhex("030a00")]


async def test_ladder(bench: Bench) -> None:
    """A belt that does not stop: stop, stop again, pause, and the alarm."""
    await bench.moving(2.0)
    began_s = bench.clock.now_s()
    bench.treadmill.stop()
    await bench.run(*[2.0] * 12)
    assert [(round(at_s - began_s, 1), payload) for at_s, payload in bench.machine.written] == [
        (0, STOP),
        (3, STOP),
        (6, PAUSE),
    ]
    assert bench.kinds == [BeltEventKind.STOP_FAILED]
    assert bench.motion() is BeltMotion.MOVING
    bench.treadmill.stop()
    await bench.run(1.5, 1.0, 0.5, 0, 0, 0)
    assert bench.motion() is BeltMotion.STOPPED


async def test_good_slow_stop(bench: Bench) -> None:
    """A belt that slows down as fast as CITYSPORTS does climbs no rung."""
    await bench.moving(4.0)
    bench.treadmill.stop()
    await bench.run(4.2, *[4.1 - 0.3 * second for second in range(14)], 0, 0, 0, 0)
    assert bench.machine.commands == [STOP]
    assert bench.events == []


@pytest.mark.parametrize(
    ("says_off", "motion", "kinds"),
    [
        (True, BeltMotion.STOPPED_UNCONFIRMED, []),
        (False, BeltMotion.MAY_BE_MOVING, [BeltEventKind.STOP_FAILED]),
    ],
)
async def test_power_switch(
    bench: Bench, says_off: bool, motion: BeltMotion, kinds: list[BeltEventKind]
) -> None:
    """The last rung before the alarm; its switch tells whether power is off."""
    cut_at_s = []

    async def power_off() -> bool:
        cut_at_s.append(bench.clock.now_s())
        return says_off

    bench.client(power_off=power_off)
    await bench.moving()
    began_s = bench.clock.now_s()
    bench.treadmill.stop()
    await bench.run(*[1.0] * 9)
    await asyncio.sleep(10)  # without power the machine is silent
    assert [round(at_s - began_s) for at_s in cut_at_s] == [9]
    assert bench.motion() is motion
    assert bench.kinds == kinds


async def test_power_switch_in_vain(bench: Bench) -> None:
    """The switch says "off" and the belt goes on: the alarm."""

    async def power_off() -> bool:
        return True

    bench.client(power_off=power_off)
    await bench.moving()
    bench.treadmill.stop()
    await bench.run(*[1.0] * 16)
    assert bench.kinds == [BeltEventKind.STOP_FAILED]


async def test_power_switch_hangs(bench: Bench) -> None:
    """A switch that does not answer leaves no task behind."""
    bench.client(power_off=asyncio.Event().wait)
    await bench.moving()
    bench.treadmill.stop()
    await bench.run(*[1.0] * 16)
    assert bench.kinds == [BeltEventKind.STOP_FAILED]
    await bench.run(0, 0, 0)


async def test_console_stop_in_vain(bench: Bench) -> None:
    """The console said "stopped" and the belt goes on: stopped by us."""
    await bench.moving()
    bench.machine.status("0201")
    await bench.run(*[1.0] * 5)
    assert bench.machine.commands == [STOP]
    assert bench.kinds == [BeltEventKind.CONSOLE_STOPPED]


async def test_runaway(bench: Bench) -> None:
    """Faster than asked and not falling: stopped, and told why it may be."""
    await bench.moving()
    await bench.run(1.6, 1.6, 1.6)
    assert bench.machine.commands == [STOP]
    assert bench.kinds == [BeltEventKind.RUNAWAY]
    assert "mph" in bench.events[0].detail


@pytest.mark.parametrize(
    ("held_up_s", "kinds"),
    [(0.7, []), (1.05, [BeltEventKind.LOOP_LAGGED]), (2.0, [BeltEventKind.LOOP_LAGGED])],
)
@pytest.mark.parametrize("phase_s", [0.0, 0.1, 0.2])
async def test_lag(
    bench: Bench, held_up_s: float, kinds: list[BeltEventKind], phase_s: float
) -> None:
    """A loop held up for more than 1 s while the belt moves, at any time between two heartbeats."""
    await bench.moving()
    await asyncio.sleep(phase_s)
    virtual_loop().block(held_up_s)
    await bench.run(1.0, 1.0)
    assert bench.kinds == kinds


async def test_lag_at_rest(bench: Bench) -> None:
    """A belt at rest is nothing to be watched; nor is a heart that does not beat late."""
    await bench.connected()
    virtual_loop().block(2.0)
    await bench.run(0, 0)
    await bench.treadmill.disconnect()
    await bench.moving()
    assert bench.kinds == []


async def test_stop_and_verify(bench: Bench) -> None:
    """True once the belt rests; false if it does not in time."""
    await bench.moving()
    assert not await bench.treadmill.stop_and_verify(timeout_s=2)
    verifying = asyncio.create_task(bench.treadmill.stop_and_verify())
    await bench.run(0.5, 0, 0, 0)
    assert await verifying


async def test_disconnecting_stops(bench: Bench) -> None:
    """A moving belt is stopped before its machine is let go of; silence may be motion."""
    await bench.moving()
    leaving = asyncio.create_task(bench.treadmill.disconnect())
    await bench.run(0.5)
    assert bench.machine.disconnects == 0
    await bench.run(0, 0, 0)
    await leaving
    assert bench.machine.commands == [STOP]
    assert bench.machine.disconnects == 1
    assert bench.kinds == []
    assert not bench.treadmill.report.linked


async def test_disconnecting_from_a_belt_at_rest(bench: Bench) -> None:
    """A belt just connected to gets the time to show that it rests, and no stop."""
    await bench.treadmill.connect()
    leaving = asyncio.create_task(bench.treadmill.disconnect())
    await bench.run(0, 0, 0)
    await leaving
    assert bench.machine.written == []


async def test_disconnecting_from_a_silent_machine(bench: Bench) -> None:
    """It is told to stop, and raises no alarm."""
    await bench.treadmill.connect()
    await bench.treadmill.disconnect()
    assert bench.machine.commands == [STOP]
    assert bench.events == []


async def test_stop_unconnected(bench: Bench) -> None:
    """A machine that nobody connected to: nothing to write, no alarm."""
    bench.treadmill.prepare()
    bench.treadmill.stop()
    await asyncio.sleep(60)
    assert bench.events == []
    assert [entry.outcome for entry in bench.treadmill.commands] == [Outcome.NOT_WRITTEN]


# Control


async def test_control_lost(bench: Bench) -> None:
    """Taken by somebody else: no speed any more, until a person starts anew; stop always."""
    await bench.moving()
    bench.machine.status("ff")
    bench.treadmill.set_speed(2.0)
    assert bench.machine.commands == []
    assert bench.kinds == [BeltEventKind.CONTROL_LOST, BeltEventKind.REFUSED]
    bench.treadmill.stop()
    assert bench.machine.commands == [STOP]
    await bench.run(0, 0, 0)
    bench.machine.written.clear()
    bench.treadmill.start()
    assert [payload for _, payload in bench.machine.written] == [REQUEST, START]


@pytest.mark.parametrize(
    ("profile", "written"),
    [
        (replace(KNOWN, request_control=ControlRequest.NEVER), [START, speed(100)]),
        (
            replace(KNOWN, request_control=ControlRequest.EVERY_COMMAND),
            [REQUEST, START, REQUEST, speed(100)],
        ),
    ],
)
async def test_requests_for_control(
    bench: Bench, profile: MachineProfile, written: list[bytes]
) -> None:
    """Asked for never, or before every command."""
    bench.client(profile)
    await bench.connected()
    bench.treadmill.start()
    await bench.run(0, 1.0)
    assert [payload for _, payload in bench.machine.written] == written


async def test_slow_control(bench: Bench) -> None:
    """A machine that grants control slowly is waited for."""
    bench.client(replace(KNOWN, control_answer_s=10.0))
    await bench.connected()
    bench.machine.answers = {0: None}
    bench.treadmill.start()
    await bench.run(*[0] * 8)
    assert bench.machine.commands == []
    bench.machine.answer(0, 1)
    await bench.run(0)
    assert bench.machine.commands == [START]


async def test_acknowledged_by_status(bench: Bench) -> None:
    """KingSmith MC-21 answers by machine status alone."""
    bench.client(
        replace(
            KNOWN,
            request_control=ControlRequest.NEVER,
            acknowledgement=Acknowledgement.STATUS,
        )
    )
    await bench.connected()
    bench.machine.answers = {7: None, 2: None}
    bench.treadmill.start()
    bench.machine.status("04")
    await bench.run(0, 1.0)
    bench.machine.status("056400")
    bench.machine.status("056400")
    await bench.run(1.0)
    assert [entry.outcome for entry in bench.treadmill.commands] == [Outcome.DONE] * 2
    assert bench.events == []


async def test_never_acknowledged(bench: Bench) -> None:
    """A machine that never answers is not waited for, once it is known."""
    await bench.connected()
    bench.machine.answers = {0: None, 7: None, 2: None}
    bench.treadmill.set_cap(4.0)
    bench.treadmill.start()
    await bench.run(*[0] * 7, 1.0)
    bench.treadmill.set_speed(2.0)
    bench.treadmill.set_speed(3.0)
    assert bench.machine.commands == [START, speed(100), speed(200), speed(300)]
    assert bench.events == []


# What comes


async def test_bad_packets(bench: Bench) -> None:
    """Counted, kept, dropped; the last 200 packets are there for diagnostics."""
    await bench.connected()
    for uuid in (CONTROL_POINT_UUID, STATUS_UUID, TREADMILL_DATA_UUID):
        bench.machine.say(uuid, b"")
    bench.machine.say(TREADMILL_DATA_UUID, bytes.fromhex("01008401"))
    bench.machine.answer(0x42, 1)
    inbox = bench.treadmill.inbox
    assert inbox.dropped.total() == 3
    assert sum(packet.error is not None for packet in inbox.packets) == 3
    await bench.run(*[0] * 300)
    assert len(inbox.packets) == 200
    assert bench.motion() is BeltMotion.STOPPED


async def test_reports(bench: Bench) -> None:
    """A report is told when something is new, not when only time goes on."""
    await bench.connected()
    bench.reports.clear()
    await bench.run(*[0] * 10)
    assert bench.reports == []
    await asyncio.sleep(4)
    assert [report.motion for report in bench.reports] == [BeltMotion.MAY_BE_MOVING]
    assert bench.treadmill.inbox.data is not None


async def test_no_inclination(bench: Bench) -> None:
    """Without 2AD5 there is no inclination."""
    del bench.machine.values[INCLINATION_RANGE_UUID]
    await bench.connected()
    assert bench.treadmill.limits.max_inclination_percent is None
    bench.treadmill.set_inclination(1.0)
    assert bench.kinds == [BeltEventKind.REFUSED]
