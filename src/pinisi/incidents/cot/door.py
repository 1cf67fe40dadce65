"""Who may speak and listen over Cursor-on-Target: by network, by client certificate, or by token over TLS."""

import ssl
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

import msgspec

_WORDS = {
    "loopback": ("127.0.0.0/8", "::1/128"),
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
}


class BadDoor(ValueError):
    """The settings of the link cannot be used; the text names the setting."""


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """Where the link listens (port 0: not at all) and whom it lets in.

    `networks` need no other proof. `clients` signs the certificates that are proof; `certificate` and `key` are the
    server's own.
    """

    host: str = "127.0.0.1"
    port: int = 0
    udp_port: int = 0
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    clients: Path | None = None

    @property
    def is_open(self) -> bool:
        return bool(self.port or self.udp_port)

    def knows(self, address: str) -> bool:
        """Whether it lies in a network that needs no other proof."""
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        found = getattr(found, "ipv4_mapped", None) or found
        return any(found in network for network in self.networks)

    def tls(self) -> ssl.SSLContext | None:
        """Raises `BadDoor`."""
        if self.certificate is None or self.key is None:
            if self.certificate or self.key or self.clients:
                raise BadDoor("cot_certificate, cot_key: TLS needs both")
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(self.certificate, self.key)
            if self.clients is not None:
                context.load_verify_locations(self.clients)
                context.verify_mode = ssl.CERT_OPTIONAL
        except (OSError, ssl.SSLError) as error:
            raise BadDoor(f"cot_certificate, cot_key, cot_clients: {error}") from None
        return context


def networks_of(words: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks (`10.20.0.0/16`, `192.0.2.7`), and the words `loopback` and `private`. Raises `BadDoor`."""
    found: list[IPv4Network | IPv6Network] = []
    for word in words:
        try:
            found += [ip_network(each) for each in _WORDS.get(word, (word,))]
        except ValueError:
            raise BadDoor(f"cot_networks: {word[:60]!r} is no network, nor loopback or private") from None
    return tuple(found)
