"""A node in a process of its own, which dies once a policy has had some answers.

python -m tests.adapters.policy_process DATA ANSWERS
"""

import asyncio
import os
import signal
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

from adapters.bootstrap import Node
from adapters.jetstream.policies import PolicyRunner
from adapters.orders import Answer, Order
from adapters.settings import Settings
from domain.policies import CLOSING

PAGE = 4


class Deadly:
    """Gives orders to a bus, and kills the process at the last answer it may have."""

    def __init__(self, node: Node, answers: int) -> None:
        self._node = node
        self._left = answers
        self._lock = threading.Lock()

    def submit(self, order: Order) -> "Future[Answer]":
        future = self._node.bus.submit(order)
        future.add_done_callback(self._answered)
        return future

    def _answered(self, _future: "Future[Answer]") -> None:
        with self._lock:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)


async def work(data: Path, answers: int) -> None:
    node = Node(Settings(data=data))
    node.policies = [
        PolicyRunner(
            CLOSING,
            node.store,
            node.views,
            Deadly(node, answers).submit,
            lambda: node.connect("node"),
            node.settings.node,
            page=PAGE,
        )
    ]
    async with node.running():
        await asyncio.Event().wait()


if __name__ == "__main__":
    _, folder, count = sys.argv
    asyncio.run(work(Path(folder), int(count)))
