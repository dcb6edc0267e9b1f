"""The control point: one command at a time, and a stop that overtakes them all."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bleak.exc import BleakGATTProtocolError, BleakGATTProtocolErrorCode

from ..clock import Clock, time_limit, wait
from ..gatt import LINK_ERRORS
from .codec import MachineStatus, Opcode, Response, StatusEvent
from .command import COMMAND_OF, OUTCOME_OF, REQUEST, Command, CommandLogEntry, Outcome
from .profile import Acknowledgement, ControlRequest, MachineProfile

LOGGED = 200
WRITE_LIMIT_S = 5.0
ANSWER_LIMIT_S = 3.0
# WalkingPad PH4 refuses for a while and then obeys.
RETRY_AFTER_S = (0.5, 1.0, 2.0, 4.0)
# A machine that is busy with another procedure refuses a stop as well: it is repeated at once.
STOP_REPEAT_AFTER_S = 0.2
STOP_REPEATS = 15  # the ladder's next rung takes over from there
# So many commands in a row without an answer: this machine gives none, and none is waited for.
ANSWERS_NONE_AFTER = 2

_RETRIED = frozenset({Outcome.NOT_PERMITTED, Outcome.BUSY})


class ControlPoint:
    """The queue before the control point of one link."""

    def __init__(
        self,
        *,
        clock: Clock,
        profile: MachineProfile,
        write: Callable[[bytes], Awaitable[None]],
        on_outcome: Callable[[Command, Outcome], None],
    ) -> None:
        """Take the way to the characteristic; control has not been asked for yet."""
        self.log: deque[CommandLogEntry] = deque(maxlen=LOGGED)
        self.lost = False  # control went to somebody else: only a person takes it back
        self._clock = clock
        self._profile = profile
        self._write = write
        self._tell = on_outcome
        self._unanswered = 0
        self._requested = False  # whatever came of it: machines that refuse obey all the same
        self._queue: deque[Command] = deque()
        self._current: Command | None = None
        self._answer: tuple[int, asyncio.Future[Outcome]] | None = None
        self._halt: Command | None = None  # the stop that was written last
        self._worker: asyncio.Task[None] | None = None
        self._stopper: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def prepare(self) -> None:
        """Ask for control now, so that a start need not."""
        if self._must_request():
            self.send(REQUEST)

    def send(self, command: Command) -> None:
        """Queue `command`; one of the same name that still waits is replaced."""
        for waiting in [each for each in self._queue if each.name == command.name]:
            self._queue.remove(waiting)
            self._on_outcome(waiting, Outcome.OVERTAKEN)
        self._queue.append(command)
        if self._worker is None or self._worker.done():
            self._worker = self._begin(self._work())

    def stop(self, command: Command) -> None:
        """Write `command` at once, before anything queued, in flight or waited for."""
        self.drop()
        self._halt = command
        self._stopper = self._begin(self._write_stop(command))

    def drop(self) -> None:
        """Drop all that waits: in the queue, for its write or for an answer."""
        dropped = [each for each in (self._current, *self._queue) if each is not None]
        self._queue.clear()
        self._current = self._answer = self._halt = None
        for task in self._tasks:
            task.cancel()
        self._worker = self._stopper = None
        for command in dropped:
            self._on_outcome(command, Outcome.OVERTAKEN)

    def unlinked(self) -> None:
        """Drop everything: the link is gone, and control with it."""
        self.drop()
        self._requested = self.lost = False

    async def close(self) -> None:
        """Leave no task behind."""
        self.unlinked()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _on_outcome(self, command: Command, outcome: Outcome) -> None:
        self.log.append(
            CommandLogEntry(
                at_s=self._clock.now_s(),
                name=command.name,
                payload=command.payload,
                outcome=outcome,
            )
        )
        self._tell(command, outcome)

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work` up to its first wait at once: a command is on its way when this returns."""
        task = asyncio.create_task(work, eager_start=True)
        if not task.done():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return task

    def answered(self, response: Response) -> None:
        """Take the machine's answer on the control point."""
        self._unanswered = 0
        outcome = OUTCOME_OF.get(response.result, Outcome.FAILED)
        halt = self._halt
        if (
            response.request == Opcode.STOP_OR_PAUSE
            and outcome is Outcome.NOT_PERMITTED
            and halt is not None
        ):
            self._halt = None  # once: the ladder goes on from here
            self._stopper = self._begin(self._write_stop(REQUEST, halt))
        self._resolve(response.request, outcome)

    def told(self, status: MachineStatus) -> None:
        """Take a machine status: it takes control away, and on some machines it is the answer."""
        if status.event in (StatusEvent.CONTROL_PERMISSION_LOST, StatusEvent.RESET):
            self._requested = False
        if status.event is StatusEvent.CONTROL_PERMISSION_LOST:
            self.lost = True
        if self._profile.acknowledgement is Acknowledgement.STATUS:
            self._resolve(COMMAND_OF.get(status.event), Outcome.DONE)

    def _resolve(self, opcode: int | None, outcome: Outcome) -> None:
        if self._answer is None:
            return
        awaited, answer = self._answer
        if awaited == opcode and not answer.done():
            answer.set_result(outcome)

    def _must_request(self) -> bool:
        return not self._requested and self._profile.request_control is not ControlRequest.NEVER

    async def _work(self) -> None:
        while self._queue:
            command = self._current = self._queue.popleft()
            outcome = await self._perform(command)
            self._current = None
            self._on_outcome(command, outcome)

    async def _perform(self, command: Command) -> Outcome:
        """Write `command` until it is taken or refused for good."""
        if self._stopper is not None and not self._stopper.done():
            await asyncio.wait((self._stopper,))
        if self.lost and not command.takes_control:
            return Outcome.NOT_PERMITTED
        self.lost = False
        outcome = Outcome.NOT_PERMITTED
        for pause_s in (0.0, *RETRY_AFTER_S):
            if pause_s:
                await wait(self._clock, pause_s)
            if command is not REQUEST and self._must_request():
                await self._exchange(REQUEST)
            if not command.before_write():
                return Outcome.POINTLESS
            outcome = await self._exchange(command)
            if outcome not in _RETRIED:
                break
            if outcome is Outcome.NOT_PERMITTED:
                self._requested = False
        return outcome

    async def _exchange(self, command: Command) -> Outcome:
        """Write once and wait for the answer."""
        opcode = command.payload[0]
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._answer = (opcode, answer)
        if command is REQUEST:
            self._requested = self._profile.request_control is ControlRequest.ONCE
        try:
            async with time_limit(self._clock, WRITE_LIMIT_S):
                await self._write(command.payload)
        except BleakGATTProtocolError as error:
            busy = error.code == BleakGATTProtocolErrorCode.PROCEDURE_ALREADY_IN_PROGRESS
            return Outcome.BUSY if busy else Outcome.NOT_WRITTEN
        except LINK_ERRORS:
            return Outcome.NOT_WRITTEN
        if self._unanswered >= ANSWERS_NONE_AFTER:
            return Outcome.DONE
        limit_s = self._profile.control_answer_s if command is REQUEST else ANSWER_LIMIT_S
        try:
            async with time_limit(self._clock, limit_s):
                return await answer
        except TimeoutError:
            self._unanswered += 1
            return Outcome.NO_ANSWER

    async def _write_stop(self, *commands: Command) -> None:
        """Write until the radio takes it; the belt, not an answer, tells what came of a stop."""
        for command in commands:
            self._on_outcome(command, await self._insist(command))

    async def _insist(self, command: Command) -> Outcome:
        for _ in range(STOP_REPEATS):
            try:
                async with time_limit(self._clock, WRITE_LIMIT_S):
                    await self._write(command.payload)
            except LINK_ERRORS:
                await wait(self._clock, STOP_REPEAT_AFTER_S)
            else:
                return Outcome.DONE
        return Outcome.NOT_WRITTEN
