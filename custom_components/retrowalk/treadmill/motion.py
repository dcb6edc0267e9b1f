"""Rest or motion: a pure state machine over reports, silence and what the belt was told."""

from enum import StrEnum

from ..belt import BeltMotion
from .profile import MachineProfile
from .watch import RISE_S, SpeedHistory

# A machine reports about once a second.
STALE_AFTER_S = 3.0
# Reports of 0 for so long, with the distance at rest, are rest: Merach sends single false zeros.
REST_S = 2.0
# What is said so soon after subscribing may be old.
SETTLING_S = 3.0
# So soon after it the belt was moved by the connection: starts were captured to take 3.2 s.
MOVED_BY_CONNECTING_S = 6.0
# A start that was called off may still spin the belt up (a WalkingPad PH4 begins after 2.5 s).
SPIN_UP_S = 5.0
# A belt that fell silent and reports again after so long was started anew.
SILENCE_IS_OVER_S = 10.0

AT_REST = frozenset({BeltMotion.STOPPED, BeltMotion.STOPPED_UNCONFIRMED})


class Rise(StrEnum):
    """Why a belt at rest began to move."""

    STARTED = "started"  # by our start
    CALLED_OFF = "called_off"  # by our start, which a stop had overtaken
    ON_CONNECTING = "on_connecting"  # by itself, when we connected
    AT_CONSOLE = "at_console"


class Motion:
    """What the belt does. Times are the clock's, and every call brings its own."""

    def __init__(self, profile: MachineProfile) -> None:
        """Know nothing: the belt may be moving."""
        self.now = BeltMotion.MAY_BE_MOVING
        self.rest_since_s: float | None = None
        self.linked_at_s: float | None = None
        self.record_at_s: float | None = None
        self.speed_kmh: float | None = None
        self.starting_since_s: float | None = None
        self.history = SpeedHistory(profile.ramp_kmh_per_s)
        self._profile = profile
        self._distance_m: float | None = None  # of the last report
        self._zero_since_s: float | None = None
        self._only_zeros = 0  # reports of 0 since subscribing, while there was nothing else
        self._called_off_at_s: float | None = None
        self._stopping_since_s: float | None = None
        self._rests_by_s = 0.0  # when the stop is over by the machine's ramp
        self._said_stopped_at_s: float | None = None
        self._power_off = False

    def linked(self, at_s: float) -> None:
        """Take the link as up: what was known of the belt is old."""
        self.linked_at_s = at_s
        self.record_at_s = self.rest_since_s = self._zero_since_s = None
        self._said_stopped_at_s = None
        self._only_zeros = 0
        self._power_off = False
        self.history.clear()
        self.judge(at_s)

    def unlinked(self, at_s: float) -> None:
        """Take the link as lost."""
        self.linked_at_s = self.starting_since_s = self.rest_since_s = None
        self.judge(at_s)

    def start(self, at_s: float) -> None:
        """Expect the belt to move: a start was sent."""
        self.starting_since_s = at_s
        self._stopping_since_s = self._called_off_at_s = None
        self.judge(at_s)

    def start_failed(self, at_s: float) -> None:
        """Expect no motion any more: the start was refused, or nothing came of it."""
        self.starting_since_s = None
        self.judge(at_s)

    def stop(self, at_s: float) -> None:
        """Expect the belt to slow down: a stop was sent, or somebody else stopped it."""
        if self.starting_since_s is not None:
            self.starting_since_s, self._called_off_at_s = None, at_s
            # Rest must be seen anew: the machine may still be about to move.
            self.rest_since_s = self._zero_since_s = at_s
        elif self.now in AT_REST or self._stopping_since_s is not None:
            return
        self._stopping_since_s = at_s
        self._rests_by_s = at_s + RISE_S + self._coasting_s()
        self.judge(at_s)

    def stop_failed(self, at_s: float) -> None:
        """Expect nothing more of the stop."""
        self._stopping_since_s = None
        self.judge(at_s)

    def said_stopped(self, at_s: float) -> None:
        """Note that the machine calls itself stopped."""
        self._said_stopped_at_s = at_s
        self.judge(at_s)

    def power_off(self) -> None:
        """Note that the machine's power switch is off."""
        self._power_off = True

    def start_overdue(self, at_s: float) -> bool:
        """Tell whether a start has come to nothing."""
        since_s = self.starting_since_s
        return since_s is not None and at_s - since_s > self._profile.start_takes_s

    def record(self, at_s: float, speed_kmh: float, distance_m: float | None) -> Rise | None:
        """Take a report; tell if and why a belt at rest began to move."""
        if not self.fresh(at_s):
            self.history.clear()
            if self.record_at_s is not None and at_s - self.record_at_s > SILENCE_IS_OVER_S:
                self._stopping_since_s = None
        rise = self._rise(at_s) if speed_kmh > 0 else None
        if speed_kmh > 0:
            self.rest_since_s = self._zero_since_s = self.starting_since_s = None
            self._only_zeros = -1
        elif self._zero_since_s is None:
            self.rest_since_s = self._zero_since_s = at_s
        elif distance_m is not None and distance_m > (self._distance_m or 0.0):
            self.rest_since_s = at_s
        if speed_kmh == 0 and self._only_zeros >= 0:
            self._only_zeros += 1
        self.record_at_s, self.speed_kmh, self._distance_m = at_s, speed_kmh, distance_m
        self.history.add(at_s, speed_kmh)
        self.judge(at_s)
        return rise

    def judge(self, at_s: float) -> None:
        """Judge the belt as of `at_s`; call it when nothing came, too."""
        self.now = self._judged(at_s)
        if self.now is BeltMotion.STOPPED:
            self._stopping_since_s = None

    def fresh(self, at_s: float) -> bool:
        """Tell whether there is a report to go by."""
        return (
            self.linked_at_s is not None
            and self.record_at_s is not None
            and at_s - self.record_at_s <= STALE_AFTER_S
        )

    def slowing(self, at_s: float) -> bool:
        """Tell whether the belt is seen to slow down, or must still be by the machine's ramp."""
        if not self.fresh(at_s):
            return self.history.falling and at_s <= (self.record_at_s or 0.0) + self._coasting_s()
        if self.speed_kmh:
            return self.history.falling
        # A setpoint of 0 is no rest while the distance goes on.
        return self.rest_since_s == self._zero_since_s or at_s <= self._rests_by_s

    def _judged(self, at_s: float) -> BeltMotion:
        if not self.fresh(at_s):
            if self.starting_since_s is not None and not self.fresh(self.starting_since_s):
                return BeltMotion.STARTING  # silent before: it speaks again once it moves
            if self._power_off or self._fell_silent(at_s):
                return BeltMotion.STOPPED_UNCONFIRMED
            return BeltMotion.MAY_BE_MOVING
        if self.speed_kmh:
            return BeltMotion.MOVING if self._stopping_since_s is None else BeltMotion.STOPPING
        if self.starting_since_s is not None:
            return BeltMotion.STARTING
        rested = (self.record_at_s or 0.0) - (self.rest_since_s or 0.0) >= REST_S
        spun_up = self._called_off_at_s is None or at_s - self._called_off_at_s >= SPIN_UP_S
        if rested and spun_up:
            return BeltMotion.STOPPED
        if self._stopping_since_s is not None:
            return BeltMotion.STOPPING
        return BeltMotion.MAY_BE_MOVING if self.now is BeltMotion.STOPPED else self.now

    def _rise(self, at_s: float) -> Rise | None:
        """Tell why the belt begins to move, if it was known to be at rest."""
        if self.starting_since_s is not None:
            return Rise.STARTED
        if self._zero_since_s is None and self.now is not BeltMotion.STOPPED_UNCONFIRMED:
            return None
        called_off_at_s = self._called_off_at_s
        if called_off_at_s is not None and at_s - called_off_at_s <= self._profile.start_takes_s:
            return Rise.CALLED_OFF
        # One zero alone may be a false one.
        settled = self.linked_at_s is not None and at_s - self.linked_at_s >= MOVED_BY_CONNECTING_S
        if not settled:
            return Rise.ON_CONNECTING if self._only_zeros > 1 else None
        return Rise.AT_CONSOLE if self.now in AT_REST else None

    def _fell_silent(self, at_s: float) -> bool:
        """Tell whether the silence is a machine's way to stop.

        The speed fell, then nothing came while the link held, then the machine said "stopped".
        Machines known to do so (T318) may be silent at once and say it before.
        """
        if self.linked_at_s is None or self._said_stopped_at_s is None:
            return False
        if self.record_at_s is None:
            return self._profile.silent_stop
        if at_s < self.record_at_s + self._coasting_s():
            return False
        if self._profile.silent_stop:
            return self._said_stopped_at_s >= (self._stopping_since_s or self.record_at_s)
        return self.history.falling and self._said_stopped_at_s >= self.record_at_s

    def _coasting_s(self) -> float:
        """Return how long the belt takes from its last reported speed to 0."""
        return (self.speed_kmh or 0.0) / self._profile.ramp_kmh_per_s
