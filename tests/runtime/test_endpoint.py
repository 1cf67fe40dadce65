"""What an endpoint may declare; what it may not is told when its package is loaded, and only that service fails."""

from typing import Any

import msgspec
import pytest

from pinisi.city.text import Text
from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.manifest import Service

TEXT = Text("x", "x", "x")


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str


class Loose(msgspec.Struct):
    name: str


async def handle(_visit: object) -> None: ...


def endpoint(**more: Any) -> Endpoint:
    given: dict[str, Any] = {"method": "POST", "path": "/owners", "title": TEXT, "handle": handle}
    return Endpoint(**given | {"permission": "records.write"} | more)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"path": "owners"}, "a path is like"),
        ({"path": "/"}, "a path is like"),
        ({"path": "/owners/"}, "a path is like"),
        ({"path": "/../people"}, "a path is like"),
        ({"path": "/{a}/{a}"}, "stands twice"),
        ({"path": "/reactions/x"}, "the house's own"),
        ({"permission": "everything"}, "not among"),
        ({"permission": None}, "needs either a permission"),
        ({"open": "why not"}, "needs either a permission"),
        ({"permission": "records.read"}, "changes something"),
        ({"method": "GET", "permission": "records.read", "body": Body}, "GET takes none"),
        ({"body": Loose}, "has to be frozen"),
        ({"seconds": 0}, "seconds"),
        ({"seconds": 3600}, "seconds"),
    ],
)
def test_what_cannot_be_served_is_refused(more: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        endpoint(**more)


@pytest.mark.parametrize(
    ("paths", "told"),
    [(("/a/{x}", "/a/{y}"), "two names"), (("/a", "/a"), "POST /a stands twice")],
)
def test_two_that_cannot_be_told_apart_are_refused(paths: tuple[str, ...], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Service(name="wells", title=TEXT, endpoints=tuple(endpoint(path=path) for path in paths))


def test_what_is_sound_is_taken() -> None:
    public = endpoint(path="/said", permission=None, open="citizens write without an account", body=Body)
    service = Service(name="wells", title=TEXT, endpoints=(endpoint(path="/a/{key}", body=Body), public))
    assert [each.name for each in service.endpoints] == ["POST /a/{key}", "POST /said"]
