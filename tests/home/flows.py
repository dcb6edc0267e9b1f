"""Answering config and options flows as the frontend does, and reading what they say."""

import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigFlowContext,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
from probatio import Schema

from custom_components import retrowalk
from custom_components.retrowalk.const import DOMAIN

TEXTS = json.loads((Path(retrowalk.__file__).parent / "translations/en.json").read_text())


def assert_named(schema: Schema, texts: dict[str, Any]) -> None:
    """See that each field has label and description, in sections too."""
    for field, kind in schema.schema.items():
        if isinstance(kind, section):
            assert_named(kind.schema, texts["sections"][field])
        else:
            assert texts["data"][field]
            assert texts["data_description"][field]


def in_words(flow: ConfigFlowResult, area: str = "config") -> ConfigFlowResult:
    """See that all that a step shows has its words: fields, choices, errors, reasons."""
    texts = TEXTS[area]
    match flow["type"]:
        case FlowResultType.FORM:
            assert flow["data_schema"] is not None
            assert_named(flow["data_schema"], texts["step"][flow["step_id"]])
            assert set((flow["errors"] or {}).values()) <= texts["error"].keys()
        case FlowResultType.MENU:
            options: set[str] = set(flow["menu_options"])  # type: ignore[call-overload]
            assert options <= texts["step"][flow["step_id"]]["menu_options"].keys()
        case FlowResultType.ABORT:
            assert flow["reason"] in texts["abort"]
    return flow


def found(hass: HomeAssistant) -> list[str]:
    """Return the names of what waits to be set up."""
    return [
        flow["context"]["title_placeholders"]["name"]
        for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    ]


async def discovered(hass: HomeAssistant) -> ConfigFlowResult:
    """Open what was found in the air."""
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    return in_words(await hass.config_entries.flow.async_configure(flow["flow_id"]))


async def add_by_hand(hass: HomeAssistant) -> ConfigFlowResult:
    """Press "Add integration"."""
    await hass.async_block_till_done()
    return in_words(
        await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    )


async def reconfigure(hass: HomeAssistant, entry: ConfigEntry) -> ConfigFlowResult:
    """Press "Reconfigure"."""
    context = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=entry.entry_id)
    return in_words(await hass.config_entries.flow.async_init(DOMAIN, context=context))


async def answer(hass: HomeAssistant, flow: ConfigFlowResult, **answers: Any) -> ConfigFlowResult:
    """Fill in a step, and let follow what follows."""
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], answers)
    await hass.async_block_till_done()
    return in_words(result)


async def choose(hass: HomeAssistant, flow: ConfigFlowResult, option: str) -> ConfigFlowResult:
    """Choose from a menu."""
    return await answer(hass, flow, next_step_id=option)


async def set_options(hass: HomeAssistant, entry: ConfigEntry, **answers: Any) -> ConfigFlowResult:
    """Open an entry's options and fill them in."""
    flow = in_words(await hass.config_entries.options.async_init(entry.entry_id), "options")
    result = await hass.config_entries.options.async_configure(flow["flow_id"], answers)
    await hass.async_block_till_done()
    return in_words(result, "options")


def suggested(flow: ConfigFlowResult) -> dict[str, Any]:
    """Return what a form shows before anything is filled in."""
    schema = flow["data_schema"]
    assert schema is not None
    return {
        str(field): (field.description or {}).get("suggested_value")
        for field in schema.schema
        if (field.description or {}).get("suggested_value") is not None
    }
