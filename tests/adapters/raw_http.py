"""HTTP as no client writes it: bytes over a socket."""

import socket

from tests.adapters.http_door import CREATE, Door


def said(door: Door, sent: bytes) -> bytes:
    """All that the server says to these bytes until it closes the connection."""
    url = door.client.base_url
    told = b""
    with socket.create_connection((url.host, url.port), timeout=20) as connection:
        try:
            connection.sendall(sent)
            while piece := connection.recv(65_536):
                told += piece
        except ConnectionError:  # cut off while still sending
            pass
    return told


def command_head(door: Door, *lines: str) -> bytes:
    told = [
        f"POST {CREATE} HTTP/1.1",
        "Host: node",
        f"Authorization: {door.head['Authorization']}",
        "Content-Type: application/json",
        "Connection: close",
        *lines,
    ]
    return "".join(f"{line}\r\n" for line in [*told, ""]).encode()
