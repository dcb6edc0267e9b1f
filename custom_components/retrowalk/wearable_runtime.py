"""A wearable at run time: linked only while somebody needs it, and heard by that walker's guard."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, override

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.storage import Store

from .const import CONF_PLACEMENT, CONF_SOURCE, DOMAIN, Kind, Source
from .registry import registry
from .runtime import RetrowalkConfigEntry, Runtime
from .safety.guard import Guard
from .safety.thresholds import Placement
from .samples import MotionSample, StepSample
from .wearable.state import Listeners, Problem, WearableState
from .wearable.wearable import Wearable
from .wearable_sources import SOURCES

STORE_VERSION = 1
SAVE_DELAY_S = 30.0


class WearableRuntime(Runtime):
    """One pod, strap, phone or watch, or an entity that counts steps."""

    def __init__(self, hass: HomeAssistant, entry: RetrowalkConfigEntry) -> None:
        """Listen to nothing yet."""
        super().__init__(hass, entry)
        self.placement = Placement(entry.data[CONF_PLACEMENT])
        self.listeners = Listeners(
            on_motion=self._moved, on_step=self._stepped, on_state=self._state_changed
        )
        self.wearable: Wearable
        self._store: Store[dict[str, int]] = Store(
            hass, STORE_VERSION, f"{DOMAIN}.{entry.entry_id}"
        )
        self._remove_shutdown_job: CALLBACK_TYPE = lambda: None
        self._problem: Problem | None = None
        self._link_changes = asyncio.Lock()
        self._guards: dict[Guard, Callable[[], None]] = {}

    @property
    def state(self) -> WearableState:
        """What is known of it now."""
        return self.wearable.state

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """Describe the wearable, as far as it has said what it is."""
        info = self.state.info
        return DeviceInfo(
            identifiers={(DOMAIN, self.unique_id)},
            name=self.entry.title,
            manufacturer=info.maker,
            model=info.model,
            model_id=Kind.WEARABLE,
            sw_version=info.firmware,
        )

    @property
    @override
    def busy(self) -> bool:
        """Whether a session needs it."""
        return bool(self._guards)

    @property
    @override
    def diagnostics(self) -> Mapping[str, Any]:
        """Return what it is known to be and do, and what it sent that could not be read."""
        kept = ("dropped", "malformed", "late", "verdicts", "sensors", "last_error")
        return {
            "placement": self.placement,
            "state": asdict(self.state),
            **{name: repr(getattr(self.wearable, name, None)) for name in kept},
        }

    @override
    async def async_start(self) -> None:
        """Take the place in the registry; the steps so far are kept over restarts."""
        kept = await self._store.async_load() or {}
        self.wearable = SOURCES[Source(self.entry.data[CONF_SOURCE])](self, kept.get("steps", 0))
        registry(self.hass).wearables[self.unique_id] = self
        self._remove_shutdown_job = self.hass.async_add_shutdown_job(
            HassJob(self.wearable.close, f"let go of {self.entry.title}")
        )
        if self._comes_by_itself:
            await self.wearable.open()

    @property
    def _comes_by_itself(self) -> bool:
        """Whether it costs no radio and no battery of ours to listen at all times."""
        return Source(self.entry.data[CONF_SOURCE]) in {Source.PHONE, Source.ENTITY}

    @callback
    def at_end(self, action: CALLBACK_TYPE) -> None:
        """Do `action` when the entry is unloaded."""
        self.entry.async_on_unload(action)

    @override
    async def async_stop(self) -> None:
        """Let go of it; a session that needs it will find it lost."""
        self._remove_shutdown_job()
        del registry(self.hass).wearables[self.unique_id]
        await self.wearable.close()
        await self._store.async_save({"steps": self.state.steps})

    # What a session needs of it

    @property
    def live(self) -> bool:
        """Whether it is heard now."""
        return self.state.streaming

    @property
    def shows_standing(self) -> bool:
        """Whether it shows the walker standing."""
        return self.live and self.state.walking is False

    @callback
    def serve(self, guard: Guard, look: Callable[[], None]) -> CALLBACK_TYPE:
        """Let `guard` hear it, and call `look` at every change, until the returned is called."""
        self._guards[guard] = look
        self.in_background(self._async_follow_guards())

        def leave() -> None:
            del self._guards[guard]
            self.in_background(self._async_follow_guards())

        look()
        return leave

    async def _async_follow_guards(self) -> None:
        """Hold the link while a guard needs it; a second walk may begin while it is let go."""
        if self._comes_by_itself:
            return
        async with self._link_changes:
            if self._guards:
                await self.wearable.open()
            else:
                await self.wearable.close()

    @callback
    def fell(self) -> None:
        """Hand on the word of a sensor that sees falls by itself."""
        for guard in self._guards:
            guard.on_fall(self.unique_id)

    @callback
    def _moved(self, sample: MotionSample) -> None:
        """Hand a sample to whoever guards: a direct call, in the turn in which it came."""
        for guard in self._guards:
            guard.on_motion(self.unique_id, sample)

    @callback
    def _stepped(self, sample: StepSample) -> None:
        """Hand steps to whoever guards."""
        for guard in self._guards:
            guard.on_step(self.unique_id, sample)

    @callback
    def _state_changed(self, state: WearableState) -> None:
        """Show what is new, and keep the steps."""
        for look in tuple(self._guards.values()):
            look()
        self._store.async_delay_save(lambda: {"steps": self.state.steps}, SAVE_DELAY_S)
        if state.problem is not self._problem:
            self._problem = state.problem
            self._show_problem()
        self.changed()

    @callback
    def _show_problem(self) -> None:
        """Say what keeps it from being of use, and take that back when it is over."""
        issue_id = f"wearable_{self.entry.entry_id}"
        if self._problem is None:
            ir.async_delete_issue(self.hass, DOMAIN, issue_id)
            return
        ir.async_create_issue(
            self.hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=f"wearable_{self._problem}",
            translation_placeholders={"wearable": self.entry.title},
        )
