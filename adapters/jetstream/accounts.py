"""Who may do what on the bus: the accounts of the server's configuration.

The stream lives in the account NODE. Whoever only reads has an account of its own
that imports the few requests a pull consumer needs: the reply subject of a request is
then resolved in the reader's account. In NODE, a reader could name `adisteme.ev.x` as
the reply subject and have the server put its answer on the stream.
"""

from collections.abc import Mapping, Sequence

from adapters.jetstream.identities import Identity, inbox_of
from adapters.jetstream.stream import COMMANDS, PUBLIC_SUBJECTS, SUBJECTS, WAKE

Part = dict[str, object]
Rights = tuple[Sequence[str], Sequence[str]]

HOME = "NODE"
READERS: Mapping[Identity, str] = {"guest": PUBLIC_SUBJECTS, "auditor": SUBJECTS}
"""What a reader's consumers may be filtered by: the server holds them to it."""

_API = "$JS.API"
_ANSWERS_OF_RESPONDERS = "_R_.>"


def accounts(stream: str, passwords: Mapping[Identity, str]) -> Part:
    """The accounts with their users, in the words of the server's configuration."""

    def users(*identities: Identity) -> list[Part]:
        return [
            {
                "user": identity,
                "password": passwords[identity],
                "permissions": permissions(identity, stream),
            }
            for identity in identities
        ]

    home: Part = {
        "jetstream": "enabled",
        "users": users("relay", "node", "keeper"),
        "exports": [
            *(
                {
                    "service": request,
                    "response_type": "stream"
                    if ".MSG.NEXT." in request
                    else "singleton",
                    "accounts": [account_of(reader) for reader in readers],
                }
                for request, readers in _exported(stream).items()
            ),
            # For any account that imports it: none of these, but those that an
            # operator adds for institutions. The token says who sends a command.
            {"service": COMMANDS},
        ],
    }
    reading = {
        account_of(reader): {
            "users": users(reader),
            "imports": [
                {"service": {"account": HOME, "subject": request}}
                for request in _imported(reader, stream)
            ],
        }
        for reader in READERS
    }
    return {HOME: home, **reading}


def account_of(identity: Identity) -> str:
    return identity.upper() if identity in READERS else HOME


def permissions(identity: Identity, stream: str) -> dict[str, dict[str, list[str]]]:
    """The rights of an identity within its account.

    Nobody gets `allow_responses`: who asks within NODE could name `adisteme.ev.x` as
    the reply subject and make the node write into the stream. The node answers
    requests that come from other accounts.
    """
    rights = _rights_at_home(stream)
    publish, subscribe = rights.get(identity) or (
        reading_requests(identity, stream),
        [],
    )
    return {
        "publish": {"allow": list(publish)},
        "subscribe": {"allow": [f"{inbox_of(identity)}.>", *subscribe]},
    }


def reading_requests(reader: Identity, stream: str) -> list[str]:
    """All that a reader may ask: to make a pull consumer, to fetch, to acknowledge.

    The first ends in the consumer's filter, and the server holds the body to it. What
    a consumer is called is known to its maker only, and is all that keeps another
    reader from fetching through it: names are made at random.
    """
    return [
        f"{_API}.CONSUMER.CREATE.{stream}.*.{READERS[reader]}",
        f"{_API}.CONSUMER.MSG.NEXT.{stream}.*",
        f"$JS.ACK.{stream}.>",
    ]


def _imported(reader: Identity, stream: str) -> list[str]:
    """The server answers `$JS.API.>` itself in an account that does not import INFO.

    No reader is permitted to ask for it.
    """
    return [f"{_API}.INFO", *reading_requests(reader, stream)]


def _exported(stream: str) -> dict[str, list[Identity]]:
    exported: dict[str, list[Identity]] = {}
    for reader in READERS:
        for request in _imported(reader, stream):
            exported.setdefault(request, []).append(reader)
    return exported


def _rights_at_home(stream: str) -> dict[Identity, Rights]:
    look = [f"{_API}.STREAM.INFO.{stream}", f"{_API}.STREAM.MSG.GET.{stream}"]
    return {
        "relay": ([SUBJECTS, WAKE, *look], [WAKE]),
        "node": (
            [
                WAKE,
                COMMANDS,
                _ANSWERS_OF_RESPONDERS,
                *look,
                f"{_API}.INFO",
                f"{_API}.STREAM.CREATE.{stream}",
                f"{_API}.STREAM.UPDATE.{stream}",
                f"{_API}.DIRECT.GET.{stream}",
                f"{_API}.DIRECT.GET.{stream}.>",
                f"{_API}.CONSUMER.*.{stream}",
                f"{_API}.CONSUMER.*.{stream}.>",
                f"{_API}.CONSUMER.DURABLE.CREATE.{stream}.>",
                f"{_API}.CONSUMER.MSG.NEXT.{stream}.>",
                f"$JS.ACK.{stream}.>",
            ],
            [WAKE, COMMANDS],
        ),
        # Takes the stream down, so that the node's identity can make it anew.
        "keeper": (
            [f"{_API}.STREAM.DELETE.{stream}"],
            [],
        ),
    }
