"""The demo in a real browser: a newcomer presses Start, confirms, and sees the belt walk."""

from collections.abc import Callable, Iterator
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no browser here: script/test brings one"),
    pytest.mark.timeout(240),
]


@pytest.fixture
def address(
    tmp_path: Path, socket_enabled: None, unused_tcp_port_factory: Callable[[], int]
) -> Iterator[str]:
    """Run the demo on a free port, eight times as fast as life, and stop it afterwards."""
    port = unused_tcp_port_factory()
    command = [sys.executable, "-m", "simulator.demo"]
    options = ["--config", str(tmp_path), "--port", str(port), "--speed-up", "8"]
    with subprocess.Popen(  # noqa: S603
        [*command, *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if "Ctrl-C" in line:
                break
        yield f"http://127.0.0.1:{port}"
        demo.send_signal(signal.SIGINT)
        demo.wait(60)


def test_first_walk(address: str, tmp_path: Path) -> None:
    """Every step of the newcomer's way is reached, and no script of the page fails."""
    node = shutil.which("node")
    assert node is not None
    walked = subprocess.run(  # noqa: S603
        [node, str(HERE / "first_walk.mjs"), address, str(tmp_path / "pictures")],
        env={**os.environ, "CHROMIUM": str(CHROMIUM), "FRAMES": "4"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert walked.returncode == 0, walked.stderr
    assert (tmp_path / "pictures" / "stopped.png").stat().st_size > 0
