"""Whatever a context source answers, the broker answers: never an error of its own, never without an end, and what it
cannot read it says, never passes on.

`make test` draws some hundred answers, `make test-long` thousands.
"""

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from any_answer import ANSWERS, AnySource, Said
from broker_at_hand import Broker
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patience import PATIENCE
from pinisi.context.registration_operations import OPERATIONS

LONGEST_S = PATIENCE / 2
OF_OTHERS = {501, 502, 504, 508}
OUR_OWN = ("its log says", "in the log")
"""Words of an error of ours, which no answer of a source may call forth."""
BUS = {"id": "urn:x:1", "type": "Bus", "speed": {"type": "Property", "value": 1}}
AFTER = {"timerel": "after", "timeAt": "2020-01-01T00:00:00Z"}
AGGREGATED = {**AFTER, "options": "aggregatedValues", "aggrMethods": "avg,max", "aggrPeriodDuration": "P1D"}
QUERY = {"type": "Query", "entities": [{"type": "Bus"}]}
V2_QUERY = {"entities": [{"idPattern": ".*", "type": "Room"}], "attrs": ["t"]}
V2_UPDATE = {"actionType": "update", "entities": [{"id": "R1", "type": "Room", "t": {"value": 6}}]}


class Question(NamedTuple):
    method: str
    path: str
    query: dict[str, str]
    body: Any = None


QUESTIONS = (
    Question("GET", "/entities/urn:x:1", {}),
    Question("GET", "/entities/urn:x:1", {"options": "sysAttrs", "attrs": "speed"}),
    Question("GET", "/entities/urn:x:1", {"join": "inline", "joinLevel": "2"}),
    Question("GET", "/entities/urn:x:9", {}),
    Question("GET", "/entities", {"type": "Bus", "count": "true", "limit": "3"}),
    Question("GET", "/entities", {"type": "Bus", "q": "speed>0", "options": "keyValues", "lang": "en"}),
    Question("GET", "/entities", {"type": "Bus", "entityMap": "true"}),
    Question("GET", "/entities", {"type": "Bus", "options": "sysAttrs", "join": "flat"}),
    Question("GET", "/entities", {"type": "Train", "georel": "near;maxDistance==9", "geometry": "Point",
                                  "coordinates": "[119.4,-5.1]"}),
    Question("GET", "/types", {}),
    Question("GET", "/types", {"details": "true"}),
    Question("GET", "/types/Bus", {}),
    Question("GET", "/attributes", {"details": "true"}),
    Question("GET", "/attributes/speed", {}),
    Question("GET", "/temporal/entities/urn:x:1", AFTER),
    Question("GET", "/temporal/entities", {"type": "Bus", **AFTER, "lastN": "2"}),
    Question("GET", "/temporal/entities", {"type": "Bus", **AFTER, "options": "temporalValues"}),
    Question("GET", "/temporal/entities", {"type": "Bus", **AGGREGATED}),
    Question("POST", "/entityOperations/query", {}, QUERY),
    Question("POST", "/temporal/entityOperations/query", {}, {**QUERY, "temporalQ": AFTER}),
    Question("POST", "/entityOperations/upsert", {}, [BUS, {**BUS, "id": "urn:x:2"}]),
    Question("POST", "/entityOperations/create", {}, [{**BUS, "id": "urn:x:9", "type": "Train"}]),
    Question("POST", "/entityOperations/update", {}, [BUS, {**BUS, "id": "urn:x:9", "type": "Train"}]),
    Question("POST", "/entityOperations/merge", {}, [BUS]),
    Question("POST", "/entityOperations/delete", {}, ["urn:x:1", "urn:x:9"]),
    Question("POST", "/entities", {}, {**BUS, "id": "urn:x:9", "type": "Train"}),
    Question("PUT", "/entities/urn:x:1", {}, BUS),
    Question("PATCH", "/entities/urn:x:1", {}, {"speed": 3}),
    Question("POST", "/entities/urn:x:1/attrs", {}, {"name": "a"}),
    Question("PATCH", "/entities/urn:x:1/attrs", {}, {"speed": {"type": "Property", "value": 4}}),
    Question("PATCH", "/entities/urn:x:1/attrs/speed", {}, {"value": 5}),
    Question("PUT", "/entities/urn:x:1/attrs/speed", {}, {"type": "Property", "value": 5}),
    Question("DELETE", "/entities/urn:x:1/attrs/name", {}),
    Question("DELETE", "/entities/urn:x:9", {}),
    Question("DELETE", "/entities", {"type": "Train"}),
    Question("POST", "/temporal/entities", {}, {"id": "urn:x:9", "type": "Train", "speed": []}),
    Question("DELETE", "/temporal/entities/urn:x:9", {}),
    Question("GET", "/v2/entities", {"type": "Room"}),
    Question("GET", "/v2/entities/R1", {}),
    Question("PATCH", "/v2/entities/R1/attrs", {}, {"t": {"value": 7}}),
    Question("POST", "/v2/op/query", {}, V2_QUERY),
    Question("POST", "/v2/op/update", {}, V2_UPDATE),
)  # fmt: skip
"""At least one request for every operation that asks or tells sources."""


@pytest.fixture
def source() -> Iterator[AnySource]:
    source = AnySource()
    yield source
    source.close()


@pytest.fixture
def asking(broker: Broker, source: AnySource) -> Broker:
    """A broker that asks the source for buses, leaves trains and one room to it, and holds some itself."""
    for id in ("urn:x:1", "urn:x:2"):
        assert broker.call("POST", "/entities", {**BUS, "id": id}, link=False).status_code == 201
    asked_again = {"management": {"cooldown": 1, "timeout": 2_000}}
    for number, (mode, info) in enumerate(
        (("inclusive", {"type": "Bus"}), ("auxiliary", {"type": "Bus"}), ("redirect", {"type": "Train"}))
    ):
        operations = {"operations": ["retrieveOps"]} if mode == "auxiliary" else {
            "operations": sorted(OPERATIONS)
        }  # fmt: skip
        body = {
            "id": f"urn:r:{number}", "type": "ContextSourceRegistration", "mode": mode, "endpoint": source.origin,
            "information": [{"entities": [info]}], **operations, **asked_again,
        }  # fmt: skip
        answer = broker.call("POST", "/csourceRegistrations", body, link=False)
        assert answer.status_code == 201, answer.text
    v2 = {"dataProvided": {"entities": [{"id": "R1", "type": "Room"}], "attrs": ["t"]}}
    provider = {**v2, "provider": {"http": {"url": source.origin}}}
    answer = broker.wire.post("/v2/registrations", json=provider, headers={"Fiware-Service": broker.tenant})
    assert answer.status_code == 201, answer.text
    return broker


def proved(broker: Broker, source: AnySource, question: Question, says: Said) -> None:
    source.says, before = says, source.asked
    began = time.monotonic()
    if question.path.startswith("/v2"):
        answer = broker.wire.request(
            question.method,
            question.path,
            params=question.query,
            json=question.body,
            headers={"Fiware-Service": broker.tenant},
        )
    else:
        answer = broker.call(question.method, question.path, question.body, link=False, **question.query)
    assert time.monotonic() - began < LONGEST_S
    passed_on = says.wire.startswith(b"HTTP/1.1 5")
    assert answer.status_code < 500 or answer.status_code in OF_OTHERS or passed_on, answer.text
    assert not any(words in answer.text for words in OUR_OWN), answer.text
    left_alone = question.path.startswith("/v2") and "ngsild-warning" in answer.headers  # v2 knows no cooldown
    assert source.asked > before or question.method != "GET" or left_alone, answer.text
    if answer.content:
        told = answer.json()
        assert answer.status_code < 400 or told.get("type") or told.get("error") or told.get("errors"), told


UNHURRIED = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@UNHURRIED
@given(question=st.sampled_from(QUESTIONS), says=ANSWERS)
def test_whatever_a_source_answers_the_broker_answers(
    asking: Broker, source: AnySource, question: Question, says: Said
) -> None:
    proved(asking, source, question, says)


@pytest.mark.long
@settings(UNHURRIED, max_examples=6_000)
@given(question=st.sampled_from(QUESTIONS), says=ANSWERS)
def test_thousands_of_answers_of_sources_are_answered(
    asking: Broker, source: AnySource, question: Question, says: Said
) -> None:
    proved(asking, source, question, says)
