"""The table of faults: oddities of real machines, broken links, and a Home Assistant that fails.

A machine is one of the simulator's; sources stand there, beside each.
"""

import asyncio
from copy import deepcopy
from dataclasses import replace

from custom_components.retrowalk.const import CONF_UNIT
from custom_components.retrowalk.program.states import Reason, SessionState
from simulator.belt_physics import Motor
from simulator.profiles import PROFILES, Profile
from simulator.virtual_time import virtual_loop

from .fault import COUNTS_KMH, ORDINARY, Fault
from .walk import Walk

# In this time a walk has come to its speed.
WALKS_S = 15.0


def machine(name: str, local_name: str = COUNTS_KMH) -> Profile:
    """Return a machine of the simulator, under a name that its unit is known by."""
    return replace(PROFILES[name], local_name=local_name)


# What strikes


async def link_drops(walk: Walk) -> None:
    """Lose the link, as by interference."""
    walk.radio.drop_link(walk.treadmill.address)


async def out_of_range(walk: Walk) -> None:
    """Lose the link for half a minute."""
    walk.radio.set_reachable(walk.treadmill.address, False)
    await walk.look(30.0)
    walk.radio.set_reachable(walk.treadmill.address, True)


async def paused_and_link_drops(walk: Walk) -> None:
    """Pause, and lose the link while the belt slows down."""
    await walk.home.act("pause")
    await link_drops(walk)


async def stopped_and_link_drops(walk: Walk) -> None:
    """Stop, and lose the link while the belt slows down."""
    await walk.home.act("stop")
    await link_drops(walk)


async def fallen_and_link_drops(walk: Walk) -> None:
    """Suspect a fall, lose the link while the belt slows down, and clear the fall in the end."""
    walk.session.fall_suspected()
    await link_drops(walk)
    await walk.look(60.0)
    assert walk.home.session == SessionState.FALL_SUSPECTED
    assert walk.belt.speed_kmh == 0
    await walk.home.act("im_ok")


async def refuses_for_40_s(walk: Walk) -> None:
    """Lose the link to a machine that wants nobody for 40 s."""
    walk.radio.drop_link(walk.treadmill.address)
    walk.radio.refuse_connections(walk.treadmill.address, 40.0)


async def proxy_dies(walk: Walk) -> None:
    """Let a far proxy take over from the one that loses its power."""
    await walk.radio.add_proxy("C0:FF:EE:00:00:02", rssi_dbm=-80)
    await walk.look(3.0)
    walk.radio.proxies[0].unregister()


async def loop_blocked(_: Walk) -> None:
    """Block the event loop for 2 s."""
    virtual_loop().block(2.0)


async def console_start(walk: Walk) -> None:
    """Press Start at the machine, and step onto the belt."""
    walk.belt.press_start()
    await walk.look(6.0)


async def console_stop(walk: Walk) -> None:
    """Press Stop at the machine."""
    walk.belt.press_stop()


async def console_faster(walk: Walk) -> None:
    """Press a speed above the cap at the machine."""
    walk.belt.press_speed(5.0)


async def console_slower(walk: Walk) -> None:
    """Press minus at the machine, twice."""
    walk.belt.press_minus()
    walk.belt.press_minus()


async def key_pulled(walk: Walk) -> None:
    """Pull the safety key, and put it back later."""
    walk.belt.pull_key()
    await walk.look(15.0)
    walk.belt.insert_key()


async def control_taken(walk: Walk) -> None:
    """Let a second app take control."""
    walk.treadmill.take_control_away()


async def counter_jumps(walk: Walk) -> None:
    """Let the machine count 300 m at once, as a captured one did."""
    walk.belt.distance_m += 300.0


async def nobody_walks(walk: Walk) -> None:
    """Let nobody stand on the belt."""
    walk.belt.cadence_spm = None


async def runs_off(walk: Walk) -> None:
    """Let the belt go for 22 km/h."""
    walk.belt.run_away(22.0)


async def entry_reloaded(walk: Walk) -> None:
    """Reload the treadmill's entry."""
    await walk.home.hass.config_entries.async_reload(walk.treadmill_entry.entry_id)


async def entry_removed(walk: Walk) -> None:
    """Remove the treadmill's entry."""
    await walk.home.hass.config_entries.async_remove(walk.treadmill_entry.entry_id)


async def shut_down(walk: Walk) -> None:
    """Shut Home Assistant down."""
    await walk.home.hass.async_stop()


async def killed(walk: Walk) -> None:
    """Kill Home Assistant, and start it again after a while.

    What a killed process leaves is a link that breaks, what is stored, and a belt that runs on.
    """
    entries, stored = walk.home.hass.config_entries, deepcopy(walk.storage)
    walk.radio.set_reachable(walk.treadmill.address, False)
    await asyncio.sleep(1.0)
    await entries.async_unload(walk.treadmill_entry.entry_id)
    await asyncio.sleep(30.0)
    assert walk.belt.speed_kmh > 0
    walk.storage.update(stored)
    walk.radio.set_reachable(walk.treadmill.address, True)
    await entries.async_setup(walk.treadmill_entry.entry_id)


async def killed_and_refused(walk: Walk) -> None:
    """Kill Home Assistant at a machine that then refuses for a while."""
    walk.radio.refuse_connections(walk.treadmill.address, 90.0)
    await killed(walk)


TABLE: tuple[Fault, ...] = (
    Fault(name="nothing happens"),
    # What a machine says
    Fault(name="reports the target at once", profile=machine("echo")),
    Fault(name="reports single false zeros", profile=machine("spurious_zero")),
    Fault(
        name="reports the same for ever after 10 s",
        profile=machine("frozen_telemetry"),
        ends=SessionState.STOPPED,
        reason=Reason.STOP_FAILED,
        alarm=True,
    ),
    Fault(
        name="falls silent on stopping",
        profile=machine("silent_stop", "T318_A1"),
        options={CONF_UNIT: "kmh"},
        pauses=(Reason.STOP_UNCONFIRMED,) * 2,
    ),
    Fault(name="replays an old status on subscribing", profile=machine("stale_status")),
    Fault(name="says stopped when it starts", profile=machine("wrong_start_status")),
    Fault(name="sends an empty training status", profile=machine("malformed_training_status")),
    Fault(name="counts in steps of 10 m", profile=machine("coarse_distance")),
    Fault(
        name="counts 300 m at once",
        at=SessionState.WALKING_FORWARD,
        after_s=WALKS_S,
        strike=counter_jumps,
    ),
    Fault(
        name="counts only what is walked, and nobody walks",
        profile=machine("counts_without_walker_stand_still"),
        at=SessionState.IDLE,
        strike=nobody_walks,
    ),
    Fault(name="splits its records", profile=machine("split_records")),
    Fault(name="sends bytes too many", profile=machine("trailing_bytes")),
    Fault(name="promises 30 bytes and sends 20", profile=machine("short_mtu")),
    Fault(name="a captured CITYSPORTS pad", profile=PROFILES["citysports"], top_kmh=1.5),
    Fault(name="a FitShow module", profile=PROFILES["fitshow"]),
    Fault(name="a KingSmith pad", profile=PROFILES["kingsmith"]),
    # What it lacks
    Fault(name="has no speed range", profile=machine("no_speed_range")),
    Fault(name="has nothing but data and control point", profile=machine("bare")),
    Fault(
        name="has no control point",
        profile=machine("no_control_point"),
        ends=SessionState.STOPPED,
        reason=Reason.NOT_LINKED,
        top_kmh=0.0,
    ),
    # How it answers
    Fault(name="answers after 1.5 s", profile=machine("slow_acknowledgement")),
    Fault(name="answers after 8 s", profile=machine("late_acknowledgement")),
    Fault(name="never answers", profile=machine("no_acknowledgement")),
    Fault(name="grants control slowly", profile=machine("slow_control")),
    Fault(
        name="refuses control and obeys",
        profile=machine("control_refused", "KS-AP-MC21"),
    ),
    Fault(name="refuses two starts", profile=machine("start_refused_twice")),
    Fault(
        name="refuses each write",
        profile=machine("att_errors"),
        pauses=(Reason.REFUSED,),
        ends=SessionState.STOPPED,
        reason=Reason.ASKED,
        walks_on=False,
        top_kmh=0.0,
    ),
    Fault(name="takes writes without response", profile=machine("write_without_response")),
    Fault(name="wants to be paired", profile=machine("needs_pairing")),
    Fault(
        name="wants the maker's bytes first",
        profile=machine("needs_preamble", "MERACH-T10"),
        options={CONF_UNIT: "kmh"},
    ),
    Fault(name="loses hurried subscriptions", profile=machine("lost_subscriptions")),
    # What it does
    Fault(
        name="reads km/h as mph",
        profile=machine("reads_mph"),
        ends=SessionState.STOPPED,
        reason=Reason.RUNAWAY,
        top_kmh=None,
    ),
    Fault(
        name="reads km/h as mph and reports the target",
        profile=machine("reads_mph_and_echoes"),
        ends=SessionState.STOPPED,
        reason=Reason.RUNAWAY,
        too_fast_s=20.0,
        top_kmh=None,
    ),
    Fault(
        name="has a unit that nobody knows",
        profile=machine("reads_mph", "HORIZON 7.4AT"),
        ends=SessionState.STOPPED,
        reason=Reason.RUNAWAY,
        top_kmh=None,
    ),
    Fault(name="takes a second start for a pause", profile=machine("toggle_start")),
    Fault(name="drops the link on an early speed", profile=machine("early_speed_drops_link")),
    Fault(name="ignores speeds", profile=machine("ignored_speed"), top_kmh=0.8),
    Fault(name="refuses speeds", profile=machine("refused_speed"), top_kmh=0.8),
    Fault(
        name="ignores stop and pause",
        profile=machine("ignored_stop"),
        ends=SessionState.STOPPED,
        reason=Reason.STOP_FAILED,
        alarm=True,
    ),
    Fault(name="ignores the first stop", profile=machine("ignored_first_stop")),
    Fault(name="is stopped by a pause alone", profile=machine("only_pause_stops")),
    Fault(
        name="goes for 22 km/h from the start",
        profile=machine("runaway"),
        ends=SessionState.STOPPED,
        reason=Reason.RUNAWAY,
        top_kmh=None,
    ),
    Fault(
        name="starts on being connected to",
        profile=machine("starts_on_connect"),
        on_demand=True,
        ends=SessionState.STOPPED,
        reason=Reason.RUNAWAY,
        top_kmh=None,
    ),
    Fault(
        name="has a high lowest speed",
        profile=replace(
            machine("fast_minimum"), motor=Motor(min_speed_kmh=1.3, speed_step_kmh=0.32)
        ),
        top_kmh=1.3,
    ),
    Fault(
        name="starts after 9 s and slows by 0.15 km/h a second",
        profile=replace(ORDINARY, motor=Motor(start_delay_s=9.0, ramp_down_kmh_s=0.15)),
    ),
    Fault(
        name="runs away while walking backward",
        profile=replace(ORDINARY, motor=Motor(max_speed_kmh=22.0)),
        at=SessionState.WALKING_BACKWARD,
        after_s=WALKS_S,
        strike=runs_off,
        ends=SessionState.STOPPED,
        reason=Reason.RUNAWAY,
        top_kmh=None,
    ),
    # The link
    *(
        Fault(name=f"loses the link while {state}", at=state, strike=link_drops)
        for state in (SessionState.IDLE, SessionState.WAITING, SessionState.PREPARING)
    ),
    *(
        Fault(
            name=f"loses the link while {state}",
            at=state,
            after_s=after_s,
            strike=link_drops,
            pauses=(Reason.LINK_LOST,),
        )
        for state, after_s in (
            (SessionState.WALKING_FORWARD, WALKS_S),
            (SessionState.WALKING_BACKWARD, WALKS_S),
            (SessionState.TURNING, 2.0),
            (SessionState.STANDING, 2.0),
        )
    ),
    Fault(
        name="loses the link while it starts",
        at=SessionState.WALKING_FORWARD,
        after_s=1.0,
        strike=link_drops,
        pauses=(Reason.LINK_LOST,),
    ),
    Fault(
        name="loses the link while paused",
        at=SessionState.WALKING_FORWARD,
        after_s=WALKS_S,
        strike=paused_and_link_drops,
        pauses=(Reason.ASKED,),
    ),
    Fault(
        name="loses the link while stopping",
        at=SessionState.WALKING_FORWARD,
        after_s=WALKS_S,
        strike=stopped_and_link_drops,
        ends=SessionState.STOPPED,
        reason=Reason.ASKED,
    ),
    Fault(
        name="loses the link while a fall is suspected",
        at=SessionState.WALKING_BACKWARD,
        after_s=WALKS_S,
        strike=fallen_and_link_drops,
        ends=SessionState.STOPPED,
        reason=Reason.FALL_CLEARED,
    ),
    Fault(name="loses the link once finished", at=SessionState.FINISHED, strike=link_drops),
    Fault(
        name="is out of range for 30 s",
        at=SessionState.WALKING_BACKWARD,
        after_s=WALKS_S,
        strike=out_of_range,
        pauses=(Reason.LINK_LOST,),
    ),
    Fault(
        name="refuses connections for 40 s",
        at=SessionState.WALKING_BACKWARD,
        after_s=WALKS_S,
        strike=refuses_for_40_s,
        pauses=(Reason.LINK_LOST,),
    ),
    Fault(
        name="refuses connections for 40 s while turning",
        at=SessionState.TURNING,
        after_s=12.0,
        strike=refuses_for_40_s,
        pauses=(Reason.LINK_LOST,),
    ),
    Fault(
        name="is handed over to another proxy",
        at=SessionState.WALKING_FORWARD,
        after_s=WALKS_S,
        strike=proxy_dies,
        pauses=(Reason.LINK_LOST,),
    ),
    # The console
    Fault(
        name="is started at its console before a walk is asked for",
        at=SessionState.IDLE,
        strike=console_start,
        ends=SessionState.STOPPED,
        reason=Reason.NOT_AT_REST,
        top_kmh=None,
    ),
    Fault(
        name="is started at its console instead of a word",
        at=SessionState.WAITING,
        strike=console_start,
    ),
    Fault(
        name="is started at its console while a countdown runs",
        at=SessionState.PREPARING,
        strike=console_start,
        pauses=(Reason.REFUSED,),  # our start meets a belt that starts
    ),
    Fault(
        name="is started at its console while it stops for a turn",
        at=SessionState.TURNING,
        strike=console_start,
    ),
    Fault(
        name="is started at its console when the turn is made",
        at=SessionState.TURNING,
        after_s=12.0,
        strike=console_start,
    ),
    Fault(
        name="is stopped at its console",
        at=SessionState.WALKING_FORWARD,
        after_s=WALKS_S,
        strike=console_stop,
        pauses=(Reason.CONSOLE_STOPPED,),
    ),
    Fault(
        name="is set above the cap at its console",
        at=SessionState.WALKING_FORWARD,
        after_s=WALKS_S,
        strike=console_faster,
        ends=SessionState.STOPPED,
        reason=Reason.RUNAWAY,
    ),
    Fault(
        name="is slowed at its console",
        at=SessionState.WALKING_BACKWARD,
        after_s=WALKS_S,
        strike=console_slower,
    ),
    Fault(
        name="loses its safety key",
        at=SessionState.WALKING_FORWARD,
        after_s=WALKS_S,
        strike=key_pulled,
        pauses=(Reason.KEY_OUT,),
    ),
    Fault(
        name="is taken by a second app",
        at=SessionState.WALKING_FORWARD,
        after_s=WALKS_S,
        strike=control_taken,
        pauses=(Reason.CONTROL_LOST,),
    ),
    # Home Assistant
    Fault(
        name="the loop is blocked for 2 s",
        at=SessionState.WALKING_FORWARD,
        after_s=WALKS_S,
        strike=loop_blocked,
        pauses=(Reason.LOOP_LAGGED,),
    ),
    Fault(
        name="the treadmill is reloaded",
        at=SessionState.WALKING_FORWARD,
        after_s=WALKS_S,
        strike=entry_reloaded,
        ends=SessionState.IDLE,
    ),
    Fault(
        name="the treadmill is removed",
        at=SessionState.WALKING_FORWARD,
        after_s=WALKS_S,
        strike=entry_removed,
        gone=True,
        ends=SessionState.STOPPED,
        reason=Reason.CLOSED,
    ),
    Fault(
        name="Home Assistant is shut down",
        at=SessionState.WALKING_FORWARD,
        after_s=WALKS_S,
        strike=shut_down,
        gone=True,
        ends=SessionState.STOPPED,
        reason=Reason.CLOSED,
    ),
    Fault(
        name="Home Assistant is killed",
        at=SessionState.WALKING_BACKWARD,
        after_s=WALKS_S,
        strike=killed,
        ends=SessionState.STOPPED,
        reason=Reason.RESTARTED,
    ),
    Fault(
        name="Home Assistant is killed and the machine then refuses",
        at=SessionState.WALKING_BACKWARD,
        after_s=WALKS_S,
        strike=killed_and_refused,
        ends=SessionState.STOPPED,
        reason=Reason.RESTARTED,
    ),
)
