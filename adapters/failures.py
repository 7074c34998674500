"""What stops the command line, told so that whoever typed can act on it."""

from adapters.bootstrap import RoleRefused
from adapters.data_folder import FolderInUse, FolderNotOurs
from adapters.demo.teller import UnexpectedAnswer
from adapters.entry import NoAnswer
from adapters.envelope import StoreUnavailable
from adapters.identity import UnusableKey
from adapters.jetstream.embedded_server import ServerFailed
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
    StreamRefused,
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
