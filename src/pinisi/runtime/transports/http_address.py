"""Connections only to where the configured address may lead: the name is resolved once, and what was judged is used."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from pinisi.context.targets import BadTarget, Target, Targets, parse_target
from pinisi.runtime.source import TransportFailed

if TYPE_CHECKING:
    import httpcore


class Reach:
    """Where a source may connect: to the hosts of its own addresses, and no others.

    A host name leads to public addresses only, or into the networks listed as `inside` (`10.20.0.0/16`, or the words
    `loopback` and `private`); an address written as numbers is meant as it is written.
    """

    def __init__(self, addresses: Iterable[str], inside: Iterable[str]) -> None:
        """
        Raises:
            ValueError: for an address that is no http(s) address, or a network that is none.
        """
        hosts = sorted({target_of(address).host for address in addresses})
        self._targets = Targets([*hosts, *inside])

    async def judged(self, address: str) -> str:
        """The IP address to connect to.

        Raises:
            TransportFailed: the name does not resolve, or leads to where the source may not go.
        """
        target = target_of(address)
        try:
            return (await self._targets.addresses(target))[0]
        except BadTarget:
            raise TransportFailed(
                f"{target.host} lies inside a network of our own: list that network as `inside` if it is meant"
            ) from None
        except TimeoutError:
            raise TransportFailed(f"{target.host}: its name is not resolved in time") from None
        except OSError as error:
            raise TransportFailed(f"{target.host}: its name cannot be resolved: {error.strerror or error}") from None


def target_of(address: str) -> Target:
    """Raises ValueError: it is no http(s) address; says why."""
    try:
        return parse_target(address)
    except BadTarget as error:
        raise ValueError(f"{address[:200]!r} {error}") from None


def origin_of(address: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what makes two addresses those of one place. Raises ValueError."""
    parts = urlsplit(address)
    return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port


class JudgedBackend:
    """Connects to the address that was judged, whatever the name resolves to by then: a backend of httpcore."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        import httpcore

        self._plain = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> "httpcore.AsyncNetworkStream":
        named = f"[{host}]" if ":" in host else host
        address = await self._reach.judged(f"http://{named}:{port}/")
        return await self._plain.connect_tcp(address, port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._plain.sleep(seconds)
