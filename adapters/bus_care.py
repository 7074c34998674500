"""Audits the bus of a folder, and makes its stream anew from the log."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from msgspec import Struct

from adapters.folder_bus import FolderBus
from adapters.jetstream.audit import Difference, Progress, audit, last_of
from adapters.jetstream.relay import Relay
from adapters.jetstream.stream import ensure_stream

PATIENCE_SECONDS = 5.0
FILL_SECONDS = 60.0
LOOK_SECONDS = 0.2
ASK_SECONDS = 10.0


class AuditReport(Struct, frozen=True):
    """Both ends, and every difference between them."""

    stream: str
    log_end: int
    stream_end: int
    equal: bool
    differences: tuple[Difference, ...]


class RebuildRefused(Exception):
    """The stream is not made anew; the message says why."""


class _Answer(Struct, frozen=True):
    error: dict[str, object] | None = None


async def look(bus: FolderBus, progress: Progress) -> AuditReport:
    """Compare store and stream from end to end."""
    nc = await bus.connect("node")
    try:
        patience = PATIENCE_SECONDS if bus.node_runs else 0.0
        ends, found = await audit(
            bus.store, nc, bus.stream, patience=patience, progress=progress
        )
        differences = tuple([difference async for difference in found])
    finally:
        await nc.close()
    return AuditReport(
        stream=bus.stream,
        log_end=ends.log,
        stream_end=ends.stream,
        equal=not differences,
        differences=differences,
    )


async def rebuild(bus: FolderBus, progress: Progress) -> AuditReport:
    """Delete the stream, make it again, have it filled, and audit it.

    Consumers go with the stream: readers make theirs again and go on from where they
    are, for every event gets the sequence that it had.
    """
    await _delete(bus)
    nc = await bus.connect("node")
    try:
        await ensure_stream(nc, bus.node)
    finally:
        await nc.close()
    await _fill(bus, progress)
    return await look(bus, progress)


async def _delete(bus: FolderBus) -> None:
    keeper = await bus.connect("keeper")
    try:
        reply = await keeper.request(
            f"$JS.API.STREAM.DELETE.{bus.stream}", timeout=ASK_SECONDS
        )
    finally:
        await keeper.close()
    error = msgspec.json.decode(reply.data, type=_Answer).error
    if error is not None and error.get("code") != 404:
        raise RebuildRefused(f"the stream stays: {error.get('description')}")


async def _fill(bus: FolderBus, progress: Progress) -> None:
    """Wait for the running node's relay, or relay here where none runs."""
    wanted = await asyncio.to_thread(bus.store.position)
    if bus.node_runs:
        nc = await bus.connect("node")
        try:
            await _until_filled(lambda: last_of(nc, bus.stream), wanted, progress)
        finally:
            await nc.close()
        return
    relay = Relay(bus.store, lambda: bus.connect("relay"), bus.node)

    async def published() -> int:
        return relay.status().published

    stop = asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    try:
        await _until_filled(published, wanted, progress)
    finally:
        stop.set()
        await running


async def _until_filled(
    published: Callable[[], Awaitable[int]], wanted: int, progress: Progress
) -> None:
    """Look on; RebuildRefused when nothing has moved for a minute."""
    loop = asyncio.get_running_loop()
    before, moved_at = -1, loop.time()
    while (done := await published()) < wanted:
        progress(done, wanted)
        if done != before:
            before, moved_at = done, loop.time()
        elif loop.time() - moved_at > FILL_SECONDS:
            raise RebuildRefused(f"the relay stands still at {done} of {wanted}")
        await asyncio.sleep(LOOK_SECONDS)
