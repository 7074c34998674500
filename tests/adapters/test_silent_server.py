"""A nats-server whose disk was full acks nothing more, and the relay tells."""

import asyncio
import resource
from pathlib import Path

from adapters.jetstream.embedded_server import EmbeddedServer
from adapters.jetstream.relay import Relay
from tests.adapters.bus import (
    NODE,
    ListLog,
    assert_stream_is_log,
    connected,
    connector,
    eventually,
    running_server,
    stream_made,
    while_running,
)


def test_a_server_that_stores_nothing_is_told_and_starting_it_again_mends_it(
    tmp_path: Path,
) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(10)
        relay = Relay(log, connector(server, "relay"), NODE)
        async with while_running(relay.run):
            async with stream_made(server):
                await eventually(lambda: relay.status().published == 10)
                assert server.pid is not None
                _, most = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
                resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1, most))
                log.grow(10)
                relay.poke()
                await eventually(lambda: relay.is_stuck)
                resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (most, most))
            server.restart()
            await eventually(lambda: relay.status().published == 20)
            assert not relay.is_stuck
        async with connected(server, "node") as nc:
            await assert_stream_is_log(nc, log)

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))
