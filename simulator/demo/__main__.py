"""Run Home Assistant on this machine alone, with a virtual treadmill beside it."""

import argparse
import asyncio
import json
import logging
import os
from pathlib import Path
import sys
import tempfile
import time
from typing import Any

from homeassistant.const import RESTART_EXIT_CODE

from ..profiles import PROFILES
from .check import Check
from .ear import Ear
from .home import open_home
from .house import TOKEN, DemoError, free_port, new_loop, speed_up
from .onboarding import PASSWORD, USER

STARTED_S = time.monotonic()


def say(text: str) -> None:
    """Tell of progress, on standard error."""
    print(f"{time.monotonic() - STARTED_S:6.1f} s  {text}", file=sys.stderr, flush=True)


def times(text: str) -> float:
    """Read how many times as fast time is to go."""
    value = float(text)
    if not 0.1 <= value <= 100:
        raise argparse.ArgumentTypeError("0.1 to 100")
    return value


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="script/demo", description=__doc__)
    parser.add_argument("--port", type=int, help="on the loopback: 8123, for a check a free one")
    parser.add_argument(
        "--config",
        type=Path,
        metavar="DIR",
        help="Home Assistant's folder, kept: .demo, for a check one that is thrown away",
    )
    parser.add_argument(
        "--speed-up",
        type=times,
        metavar="N",
        help="let time go N times as fast: 1, for a check 20",
    )
    parser.add_argument(
        "--treadmill",
        choices=PROFILES,
        default="fitshow",
        metavar="PROFILE",
        help="how the treadmill behaves, one of: %(choices)s",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="walk a program without anybody, and print one JSON object of what happened",
    )
    return parser.parse_args()


async def demo(folder: Path, port: int, profile: str, speed: float) -> int:
    """Run until somebody stops it; return Home Assistant's exit code."""
    async with open_home(folder, port, profile, say) as home:
        speed_up(speed)
        say("ready")
        print(
            f"\n    Open    {home.api.url}\n"
            f"    Log-in  none from this machine; else user {USER}, password {PASSWORD}\n"
            f"    Token   {folder / TOKEN}\n"
            f"    Time    {speed:g} times as fast\n\n"
            "Press Start, then Handrail button. Ctrl-C ends the demo.",
            flush=True,
        )
        return await home.running


async def check(folder: Path, port: int, profile: str, speed: float) -> int:
    """Walk without anybody; print what happened as JSON."""
    problems: list[str] = []
    report: dict[str, Any] = {}
    Ear(problems)
    try:
        async with open_home(folder, port, profile, say) as home:
            walker = Check(home, speed, say, problems)
            await walker.run()
            report |= walker.report
    except DemoError as error:
        problems.append(str(error))
    result = "failed" if problems else "passed"
    say(result)
    print(json.dumps({"result": result, **report, "problems": problems}))
    return 1 if problems else 0


def main() -> int:
    """Do what the command line says."""
    given = options()
    # Home Assistant's log is in its folder; what the integration says is shown here too.
    logging.getLogger().addHandler(logging.NullHandler())
    logging.getLogger("custom_components").addHandler(logging.StreamHandler())
    with asyncio.Runner(loop_factory=new_loop) as runner, tempfile.TemporaryDirectory() as spare:
        if given.check:
            folder, port = given.config or Path(spare), given.port or free_port()
            return runner.run(check(folder, port, given.treadmill, given.speed_up or 20.0))
        folder = Path(os.environ.get("CALLED_FROM", "."), given.config or Path(".demo").resolve())
        return runner.run(demo(folder, given.port or 8123, given.treadmill, given.speed_up or 1.0))


if __name__ == "__main__":
    try:
        code = main()
    except DemoError as error:
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:  # Before Home Assistant listens to it.
        sys.exit(130)
    if code == RESTART_EXIT_CODE:
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606
    sys.exit(code)
