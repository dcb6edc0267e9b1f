"""The link to a wearable: held from `open` to `close`, and looked for when it is lost.

Nothing raises out of it: a link that could not be made is tried again, later and later.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from math import inf

from bleak import BleakClient

from ..clock import Clock, time_limit, wait
from ..gatt import LINK_ERRORS, ClientFactory

CONNECT_LIMIT_S = 60.0  # proxies and retries of the client factory included
DISCONNECT_LIMIT_S = 5.0
RECONNECT_AFTER_S = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)  # the last pause is repeated
# A link that held for so long was good, and the next is looked for at once.
HELD_S = 30.0


class Link:
    """One wearable's link."""

    def __init__(
        self,
        *,
        clock: Clock,
        connect: ClientFactory,
        serve: Callable[[BleakClient], Awaitable[None]],
        on_lost: Callable[[], None],
    ) -> None:
        """Link nothing yet. `serve` is run on each new link, and cancelled when it is lost.

        It may end before that, and may raise any of LINK_ERRORS to give the link up.
        """
        self.client: BleakClient | None = None  # while the link is there
        self.error: str | None = None  # why there was none the last time
        self._clock = clock
        self._connect = connect
        self._serve = serve
        self._on_lost = on_lost
        self._keeper: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Connect as soon as the wearable is there, and hold the link."""
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """Let go."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.wait((keeper,))

    async def _keep(self) -> None:
        tries = 0
        while True:
            if await self._hold() >= HELD_S:
                tries = 0
            await wait(self._clock, RECONNECT_AFTER_S[min(tries, len(RECONNECT_AFTER_S) - 1)])
            tries += 1

    async def _hold(self) -> float:
        """Connect, and come back when the link is lost or given up: for how long it was held."""
        lost = asyncio.Event()
        self.error = None
        linked_s = inf
        try:
            async with time_limit(self._clock, CONNECT_LIMIT_S):
                client = self.client = await self._connect(lambda _: lost.set())
            linked_s = self._clock.now_s()
            async with asyncio.TaskGroup() as group:
                serving = group.create_task(self._run(client))
                await lost.wait()
                serving.cancel()
        except* LINK_ERRORS as errors:
            self.error = "; ".join(str(each) or type(each).__name__ for each in errors.exceptions)
        finally:
            await self._let_go()
        return self._clock.now_s() - linked_s

    async def _run(self, client: BleakClient) -> None:
        await self._serve(client)

    async def _let_go(self) -> None:
        client, self.client = self.client, None
        if client is None:
            return
        self._on_lost()
        with suppress(*LINK_ERRORS):  # it is gone, or will be
            async with time_limit(self._clock, DISCONNECT_LIMIT_S):
                await client.disconnect()
