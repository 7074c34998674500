"""What stops the command line, told so that whoever typed can act on it."""

from nats.errors import Error as NatsError

from adapters.bootstrap import RoleRefused
from adapters.bus_care import RebuildRefused
from adapters.data_folder import FolderInUse, FolderNotOurs
from adapters.demo.teller import UnexpectedAnswer
from adapters.entry import NoAnswer
from adapters.envelope import StoreUnavailable
from adapters.folder_bus import NoNode
from adapters.identity import UnusableKey
from adapters.jetstream.audit import Unanswered
from adapters.jetstream.embedded_server import ServerFailed
from adapters.jetstream.flight import Lost
from adapters.jetstream.identities import IdentitiesUnreadable
from adapters.jetstream.server_binary import ServerMissing
from adapters.jetstream.server_configuration import ConfigurationRefused
from adapters.jetstream.stream import StreamRefused
from adapters.persistence.schema_version import SchemaTooNew
from adapters.persistence.sealed_content import ContentUnreadable

FAILURES = (
    FolderInUse,
    FolderNotOurs,
    NoAnswer,
    RoleRefused,
    UnexpectedAnswer,
    StoreUnavailable,
    UnusableKey,
    ServerFailed,
    ServerMissing,
    ConfigurationRefused,
    IdentitiesUnreadable,
    StreamRefused,
    RebuildRefused,
    NoNode,
    Unanswered,
    Lost,
    NatsError,
    ContentUnreadable,
    SchemaTooNew,
    OSError,
)
"""What a wrong setting, a full disk or another process can cause; the rest are bugs."""


def told(error: Exception) -> str:
    """One of the FAILURES in a sentence."""
    match error:
        case StoreUnavailable():
            return (
                f"the data cannot be read or written ({error}); is the disk full, "
                "ADISTEME_DATA a folder of somebody else, or the server of "
                "ADISTEME_DATABASE down?"
            )
        case OSError(filename=str(name), strerror=str(reason)):
            return f"{name}: {reason}; ADISTEME_DATA names a folder that you may write"
        case UnexpectedAnswer():
            return f"the demo could not go on: {error}"
    return str(error) or type(error).__name__
