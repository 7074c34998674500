"""Answers cross from the threads of the command bus into an event loop."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from adapters.orders import Answer, Order


class LoopAnswers:
    """Asks the bus from an event loop; many answers come over with one wake-up.

    `asyncio.wrap_future` wakes the loop once for every answer, which costs more than
    most decisions do.
    """

    def __init__(self, submit: Callable[[Order], "Future[Answer]"]) -> None:
        self._submit = submit
        self._lock = threading.Lock()
        self._arrived: list[tuple[asyncio.Future[Answer], Future[Answer]]] = []

    async def ask(self, order: Order) -> Answer:
        """Give a command and wait for its answer; who gives up takes it back,
        as long as its turn has not come."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        future = self._submit(order)
        future.add_done_callback(partial(self._arrive, loop, answer))
        try:
            return await answer
        except asyncio.CancelledError:
            future.cancel()
            raise

    def _arrive(
        self,
        loop: asyncio.AbstractEventLoop,
        answer: asyncio.Future[Answer],
        future: "Future[Answer]",
    ) -> None:
        with self._lock:
            self._arrived.append((answer, future))
            is_first = len(self._arrived) == 1
        if is_first and not loop.is_closed():
            loop.call_soon_threadsafe(self._hand_over)

    def _hand_over(self) -> None:
        with self._lock:
            arrived, self._arrived = self._arrived, []
        for answer, future in arrived:
            if answer.done() or future.cancelled():
                continue
            error = future.exception()
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(future.result())
