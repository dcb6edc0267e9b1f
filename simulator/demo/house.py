"""The folder of the demo's Home Assistant, and running it in this process."""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
import json
from pathlib import Path
import shutil
import socket
import sys
from typing import override
from unittest.mock import patch

from bluetooth_adapters import AdapterDetails, BluetoothAdapters
from homeassistant import bootstrap, runner
from homeassistant.components import bluetooth, zeroconf
from homeassistant.components.http import config as http_config
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import HassJob, HomeAssistant, callback

from ..virtual_time import ScaledTimeLoop

LOOPBACK = "127.0.0.1"
CONFIGURATION = Path(__file__).with_name("configuration.yaml")
TOKEN = "token"  # noqa: S105  the name of a file


class DemoError(Exception):
    """The demo cannot go on; its text says why, and what to do."""


class _NoAdapters(BluetoothAdapters):
    """The adapters of a machine that has none: the demo hears the virtual radio alone."""

    @property
    @override
    def adapters(self) -> dict[str, AdapterDetails]:
        return {}

    @property
    @override
    def default_adapter(self) -> str:
        return ""


def new_loop() -> ScaledTimeLoop:
    """Return a loop as Home Assistant wants it, with a clock that can run faster."""
    loop = ScaledTimeLoop()
    runner.configure_event_loop(loop)
    return loop


def speed_up(times: float) -> None:
    """Let the running loop's clock go `times` as fast as the machine's from now on."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, ScaledTimeLoop)
    loop.speed_up = times


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.create_server((LOOPBACK, 0)) as server:
        port: int = server.getsockname()[1]
        return port


def prepare(folder: Path, port: int) -> None:
    """Make `folder` one that Home Assistant can run from, and listens on `port` alone."""
    configuration = folder / CONFIGURATION.name
    marker = CONFIGURATION.read_text().splitlines()[0]
    if folder.exists() and any(folder.iterdir()):
        if not configuration.exists() or not configuration.read_text().startswith(marker):
            raise DemoError(f"{folder} holds something else: choose another by --config")
        if not (folder / TOKEN).exists():  # The first run was not finished.
            shutil.rmtree(folder / ".storage")
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError as error:
        raise DemoError(f"port {port} is in use: choose another by --port") from error
    storage = folder / ".storage"
    storage.mkdir(parents=True, exist_ok=True)
    shutil.copy(CONFIGURATION, configuration)
    (folder / "dashboard.yaml").touch()
    # An `http:` block in configuration.yaml would be on trial, and taken back after 5 minutes.
    server = http_config.HTTP_STORAGE_SCHEMA({"server_host": [LOOPBACK], "server_port": port})
    server |= {"created_at": "2026-01-01T00:00:00+00:00", "error": None, "error_message": None}
    stored = {
        "version": http_config.STORAGE_VERSION,
        "minor_version": http_config.STORAGE_MINOR_VERSION,
        "key": http_config.STORAGE_KEY,
        "data": {"stable": server, "pending": None, "yaml_migration_done": True},
    }
    (storage / http_config.STORAGE_KEY).write_text(json.dumps(stored))


@contextmanager
def _within_this_machine() -> Generator[None]:
    """Keep Home Assistant from real Bluetooth, and its look-ups of names from the network."""
    quiet = {"interfaces": [LOOPBACK], "unicast": True}
    with (
        patch.object(bluetooth, "get_adapters", _NoAdapters),
        patch.object(zeroconf, "_async_get_zc_args", lambda _: quiet),
    ):
        yield


@asynccontextmanager
async def home_assistant(folder: Path) -> AsyncIterator[tuple[HomeAssistant, asyncio.Task[int]]]:
    """Run Home Assistant in `folder`; yields it once started, and the task that runs it.

    It is stopped on leaving, and then its clock goes at the machine's own pace.
    """
    with _within_this_machine(), runner.ensure_single_execution(str(folder)) as lock:
        if lock.exit_code is not None:
            raise DemoError(f"another demo runs in {folder}")
        config = runner.RuntimeConfig(config_dir=str(folder), skip_pip=True, log_no_color=True)
        hass = await bootstrap.async_setup_hass(config)
        if hass is None or hass.config.recovery_mode:
            raise DemoError(f"Home Assistant did not start: see {folder}/home-assistant.log")
        sys.excepthook = sys.__excepthook__  # Its own would hide our errors in its log.
        # In front of all others, the belt's stop among them.
        hass.async_add_shutdown_job(HassJob(callback(lambda: speed_up(1)), "slow down"))
        started = asyncio.Event()
        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STARTED, callback(lambda _: started.set()))
        running = asyncio.create_task(hass.async_run())
        try:
            await started.wait()
            yield hass, running
        finally:
            if not running.done():
                await hass.async_stop()
            await running
