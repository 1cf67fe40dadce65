"""Whatever is sent to the broker, it answers: never an error of its own, never without an end, always in its own form.

`make test` draws some hundred requests, `make test-long` thousands.
"""

import time

import pytest
from any_request import Request, requests
from broker_at_hand import Broker
from hypothesis import HealthCheck, given, settings

from patience import PATIENCE
from pinisi.console.ngsi_ld_routes import NGSI_LD_ROUTES
from pinisi.console.v2_routes import V2_ROUTES

LONGEST_S = PATIENCE / 2
OF_OTHERS = {501, 504, 508}
"""What is not there by the standard, a source or an @context that gives no answer, a loop: errors, but told ones."""


@pytest.fixture
def bus(broker: Broker) -> Broker:
    """A broker with one entity, so that requests meet something."""
    broker.call("POST", "/entities", {"id": "urn:x:1", "type": "Bus", "speed": 1, "name": "a"}, link=False)
    return broker


def proved(broker: Broker, sent: Request) -> None:
    body = None if sent.method in ("GET", "DELETE") and not sent.body.strip() else sent.body
    began = time.monotonic()
    answer = broker.wire.request(
        sent.method,
        sent.path,
        params=dict(sent.parameters),
        headers={"NGSILD-Tenant": broker.tenant, **sent.headers},
        content=body,
    )
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


@UNHURRIED
@given(sent=requests(NGSI_LD_ROUTES))
def test_any_request_of_ngsi_ld_is_answered(bus: Broker, sent: Request) -> None:
    proved(bus, sent)


@UNHURRIED
@given(sent=requests(V2_ROUTES))
def test_any_request_of_ngsi_v2_is_answered(bus: Broker, sent: Request) -> None:
    proved(bus, sent)


@pytest.mark.long
@PATIENT
@given(sent=requests(NGSI_LD_ROUTES))
def test_thousands_of_requests_of_ngsi_ld_are_answered(bus: Broker, sent: Request) -> None:
    proved(bus, sent)


@pytest.mark.long
@PATIENT
@given(sent=requests(V2_ROUTES))
def test_thousands_of_requests_of_ngsi_v2_are_answered(bus: Broker, sent: Request) -> None:
    proved(bus, sent)
