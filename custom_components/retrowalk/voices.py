"""The voice and the light of an alert in the house: satellites, speakers, and one light."""

import asyncio
from collections.abc import Callable, Mapping
import logging
from typing import Any

from homeassistant.const import ATTR_ENTITY_ID, ATTR_SUPPORTED_FEATURES
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .const import CONF_LIGHT, CONF_SATELLITES, CONF_SPEAKERS, CONF_TTS
from .safety.alert_messages import IN_ROUNDS, AlertState, AlertView
from .wording import Wording

FLASHING = IN_ROUNDS | {AlertState.ASKING}
# One flash a second: three is the most that does not harm people with epilepsy (WCAG 2.3.1).
FLASH_HALF_S = 0.5
# A satellite that listens and hears nothing gives up by itself; one that hangs is given up here.
LISTENING_S = 25.0
OK, HELP = "ok", "help"
# AssistSatelliteEntityFeature, which is not imported: Assist may be broken, and alerts go on.
START_CONVERSATION = 2
ASK_QUESTION = "assist_satellite.ask_question"
BRIGHT = {"brightness_pct": 100}

_LOGGER = logging.getLogger(__name__)


class Voices:
    """What speaks and shines for one walker's alert."""

    def __init__(
        self, hass: HomeAssistant, options: Mapping[str, Any], on_answer: Callable[[bool], None]
    ) -> None:
        """Speak by the entities of `options`; `on_answer` takes "I'm OK" (True) or "help"."""
        self._hass = hass
        self._options = options
        self._on_answer = on_answer
        self._listening: set[str] = set()
        self._loudness_before: dict[str, float] = {}
        self._cancel_flash: CALLBACK_TYPE | None = None

    @callback
    def follow(self, view: AlertView) -> None:
        """Flash while somebody should look; then leave the light on, for who comes to help."""
        flashing = self._cancel_flash is not None
        if view.state in FLASHING and not flashing and CONF_LIGHT in self._options:
            self._flash(True)
        elif view.state not in FLASHING and flashing:
            self.stop()
            self._do("light.turn_on", self._options[CONF_LIGHT], **BRIGHT)
        if view.state is not AlertState.ASKING:
            self._restore_loudness()

    @callback
    def stop(self) -> None:
        """Leave no timer behind."""
        if self._cancel_flash is not None:
            self._cancel_flash()
            self._cancel_flash = None

    async def async_ask(self, wording: Wording, loudness: float) -> None:
        """Ask "Are you OK?" on all satellites and speakers, as loud as wanted."""
        question = wording.text("ask_aloud")
        sentences = {
            each: [one.strip() for one in wording.text(f"say_{each}").split(";")]
            for each in (OK, HELP)
        }
        satellites = self._options.get(CONF_SATELLITES, ())
        speakers = self._options.get(CONF_SPEAKERS, ())
        await asyncio.gather(
            *(self._async_ask_satellite(each, question, sentences) for each in satellites),
            *(self._async_ask_speaker(each, question, loudness) for each in speakers),
        )

    async def _async_ask_satellite(
        self, entity_id: str, question: str, sentences: Mapping[str, list[str]]
    ) -> None:
        """Ask, and listen for the answer where the satellite can without a wake word."""
        state = self._hass.states.get(entity_id)
        if state is None or entity_id in self._listening:
            return
        features = state.attributes.get(ATTR_SUPPORTED_FEATURES, 0)
        if not features & START_CONVERSATION:
            await self._async_do("assist_satellite.announce", entity_id, message=question)
            return
        self._listening.add(entity_id)
        try:
            async with asyncio.timeout(LISTENING_S):
                answer = await self._async_do(
                    ASK_QUESTION,
                    entity_id,
                    question=question,
                    answers=[{"id": each, "sentences": said} for each, said in sentences.items()],
                )
        except TimeoutError:
            return
        finally:
            self._listening.discard(entity_id)
        if (said := (answer or {}).get("id")) in {OK, HELP}:
            self._on_answer(said == OK)

    async def _async_ask_speaker(self, entity_id: str, question: str, loudness: float) -> None:
        """Ask by a media player, louder than it was."""
        if CONF_TTS not in self._options or (state := self._hass.states.get(entity_id)) is None:
            return
        if (before := state.attributes.get("volume_level")) is not None:
            self._loudness_before.setdefault(entity_id, before)
        await self._async_do("media_player.volume_set", entity_id, volume_level=loudness)
        await self._async_do(
            "tts.speak",
            self._options[CONF_TTS],
            media_player_entity_id=entity_id,
            message=question,
        )

    @callback
    def _restore_loudness(self) -> None:
        """Make speakers as loud as they were."""
        while self._loudness_before:
            entity_id, loudness = self._loudness_before.popitem()
            self._do("media_player.volume_set", entity_id, volume_level=loudness)

    @callback
    def _flash(self, on: bool) -> None:
        """Switch the light, and the other way in half a second."""
        action, how = ("light.turn_on", BRIGHT) if on else ("light.turn_off", {})
        self._do(action, self._options[CONF_LIGHT], **how)
        handle = self._hass.loop.call_later(FLASH_HALF_S, self._flash, not on)
        self._cancel_flash = handle.cancel

    @callback
    def _do(self, action: str, entity_id: str, **data: Any) -> None:
        """Do something that nobody waits for."""
        self._hass.async_create_background_task(
            self._async_do(action, entity_id, **data), f"{action} for an alert"
        )

    async def _async_do(self, action: str, entity_id: str, **data: Any) -> Mapping[str, Any] | None:
        """Call an action; a voice or a light that fails is not all there is."""
        domain, name = action.split(".")
        try:
            return await self._hass.services.async_call(
                domain,
                name,
                {ATTR_ENTITY_ID: entity_id, **data},
                blocking=True,
                return_response=action == ASK_QUESTION,
            )
        except HomeAssistantError as error:
            _LOGGER.info("%s of %s: %s", action, entity_id, error)
            return None
