"""What keeps an alert from reaching anybody, on the list of repairs."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval

from .const import DOMAIN
from .phones import reachable_from_outside
from .runtime import RetrowalkConfigEntry
from .safety.alert_messages import AlertState

if TYPE_CHECKING:
    from .alerting import Alerting

LOOK_EVERY = timedelta(hours=6)  # a test grows old by itself, and an address may be taken away
UNDELIVERED = "alert_undelivered"
TEST_DUE = "test_alert_due"
NO_CONTACTS = "no_contacts"
NO_EXTERNAL_URL = "no_external_url"
ALL = (UNDELIVERED, TEST_DUE, NO_CONTACTS, NO_EXTERNAL_URL)


@callback
def forget_alert_issues(hass: HomeAssistant, entry: RetrowalkConfigEntry) -> None:
    """Leave nothing behind of a walker that is removed."""
    for issue in ALL:
        ir.async_delete_issue(hass, DOMAIN, f"{issue}_{entry.entry_id}")


class AlertIssues:
    """The repairs of one walker."""

    def __init__(
        self, hass: HomeAssistant, entry: RetrowalkConfigEntry, alerting: Alerting
    ) -> None:
        """Belong to the walker's entry."""
        self._hass = hass
        self._entry = entry
        self._alerting = alerting
        self._stop_looking: CALLBACK_TYPE = lambda: None

    @callback
    def start(self) -> None:
        """Look now, and again in a while."""
        self.follow()
        self._stop_looking = async_track_time_interval(self._hass, self._look, LOOK_EVERY)

    @callback
    def stop(self) -> None:
        """Leave no timer behind."""
        self._stop_looking()

    @callback
    def follow(self) -> None:
        """Show what stands in an alert's way now, and take back what does not."""
        road, people = self._alerting.road, self._alerting.people
        if self._alerting.view.state is AlertState.UNDELIVERED:
            self._show(UNDELIVERED, True, ir.IssueSeverity.CRITICAL)
        elif self._alerting.view.is_open or road.known_good:
            self._show(UNDELIVERED, False)  # it got through after all, or would now
        self._show(NO_CONTACTS, not people.contacts)
        names = ", ".join(people.name(each) or each for each in road.to_test)
        self._show(TEST_DUE, bool(road.to_test), contacts=names)
        reachable = reachable_from_outside(self._hass)
        self._show(NO_EXTERNAL_URL, bool(people.contacts) and not reachable)

    @callback
    def _look(self, _now: datetime) -> None:
        self.follow()

    def _show(
        self,
        issue: str,
        shown: bool,
        severity: ir.IssueSeverity = ir.IssueSeverity.WARNING,
        **placeholders: str,
    ) -> None:
        issue_id = f"{issue}_{self._entry.entry_id}"
        if not shown:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            data={"entry_id": self._entry.entry_id},
            is_fixable=issue == TEST_DUE,
            is_persistent=issue == UNDELIVERED,
            severity=severity,
            translation_key=issue,
            translation_placeholders={"walker": self._entry.title, **placeholders},
        )
