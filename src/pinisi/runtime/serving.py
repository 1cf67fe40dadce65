"""Serves one call of an endpoint: reads what was sent, gives its handler the time it has, checks what it answers."""

import traceback
from asyncio import timeout
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from pinisi.city.entry import Unfit
from pinisi.context.problems import UnsupportedMediaType
from pinisi.people.errors import PeopleError
from pinisi.people.requests import bad_field
from pinisi.runtime.endpoint import Endpoint, Raw
from pinisi.runtime.typed_input import read_input
from pinisi.runtime.visit import Visit
from pinisi.store.change import Refused, StoreUnavailable

if TYPE_CHECKING:
    from pinisi.runtime.rooms import Room

MEDIA = "application/json"
KNOWN = (PeopleError, Unfit, Refused, StoreUnavailable)
"""What a handler may raise for the one who asks."""
_log = structlog.get_logger("pinisi.services")


class EndpointFailed(Exception):
    """A fault of the service. It says nothing of what was sent: that may be about persons."""


class EndpointTooSlow(Exception):
    """The handler did not end in its time; whether what it began came about is not known."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What came: `media` is the type of the body, without parameters."""

    body: bytes = b""
    media: str = MEDIA
    query: Mapping[str, str] = {}


def read_body(endpoint: Endpoint, sent: Sent) -> Any:
    """The body in the shape of the endpoint.

    Raises:
        BadField, Unfit, UnsupportedMediaType: see there.
    """
    if endpoint.body is None:
        return None
    if sent.media != MEDIA:
        raise UnsupportedMediaType(f"{sent.media[:80] or 'nothing'}: {MEDIA} is taken")
    return read_input(sent.body, endpoint.body)


def read_query(endpoint: Endpoint, sent: Sent) -> Any:
    """The parameters in the shape of the endpoint; `tenant` is the house's own. Raises `BadField`."""
    if endpoint.query is None:
        return None
    given = {name: value for name, value in sent.query.items() if name != "tenant" or name in endpoint.parameters}
    try:
        return msgspec.convert(given, endpoint.query, strict=False)
    except msgspec.ValidationError as error:
        raise bad_field(str(error)) from None


async def serve(endpoint: Endpoint, visit: Visit[Any, Any]) -> bytes | None:
    """The encoded answer; None where there is nothing to say.

    Raises:
        EndpointFailed, EndpointTooSlow: see there.
        what of `KNOWN` the handler raises.
    """
    limit = timeout(endpoint.seconds)
    try:
        async with limit:
            answer = await endpoint.handle(visit)
        return _encoded(endpoint, answer)
    except KNOWN:
        raise
    except TimeoutError as error:
        if limit.expired():
            _told("an endpoint took too long", endpoint, visit.room, error)
            raise EndpointTooSlow(f"it took more than {endpoint.seconds:g} seconds") from None
        raise _failed(endpoint, visit.room, error) from None
    except Exception as error:
        raise _failed(endpoint, visit.room, error) from None


def _encoded(endpoint: Endpoint, answer: Any) -> bytes | None:
    wanted = type(None) if endpoint.answer is None else endpoint.answer
    if not isinstance(answer, wanted):
        raise TypeError(f"answers {type(answer).__name__}, and declares {wanted.__name__}")
    if isinstance(answer, Raw):
        return answer.body
    return None if answer is None else msgspec.json.encode(answer)


def _failed(endpoint: Endpoint, room: "Room", error: Exception) -> EndpointFailed:
    _told("an endpoint failed", endpoint, room, error)
    return EndpointFailed(f"{room.service.name} met an error at {endpoint.name}; the server's log says where")


def _told(event: str, endpoint: Endpoint, room: "Room", error: Exception) -> None:
    """Kind and place of the error; neither its text nor the path as it came, which may name somebody."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    _log.error(event, service=room.service.name, endpoint=endpoint.name, error=type(error).__name__, at=at)
