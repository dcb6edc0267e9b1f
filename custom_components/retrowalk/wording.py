"""An alert's messages in words and buttons, for the companion app on iOS and Android."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .people import People
from .phones import ATTR_ACTION, CLEAR_NOTIFICATION, Push
from .safety.alert_messages import Action, ActionKind, Message, MessageKind

# Sound through silence and "do not disturb", at once, and again for a message that replaces one.
CRITICAL_IOS = {
    "sound": {"name": "default", "critical": 1, "volume": 1.0},
    "interruption-level": "critical",
}
CRITICAL_ANDROID = {"channel": "alarm_stream"}
CALM_IOS = {"interruption-level": "time-sensitive"}
CALM_ANDROID = {"channel": "Retrowalk"}
AT_ONCE_ANDROID = {"ttl": 0, "priority": "high", "sticky": "true"}


@dataclass(frozen=True, kw_only=True)
class Wording:
    """The words of one walker's messages, in the language of the house."""

    texts: Mapping[str, str]
    people: People
    number: str | None  # to call the walker

    def text(self, key: str, who: str | None = None, **more: str) -> str:
        """Return a text with the names filled in; a text that is missing holds nothing up."""
        text = self.texts.get(f"component.{DOMAIN}.common.{key}", key)
        who = self.people.name(who) or "?"
        return text.format(walker=self.people.walker_name, who=who, **more)

    def title(self, message: Message) -> str:
        """Return a message's title."""
        return self._of("title", message)

    def body(self, message: Message) -> str:
        """Return what a message says."""
        return self._of("text", message)

    def push(self, message: Message) -> Push:
        """Return a message as the companion app takes it."""
        if message.kind is MessageKind.CLEAR:
            return Push(message=CLEAR_NOTIFICATION, data={"tag": message.tag})
        buttons = [self._button(action) for action in message.actions]
        return Push(
            title=self.title(message),
            message=self.body(message),
            data={
                "tag": message.tag,
                "push": CRITICAL_IOS if message.critical else CALM_IOS,
                **AT_ONCE_ANDROID,
                **(CRITICAL_ANDROID if message.critical else CALM_ANDROID),
                "actions": [button for button in buttons if button],
            },
        )

    def _of(self, part: str, message: Message) -> str:
        """Return a part of a message: as its alert is about, where that makes a difference."""
        key = f"{part}_{message.kind}"
        special = f"{key}_{message.alert or 'test'}"
        known = f"component.{DOMAIN}.common.{special}" in self.texts
        return self.text(special if known else key, message.who)

    def _button(self, action: Action) -> dict[str, Any] | None:
        """Return a button; none to call where no number is known."""
        title = self.text(f"button_{action.kind}")
        if action.kind is not ActionKind.CALL:
            return {ATTR_ACTION: action.action_id, "title": title}
        if not self.number:
            return None
        return {ATTR_ACTION: "URI", "title": title, "uri": f"tel:{self.number}"}


async def async_wording(hass: HomeAssistant, people: People, number: str | None) -> Wording:
    """Return the wording in the language of the house; it is cached after the first time."""
    texts = await async_get_translations(hass, hass.config.language, "common", {DOMAIN})
    return Wording(texts=texts, people=people, number=number)
