"""A TCP proxy that cuts a session at a chosen word, for answers that get lost."""

import socket
import threading
from types import TracebackType
from typing import Self

from tests.postgres_server import HOST

_CHUNK = 65536


class CuttingProxy:
    """Passes sessions on to a port until one says what cuts it.

    `cut_before` is looked for in what clients send, and does not arrive;
    `cut_after` in what the server answers, so that it did what it was asked for.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._door = socket.create_server((HOST, 0))
        self.port: int = self._door.getsockname()[1]
        self.cut_before: bytes | None = None
        self.cut_after: bytes | None = None
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _shut(self._door)
        self._threads[0].join()
        for each in self._sockets:
            _shut(each)
        for thread in self._threads[1:]:
            thread.join()
        for each in (self._door, *self._sockets):
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            server = socket.create_connection((HOST, self._target))
            self._sockets += (client, server)
            for source, sink in ((client, server), (server, client)):
                passing = threading.Thread(
                    target=self._pass_on, args=(source, sink, source is client)
                )
                self._threads.append(passing)
                passing.start()

    def _pass_on(
        self, source: socket.socket, sink: socket.socket, from_client: bool
    ) -> None:
        try:
            while chunk := source.recv(_CHUNK):
                word = self.cut_before if from_client else self.cut_after
                if word is not None and word in chunk:
                    break
                sink.sendall(chunk)
        except OSError:
            pass  # the other direction was cut
        _shut(source)
        _shut(sink)


def _shut(door: socket.socket) -> None:
    try:
        door.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is already
