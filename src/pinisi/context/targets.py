"""Where a notification may go: what the operator listed, and never where the machine's own secrets are.

A target is checked when it is written and again at every connection: the name is resolved once, each address is
judged, and the connection goes to the address that was judged, so that a name which resolves anew changes nothing.

An entry of the list is a host name (`alerts.example.org`), a pattern of names (`*.example.org`, `*`), a network
(`10.20.0.0/16`, `192.0.2.7`), or one of the words `loopback` and `private`. A name reaches public addresses only:
private ones, and loopback, are reached when their network is listed too.
"""

import asyncio
import socket
from collections.abc import Iterable
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_WORDS = {
    "loopback": ("127.0.0.0/8", "::1/128"),
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
}
_NEVER: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "169.254.0.0/16",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "100.100.100.200/32",
            "192.0.0.192/32",
            "::/128",
            "fe80::/10",
            "fec0::/10",
            "ff00::/8",
            "fd00:ec2::254/128",
            "fd20:ce::254/128",
            "64:ff9b:1::/48",
        ),
    )
)
"""Link-local, multicast, unspecified, the addresses at which clouds hand out credentials, and a network's own NAT64."""
_CARRYING = tuple(map(ip_network, ("64:ff9b::/96", "::ffff:0:0:0/96", "::/96")))
"""Networks whose last four bytes are an IPv4 address: NAT64, translated, compatible."""
_OWN = frozenset(map(ip_address, ("::", "::1")))
_IN_NO_HOST = frozenset("\"<>\\^`{|}'()*;,!$&=+%")
RESOLVE_SECONDS = 5.0
LONGEST_URI = 2_048


class BadTarget(ValueError):
    """The URI is no http(s) address, or one that notifications may not go to; the text says why."""


class Reachable(Protocol):
    """What a connection goes to, by whatever protocol."""

    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int: ...


class Target(msgspec.Struct, frozen=True):
    """An http(s) URI taken apart. `path` holds the query too."""

    uri: str
    tls: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


def plain_host(host: str | None) -> str:
    """A host as it was written, without the dot at its end; empty where there is none.

    Raises:
        BadTarget: it holds what no name does. A backslash, say, is a slash to some who read addresses.
    """
    found = (host or "").rstrip(".")
    if not _IN_NO_HOST.isdisjoint(found):
        raise BadTarget("the host is no name and no address")
    if ":" not in found and found:
        labels = found.split(".")
        if len(found) > 253 or not all(map(_is_label, labels)):
            raise BadTarget("the host is no name: parts of 1 to 63 characters, none with a hyphen at its ends")
    return found


def _is_label(text: str) -> bool:
    """Whether it may stand between the dots of a name (RFC 1123, 2.1)."""
    return 0 < len(text) <= 63 and "-" not in (text[0], text[-1])


def parse_target(uri: str) -> Target:
    """Take a URI apart.

    Raises:
        BadTarget: for other schemes than http and https, credentials in the URI, no host, a port that is none.
    """
    if len(uri) > LONGEST_URI or not uri.isascii() or not uri.isprintable() or " " in uri:
        raise BadTarget("is no URI: at most 2048 ASCII characters without spaces")
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError as error:
        raise BadTarget(f"is no URI: {error}") from None
    if parts.scheme.lower() not in ("http", "https"):
        raise BadTarget(f"the scheme {parts.scheme or '(none)'!r} is not served; http and https are")
    if parts.username is not None or parts.password is not None:
        raise BadTarget("may hold no user name or password: send them as receiverInfo")
    host = plain_host(parts.hostname)
    if not host or port == 0:
        raise BadTarget("has no usable port" if host else "names no host")
    tls = parts.scheme.lower() == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(uri, tls, host, port or (443 if tls else 80), path)


class Targets:
    """The operator's list of where notifications may go (setting `notification_targets`), or of another `setting`."""

    def __init__(self, allowed: Iterable[str], setting: str = "notification_targets") -> None:
        """
        Args:
            setting: the name of the list, for errors that tell the operator what to change.

        Raises:
            ValueError: for an entry that is neither a network nor a pattern of host names.
        """
        self._setting = setting
        self._patterns: list[str] = []
        self._networks: list[Network] = []
        for entry in allowed:
            self._add(entry.strip().lower())

    def _add(self, entry: str) -> None:
        if entry in _WORDS:
            self._networks += map(ip_network, _WORDS[entry])
            return
        try:
            self._networks.append(ip_network(entry, strict=False))
        except ValueError:
            if not entry or "/" in entry or ":" in entry:
                raise ValueError(f"{self._setting}: {entry!r} is neither a network nor a host name") from None
            self._patterns.append(entry.rstrip("."))

    async def check(self, uri: str) -> Target:
        """Judge a target as it is written; a listed name that does not resolve now is accepted.

        Raises:
            BadTarget: says what the operator would have to list.
        """
        target = parse_target(uri)
        await self.judge(target)
        return target

    async def judge(self, target: Reachable) -> None:
        """As `check`, of what is taken apart already.

        Raises:
            BadTarget: says what the operator would have to list.
        """
        try:
            await self.addresses(target)
        except OSError:
            if not self.named(target.host):
                raise BadTarget(f"{target.host} is not in {self._setting}, and does not resolve") from None

    async def addresses(self, target: Reachable) -> list[str]:
        """Resolve a target and give the addresses to which a connection may go, in the resolver's order.

        Raises:
            BadTarget: every address is refused.
            OSError: the name does not resolve.
        """
        if not self._networks and not self.named(target.host):
            raise BadTarget(f"{target.host} is no host that {self._setting} allows")
        found = await _resolve(target.host, target.port)
        allowed = [address for address in found if self._allows(target.host, ip_address(address))]
        if not allowed:
            raise BadTarget(f"{target.host} ({found[0]}) is no host that {self._setting} allows")
        return allowed

    def named(self, host: str) -> bool:
        """Whether the list names the host."""
        lower = host.lower()
        return any(fnmatchcase(lower, pattern) for pattern in self._patterns)

    def _allows(self, host: str, address: Address) -> bool:
        address = _inner(address)
        if any(address in network for network in _NEVER):
            return False
        if any(address in network for network in self._networks):
            return True
        return address.is_global and self.named(host)


async def _resolve(host: str, port: int) -> list[str]:
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(RESOLVE_SECONDS):
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]).split("%", 1)[0] for entry in found]
    if not addresses:
        raise OSError(f"{host} has no address")
    return list(dict.fromkeys(addresses))


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address carries (mapped, 6to4, NAT64 ...): the one that would be reached."""
    if isinstance(address, IPv4Address) or address in _OWN:
        return address
    if any(address in network for network in _CARRYING):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address
