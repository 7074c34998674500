"""A bus on which an institution may give commands, through an account of its own."""

import json
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from adapters.jetstream.accounts import HOME, accounts
from adapters.jetstream.identities import IDENTITIES, Identity
from adapters.jetstream.server_binary import server_binary
from adapters.jetstream.stream import COMMANDS, stream_name
from tests.acceptance.served_roles import free_port

HOST = "127.0.0.1"
ACCOUNT = "INSTITUTION"


class InstitutionBus:
    """A nats-server with the node's accounts and one more, started and ended here."""

    def __init__(self, folder: Path, node: str, institution: str) -> None:
        self._folder = folder
        self._port = free_port()
        self._passwords: dict[Identity, str] = {
            identity: secrets.token_hex(8) for identity in IDENTITIES
        }
        parts: Any = accounts(stream_name(node), self._passwords)
        parts[ACCOUNT] = {
            "users": [
                {
                    "user": "institution",
                    "password": "known",
                    "permissions": {
                        "publish": {"allow": [f"adisteme.cmd.{institution}.>"]},
                        "subscribe": {"allow": ["_INBOX.>"]},
                    },
                }
            ],
            "imports": [{"service": {"account": HOME, "subject": COMMANDS}}],
        }
        self._configuration = folder / "institution.conf"
        self._configuration.write_text(
            json.dumps(
                {
                    "host": HOST,
                    "port": self._port,
                    "max_payload": 8 * 1024 * 1024,
                    "jetstream": {"store_dir": str(folder / "jetstream")},
                    "accounts": parts,
                }
            )
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As the institution."""
        return f"nats://institution:known@{HOST}:{self._port}"

    def url_of(self, identity: Identity) -> str:
        return f"nats://{identity}:{self._passwords[identity]}@{HOST}:{self._port}"

    @property
    def address(self) -> str:
        return f"nats://{HOST}:{self._port}"

    @property
    def identities(self) -> Path:
        """The file of identities, as `bus config` writes it."""
        path = self._folder / "identities.json"
        path.write_text(json.dumps(self._passwords))
        return path

    def start(self) -> None:
        """Return once the process runs; clients try until it answers."""
        self._process = subprocess.Popen(
            [server_binary(), "-c", str(self._configuration)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def institution_bus(
    folder: Path, node: str, institution: str
) -> Iterator[InstitutionBus]:
    bus = InstitutionBus(folder, node, institution)
    bus.start()
    try:
        yield bus
    finally:
        bus.kill()
