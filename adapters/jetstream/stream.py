"""The one stream of a node: what it is called, how it is made, what it must be."""

import re

import msgspec
from msgspec import Struct
from nats.aio.client import Client

from adapters.envelope import SUBJECT_ROOT

SUBJECTS = f"{SUBJECT_ROOT}.>"
PUBLIC_SUBJECTS = f"{SUBJECT_ROOT}.pub.>"
WAKE = "adisteme.wake"
COMMANDS = "adisteme.cmd.>"

TOKEN_HEADER = "Authorization"
LANGUAGE_HEADER = "Accept-Language"
TRACE_HEADER = "traceparent"
"""Of a command's request, written exactly so: NATS tells cases apart."""

OLDEST_SERVER = (2, 12)
_API_LEVEL_OF_ATOMIC = "2"
_STREAM_EXISTS_DIFFERENTLY = 10058
_NODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


class StreamRefused(Exception):
    """The stream cannot be made, or it exists and is not what it has to be."""


class ServerTooOld(StreamRefused):
    """The NATS server lacks what the stream of a node needs."""


class ApiError(Struct, frozen=True):
    code: int
    description: str = ""
    err_code: int = 0


class _StreamAnswer(Struct, frozen=True):
    error: ApiError | None = None
    config: dict[str, object] = {}


def stream_name(node: str) -> str:
    """`ADISTEME_<NODE>`: two nodes of one hub must differ in it."""
    if not _NODE.fullmatch(node):
        raise ValueError(f"{node!r} names no node: lower case letters, digits, - and _")
    return f"ADISTEME_{node.upper()}"


async def ensure_stream(nc: Client, node: str, *, replicas: int = 1) -> None:
    """Make the node's stream; one that exists is left alone, and refused if it differs.

    The server answers a repeated creation with the same configuration as a success.
    """
    version = nc.connected_server_version
    if (version.major, version.minor) < OLDEST_SERVER:
        needed = ".".join(map(str, OLDEST_SERVER))
        found = f"{version.major}.{version.minor}.{version.patch}"
        raise ServerTooOld(f"nats-server {found} is older than the {needed} needed")
    wanted = _configuration(node, replicas)
    answer = await _ask(nc, f"STREAM.CREATE.{wanted['name']}", wanted)
    if answer.error is None:
        return
    if answer.error.err_code == _STREAM_EXISTS_DIFFERENTLY:
        existing = (await _ask(nc, f"STREAM.INFO.{wanted['name']}", {})).config
        differing = {
            name: f"{existing.get(name)!r} instead of {value!r}"
            for name, value in wanted.items()
            if existing.get(name) != value
        }
        raise StreamRefused(
            f"stream {wanted['name']} exists with another configuration: "
            + (str(differing) if differing else "settings beyond the wanted ones")
        )
    raise StreamRefused(f"stream {wanted['name']}: {answer.error.description}")


def _configuration(node: str, replicas: int) -> dict[str, object]:
    return {
        "name": stream_name(node),
        "subjects": [SUBJECTS],
        "retention": "limits",
        "storage": "file",
        "discard": "new",
        "num_replicas": replicas,
        "max_msgs": -1,
        "max_bytes": -1,
        "max_age": 0,
        "max_msgs_per_subject": -1,
        "max_msg_size": -1,
        "max_consumers": -1,
        "deny_delete": True,
        "deny_purge": True,
        "allow_direct": True,
        "allow_atomic": True,
    }


async def _ask(nc: Client, request: str, body: dict[str, object]) -> _StreamAnswer:
    message = await nc.request(
        f"$JS.API.{request}",
        msgspec.json.encode(body),
        timeout=5,
        headers={"Nats-Required-Api-Level": _API_LEVEL_OF_ATOMIC},
    )
    return msgspec.json.decode(message.data, type=_StreamAnswer)
