"""Whatever is sent to the broker, it answers: never an error of its own, never without an end, always in its own form.

`make test` draws some hundred requests, `make test-long` thousands.
"""

import itertools
import time
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
from any_request import GOOD, INSTANCE, MAP, NAMED, THERE, Request, requests
from broker_at_hand import Broker
from hypothesis import HealthCheck, given, settings

from patience import PATIENCE
from pinisi.console.http import Route
from pinisi.console.ngsi_ld_routes import NGSI_LD_ROUTES
from pinisi.console.v2_routes import V2_ROUTES

LONGEST_S = PATIENCE / 2
OF_OTHERS = {501, 504, 508}
"""What is not there by the standard, a source or an @context that gives no answer, a loop: errors, but told ones."""


class Inhabited:
    """A broker with one of each kind, so that requests meet something."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self._headers = {"NGSILD-Tenant": broker.tenant}
        assert self.put_there() == [201] * len(THERE)
        mapped = broker.get("/entities", link=False, type="Bus", entityMap="true")
        told = broker.entity_history("urn:x:1", link=False)["speed"][0]
        self._names = {MAP: mapped.headers["NGSILD-EntityMap"].rpartition("/")[2], INSTANCE: told["instanceId"]}

    def put_there(self) -> list[int]:
        """Make what is to be there; what is there already is left as it is."""
        return [self.broker.wire.post(path, json=body, headers=self._headers).status_code for path, body in THERE]

    def send(self, sent: Request) -> httpx.Response:
        path = sent.path
        for name, real in self._names.items():
            path = path.replace(name, real)
        body = None if sent.method in ("GET", "DELETE") and not sent.body.strip() else sent.body
        headers = {**self._headers, **sent.headers}
        parameters = dict(sent.parameters)
        return self.broker.wire.request(sent.method, path, params=parameters, headers=headers, content=body)


@pytest.fixture
def inhabited(broker: Broker) -> Inhabited:
    return Inhabited(broker)


def proved(inhabited: Inhabited, sent: Request) -> None:
    if sent.method == "DELETE":
        inhabited.put_there()
    began = time.monotonic()
    answer = inhabited.send(sent)
    assert time.monotonic() - began < LONGEST_S
    assert answer.status_code < 500 or answer.status_code in OF_OTHERS, answer.text
    if answer.status_code >= 400 and answer.content:
        told = answer.json()
        assert (told.get("type") and told.get("title")) or (told.get("error") and told.get("description")), told
    if answer.status_code == 204:
        assert not answer.content


UNHURRIED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
PATIENT = settings(UNHURRIED, max_examples=6_000)


def test_each_body_that_is_right_is_taken_by_a_route(inhabited: Inhabited) -> None:
    """Without one of its kind, a route would be sent nothing that is nearly right for it."""
    taken: set[tuple[str, int]] = set()
    for route in (*NGSI_LD_ROUTES, *V2_ROUTES):
        assert route.body is None or route.body in GOOD, route
        for number, body in enumerate(GOOD[route.body] if route.body else ()):
            if (route.body, number) not in taken:
                inhabited.put_there()
                if any(inhabited.send(sent).status_code < 300 for sent in fitting(route, body)):
                    taken.add((route.body or "", number))
    assert {(kind, number) for kind, bodies in GOOD.items() for number in range(len(bodies))} == taken


def fitting(route: Route, body: Any) -> Iterator[Request]:
    """The body sent to each of what is there, as it is and as bare values."""
    braces = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    for names in itertools.product(*(NAMED[brace] for brace in braces)):
        path = route.path
        for brace, name in zip(braces, names, strict=True):
            path = path.replace(f"{{{brace}}}", name)
        for parameters in ({}, {"options": "keyValues"}) if "options" in route.parameters else ({},):
            yield Request(
                route.method, path, parameters, {"Content-Type": "application/json"}, msgspec.json.encode(body)
            )


@UNHURRIED
@given(sent=requests(NGSI_LD_ROUTES))
def test_any_request_of_ngsi_ld_is_answered(inhabited: Inhabited, sent: Request) -> None:
    proved(inhabited, sent)


@UNHURRIED
@given(sent=requests(V2_ROUTES))
def test_any_request_of_ngsi_v2_is_answered(inhabited: Inhabited, sent: Request) -> None:
    proved(inhabited, sent)


@pytest.mark.long
@PATIENT
@given(sent=requests(NGSI_LD_ROUTES))
def test_thousands_of_requests_of_ngsi_ld_are_answered(inhabited: Inhabited, sent: Request) -> None:
    proved(inhabited, sent)


@pytest.mark.long
@PATIENT
@given(sent=requests(V2_ROUTES))
def test_thousands_of_requests_of_ngsi_v2_are_answered(inhabited: Inhabited, sent: Request) -> None:
    proved(inhabited, sent)
