"""A NATS server that runs by itself: where it is, and who we are there."""

from pathlib import Path

from adapters.jetstream.identities import Identity, read_passwords, url_of


class ExternalServer:
    """Neither started nor stopped by the node; configured by `adisteme bus config`."""

    def __init__(self, address: str, identities: Path) -> None:
        self._address = address
        self._passwords = read_passwords(identities)

    def url(self, identity: Identity) -> str:
        """The address with the credentials of an identity."""
        return url_of(identity, self._passwords, self._address)

    def start(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing of ours to stop."""
