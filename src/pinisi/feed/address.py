"""Where the second feed is: `nats://[user:password@]host[:port][,host[:port]...][/stream][?replicas=1|3|5]`."""

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

SCHEMES = ("nats", "tls")
DEFAULT_STREAM = "pinisi"
DEFAULT_PORT = 4222
REPLICAS = (1, 3, 5)
_STREAM = re.compile(r"[A-Za-z0-9_-]{1,64}")


class BadFeedAddress(ValueError):
    """The address of a feed cannot be used; the text names the part and the reason."""


class NatsAddress(NamedTuple):
    """Servers of one NATS cluster, each as the client wants it, and the stream in it.

    `replicas`: on how many servers the stream is kept when it has to be made.
    """

    servers: tuple[str, ...]
    stream: str
    replicas: int

    @property
    def hosts(self) -> str:
        """The servers without names and passwords, for people to read."""
        return ",".join(server.rpartition("@")[2].rpartition("//")[2] for server in self.servers)

    @property
    def encrypted(self) -> bool:
        return self.servers[0].startswith("tls://")


def read_feed_address(address: str) -> NatsAddress:
    """Take an address apart.

    Raises:
        BadFeedAddress: see there.
    """
    try:
        parts = urlsplit(address)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError as error:
        raise BadFeedAddress(f"feed: this is no address: {error}") from error
    if parts.scheme not in SCHEMES:
        raise BadFeedAddress(f"feed: {address.partition('://')[0]!r} is none that Pinisi has: nats://… or tls://…")
    stream = parts.path.removeprefix("/") or DEFAULT_STREAM
    if not _STREAM.fullmatch(stream):
        raise BadFeedAddress(f"feed: stream: {stream!r} is not of letters, digits, '_' and '-' (at most 64)")
    login, at, hosts = parts.netloc.rpartition("@")
    servers = tuple(f"{parts.scheme}://{login}{at}{_host(host)}" for host in hosts.split(","))
    return NatsAddress(servers, stream, _replicas(asked, len(servers)))


def _host(text: str) -> str:
    """`host:port` of one server."""
    try:
        parts = urlsplit(f"nats://{text}")
        name, port = parts.hostname, parts.port or DEFAULT_PORT
    except ValueError as error:
        raise BadFeedAddress(f"feed: host: {text!r}: {error}") from error
    if not name or parts.path or parts.username is not None or any(each <= " " for each in text):
        raise BadFeedAddress(f"feed: host: {text!r} is not host or host:port")
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def _replicas(asked: dict[str, str], servers: int) -> int:
    for key in asked.keys() - {"replicas"}:
        raise BadFeedAddress(f"feed: {key}: there is no such option; there is replicas")
    told = asked.get("replicas")
    if told is None:
        return 3 if servers >= 3 else 1
    if told not in map(str, REPLICAS):
        raise BadFeedAddress(f"feed: replicas: {told!r} is none of {', '.join(map(str, REPLICAS))}")
    return int(told)
