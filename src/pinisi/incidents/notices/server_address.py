"""The address of a server as a setting names it: `scheme://user@host:port`. Its password stands in a secret."""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import msgspec


class BadServer(ValueError):
    """A setting is no address of a server; the text says why."""


class ServerAddress(msgspec.Struct, frozen=True):
    """`user` empty: without signing in."""

    scheme: str
    host: str
    port: int
    user: str = ""


def server_address(setting: str, address: str, ports: Mapping[str, int], secret: str) -> ServerAddress:
    """Read the address that a setting holds.

    Args:
        ports: the usual port of each scheme that may stand there.
        secret: the name of the secret that has the password.

    Raises:
        BadServer: it is none.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise BadServer(f"{setting}: {error}") from None
    if parts.scheme not in ports or not parts.hostname:
        likes = " or ".join(f"{scheme}://" for scheme in ports)
        raise BadServer(f"{setting}: {address!r} is no address of a server that begins with {likes}")
    if parts.password is not None:
        raise BadServer(f"{setting}: the password stands in the secret {secret}, not in the address")
    return ServerAddress(parts.scheme, parts.hostname, port or ports[parts.scheme], unquote(parts.username or ""))
