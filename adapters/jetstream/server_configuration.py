"""The configuration of a NATS server for a node: embedded, or one of its own."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from adapters.jetstream.accounts import accounts
from adapters.jetstream.identities import Identity, write_private
from adapters.jetstream.server_binary import server_binary
from adapters.jetstream.stream import stream_name

MAX_PAYLOAD = 8 * 1024 * 1024
"""Events are small, but a batch import or a list of members must not hit 1 MB."""

CHECK_SECONDS = 10.0


class ConfigurationRefused(Exception):
    """The server does not take the configuration that was written for it."""


def server_name(node: str) -> str:
    return f"adisteme-{node}"


class _Place(Struct, frozen=True):
    host: str
    port: int


def address_in(path: Path) -> str:
    """Where the server of a configuration listens: `nats://host:port`."""
    try:
        place = msgspec.json.decode(path.read_bytes(), type=_Place)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigurationRefused(f"{path} cannot be read: {error}") from error
    return f"nats://{place.host}:{place.port}"


def write_configuration(
    path: Path,
    *,
    node: str,
    host: str,
    port: int,
    store: Path,
    passwords: Mapping[Identity, str],
    log_file: Path | None = None,
) -> None:
    """Write the configuration, private to its owner, and have the server check it."""
    configuration: dict[str, object] = {
        "server_name": server_name(node),
        "host": host,
        "port": port,
        "max_payload": MAX_PAYLOAD,
        "jetstream": {"store_dir": str(store)},
        "accounts": accounts(stream_name(node), passwords),
    }
    if log_file is not None:
        configuration |= {
            "log_file": str(log_file),
            "logfile_size_limit": 16 * 1024 * 1024,
            "logfile_max_num": 3,
        }
    # The server's own language of configuration takes JSON as it is.
    content = msgspec.json.format(msgspec.json.encode(configuration), indent=2)
    write_private(path, content)
    check_configuration(path)


def check_configuration(path: Path) -> None:
    """Have the server read a configuration; ConfigurationRefused tells its reason."""
    check = subprocess.run(
        [server_binary(), "-t", "-c", str(path)],
        capture_output=True,
        text=True,
        timeout=CHECK_SECONDS,
        check=False,
    )
    if check.returncode != 0:
        raise ConfigurationRefused(
            f"nats-server refuses its configuration: {check.stderr}"
        )
