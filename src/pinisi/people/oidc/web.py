"""What this house asks a provider over HTTP: few, short, bounded, never led elsewhere."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from pinisi.people.oidc.errors import ProviderSilent

SECONDS = 10.0
MOST_BYTES = 1 << 20
_FORM = ("content-type", "application/x-www-form-urlencoded")


class Answer(msgspec.Struct, frozen=True):
    status: int
    body: bytes

    def json(self) -> dict[str, Any]:
        """The JSON object that came. Raises `ProviderSilent`."""
        try:
            return msgspec.json.decode(self.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise ProviderSilent("it did not answer with a JSON object") from None


class Web:
    """`ca_file`: certificates to believe instead of the well-known ones (a city's own authority)."""

    def __init__(self, ca_file: str | None = None, seconds: float = SECONDS) -> None:
        self._trust = None if ca_file is None else ssl.create_default_context(cafile=ca_file)
        self._seconds = seconds

    async def get(self, address: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Raises `ProviderSilent`."""
        return await self._ask("GET", address, dict(headers or {}), None)

    async def post(self, address: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Raises `ProviderSilent`."""
        return await self._ask("POST", address, dict([*headers.items(), _FORM]), urlencode(fields).encode())

    async def _ask(self, method: str, address: str, headers: dict[str, str], body: bytes | None) -> Answer:
        import httpcore

        place = address.partition("?")[0]
        asked = [*headers.items(), ("accept", "application/json"), ("user-agent", "pinisi")]
        try:
            async with (
                asyncio.timeout(self._seconds),
                httpcore.AsyncConnectionPool(ssl_context=self._trust) as pool,
                pool.stream(method, address, headers=asked, content=body) as answer,
            ):
                return Answer(answer.status, await _bounded(answer.aiter_stream(), place))
        except TimeoutError:
            raise ProviderSilent(f"{place}: no whole answer within {self._seconds:.0f} s") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            raise ProviderSilent(f"{place}: {str(error) or type(error).__name__}") from None


async def _bounded(stream: Any, place: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in stream:
        size += len(part)
        if size > MOST_BYTES:
            raise ProviderSilent(f"{place}: the answer is longer than {MOST_BYTES} bytes")
        parts.append(part)
    return b"".join(parts)
