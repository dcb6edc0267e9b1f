"""The folder that the demo runs in."""

import json
from pathlib import Path
import socket

import pytest

from simulator.demo.house import DemoError, free_port, prepare

pytestmark = pytest.mark.usefixtures("socket_enabled")


def test_a_new_folder_listens_on_the_loopback_alone(tmp_path: Path) -> None:
    """It has a configuration, and a server that is not on trial."""
    port = free_port()
    prepare(tmp_path / "new", port)
    stored = json.loads((tmp_path / "new/.storage/http").read_text())["data"]
    assert stored["stable"]["server_host"] == ["127.0.0.1"]
    assert stored["stable"]["server_port"] == port
    assert stored["pending"] is None


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    """A real Home Assistant's folder is neither changed nor emptied."""
    (tmp_path / "configuration.yaml").write_text("default_config:\n")
    (tmp_path / ".storage").mkdir()
    (tmp_path / ".storage/auth").write_text("precious")
    with pytest.raises(DemoError, match="--config"):
        prepare(tmp_path, free_port())
    assert (tmp_path / "configuration.yaml").read_text() == "default_config:\n"
    assert (tmp_path / ".storage/auth").read_text() == "precious"


@pytest.mark.parametrize("finished", [True, False])
def test_only_a_first_run_that_was_not_finished_begins_anew(tmp_path: Path, finished: bool) -> None:
    """The token is what a finished one leaves behind."""
    prepare(tmp_path, free_port())
    (tmp_path / ".storage/auth").touch()
    if finished:
        (tmp_path / "token").touch()
    prepare(tmp_path, free_port())
    assert (tmp_path / ".storage/auth").exists() is finished


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """Home Assistant would fall back to another, on every interface."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(DemoError, match="--port"),
    ):
        prepare(tmp_path, server.getsockname()[1])
    assert not list(tmp_path.iterdir())
