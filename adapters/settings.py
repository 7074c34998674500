"""What an operator may set: environment variables that begin with ADISTEME_."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

PREFIX = "ADISTEME_"

NodeName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
BusAddress = Annotated[str, Meta(pattern=r"^nats://[^/@\s]+$")]
Port = Annotated[int, Meta(ge=0, le=65535)]
LogLevel = Literal["debug", "info", "warning", "error", "critical"]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting with its default; `ADISTEME_DATA` sets `data`, and so on.

    `data` is the folder that holds everything; `node` names the node on the bus;
    `port` 0 takes a free port. `issuers` is a JSON file of further token issuers:
    a list of {name, jwks, bin}. `database` is a PostgreSQL address (absent: SQLite in
    the folder). `bus` is the address of a NATS server of its own (absent: one is
    started as a child), `bus_identities` the file that `adisteme bus config` wrote.
    """

    data: Path = Path("var")
    node: NodeName = "local"
    host: str = "127.0.0.1"
    port: Port = 8000
    log_level: LogLevel = "info"
    issuers: Path | None = None
    database: Annotated[str, Meta(min_length=1)] | None = None
    bus: BusAddress | None = None
    bus_identities: Path | None = None


class SettingsError(Exception):
    """An environment variable cannot be used; the message says which and why."""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings; SettingsError on a name or value that makes no sense."""
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and value
    }
    known = Settings.__struct_fields__
    for name in given:
        if name not in known:
            names = ", ".join(PREFIX + field.upper() for field in known)
            raise SettingsError(
                f"{PREFIX}{name.upper()} is no setting; there are {names}"
            )
    try:
        return msgspec.convert(given, Settings, strict=False, dec_hook=_as_path)
    except msgspec.ValidationError as error:
        raise SettingsError(f"a setting is wrong: {_named(str(error))}") from error


def _named(message: str) -> str:
    """msgspec's message with the variable in place of the field."""
    return re.sub(r"`\$\.(\w+)`", lambda found: PREFIX + found[1].upper(), message)


def _as_path(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value))
    raise NotImplementedError(kind)
