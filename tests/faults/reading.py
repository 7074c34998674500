"""Reads a node's whole stream, from the first message to the last that there is."""

import asyncio

import msgspec

from adapters.jetstream.connection import connect
from adapters.jetstream.identities import inbox_of
from adapters.jetstream.reader import Reader
from adapters.jetstream.stream import stream_name
from tests.faults.checks import Message

READ_SECONDS = 60.0


async def stream_of(url: str, node: str) -> list[Message]:
    """Every message with its sequence; `url` is that of the identity `node`."""
    nc = await connect(url, name="storm", inbox=inbox_of("node"))
    try:
        stream = stream_name(node)
        answer = await nc.request(f"$JS.API.STREAM.INFO.{stream}", timeout=5)
        state = msgspec.json.decode(answer.data)["state"]
        assert state["messages"] == state["last_seq"]
        messages: list[Message] = []
        stop = asyncio.Event()
        async with asyncio.timeout(READ_SECONDS):
            async for batch in Reader(nc, stream, after=0).batches(stop):
                messages += batch
                if len(messages) >= state["messages"]:
                    stop.set()
        return messages
    finally:
        await nc.close()
