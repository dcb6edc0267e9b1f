"""What a walker has at run time because of what may happen: an alert, and whom it tells."""

from abc import abstractmethod
from datetime import datetime
from typing import TYPE_CHECKING, override

from homeassistant.core import HomeAssistant, callback

from .alert_issues import AlertIssues
from .alerting import Alerting
from .const import CONF_TREADMILL
from .errors import refused
from .program.states import SessionView
from .registry import registry
from .runtime import RetrowalkConfigEntry, Runtime
from .safety.alert_messages import WALKER, AlertKind
from .walk_push import WalkPush

if TYPE_CHECKING:
    from .treadmill_runtime import TreadmillRuntime


class AlarmedRuntime(Runtime):
    """Somebody who may need help."""

    def __init__(self, hass: HomeAssistant, entry: RetrowalkConfigEntry) -> None:
        """Belong to `entry`."""
        super().__init__(hass, entry)
        self.alerting = Alerting(hass, entry, self._alert_changed)
        self._issues = AlertIssues(hass, entry, self.alerting)
        self._walk_push = WalkPush(hass, entry, self.alerting)

    @property
    @abstractmethod
    def view(self) -> SessionView:
        """The session of this walker."""

    @abstractmethod
    def wall_time(self, at_s: float | None) -> datetime | None:
        """Return a time of the session's clock as the time on the wall."""

    @abstractmethod
    def stop(self) -> None:
        """Stop the belt that this walker is on."""

    @abstractmethod
    def leave_fall_behind(self) -> None:
        """End a session that was broken off by a fall; the belt stays still."""

    @override
    async def async_start(self) -> None:
        """Go on with an alert that was open, and with what was not asked yet."""
        await self.alerting.async_start()
        self._issues.start()
        for treadmill in registry(self.hass).treadmills.values():
            treadmill.ask_walker()

    @override
    async def async_stop(self) -> None:
        """Leave nothing behind but what is on the disk."""
        self._issues.stop()
        await self.alerting.async_stop()

    @override
    @callback
    def changed(self) -> None:
        """Tell of the walk too."""
        view = self.view
        self._walk_push.follow(view, self.wall_time(view.session_ends_s))
        super().changed()

    @override
    @callback
    def entry_updated(self) -> None:
        """Let an open alert know of new contacts at once, and a session of nothing."""
        self.alerting.read_contacts()
        super().entry_updated()

    @callback
    def im_ok(self, by: str = WALKER) -> None:
        """Say that nothing happened: the alert ends, and the belt stays still."""
        self.alerting.alert.im_ok(by)
        self.leave_fall_behind()

    @callback
    def call_for_help(self) -> None:
        """Stop the belt, and tell the family at once."""
        if self.busy:
            self.stop()
        self.alerting.alert.raise_alert(AlertKind.HELP)

    @callback
    def acknowledge_alert(self, by: str) -> None:
        """Say that `by` is coming."""
        if not self.alerting.view.is_open:
            raise refused("no_alert")
        self.alerting.alert.acknowledge(by)

    @callback
    def send_test_alert(self) -> None:
        """Ask all contacts whether it rang."""
        if not self.alerting.people.contacts:
            raise refused("no_contacts", walker=self.entry.title)
        self.alerting.road.start()

    @callback
    def alarmed_on(self, treadmill: TreadmillRuntime) -> bool:
        """Tell whether an alert is open, and this walker may still be on that belt."""
        own = self.unique_id == treadmill.walker_id
        own |= self.entry.data[CONF_TREADMILL] == treadmill.unique_id
        return own and self.alerting.view.is_open

    @callback
    def refuse_if_alarmed(self, treadmill: TreadmillRuntime) -> None:
        """Leave a belt stopped that somebody may be lying on."""
        if (walker := registry(self.hass).alarmed_on(treadmill)) is not None:
            raise refused("alert_open", walker=walker.entry.title)

    @callback
    def _alert_changed(self) -> None:
        """Show the alert; where a person has ended it, the session is left behind too."""
        if not self.alerting.view.is_open:
            self.leave_fall_behind()
        self._issues.follow()
        self.changed()
