"""Every operation of table 4.20-1 that is distributed, in each mode of registration, and what its source may answer.

What a source may do wrong is told of reads by a warning (6.3.17), and of writes by the status: of one source that holds
it all 404, 504 or 502, of one among others a multi-status. What is written here follows from the mode alone (4.3.6).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import httpx
import pytest
from broker_at_hand import Broker, X, prop
from registrar_at_hand import Registrar, warnings
from source_at_hand import Source

from patience import PATIENCE

Mode = Literal["inclusive", "exclusive", "redirect", "auxiliary"]
MODES: tuple[Mode, ...] = ("inclusive", "exclusive", "redirect", "auxiliary")
MOMENT = {"observedAt": "2026-05-01T00:00:00Z"}
WINDOW = {"timerel": "after", "timeAt": "2026-01-01T00:00:00Z"}
NOTHING: Mapping[str, str] = MappingProxyType({})
HUGE = b'[{"id":"urn:x:1","type":"Bus"},' + b" " * (17 << 20) + b"]"


class Fault(NamedTuple):
    """What a source answers. `warned`: the code that a reader is warned with; `alone`: the status of a write of which
    it holds everything, None: it did what it was told; `among`: one among others did not do its part."""

    name: str
    status: int
    body: Any
    warned: int
    alone: int | None
    among: bool = True
    after: float = 0.0
    headers: Mapping[str, str] = NOTHING


PROBLEM = {"type": "https://uri.etsi.org/ngsi-ld/errors/BadRequestData", "title": "no", "detail": "why"}
FAULTS = (
    Fault("404", 404, {"type": "https://uri.etsi.org/ngsi-ld/errors/ResourceNotFound", "title": "none"}, 0, 404),
    Fault("400", 400, PROBLEM, 299, 502),
    Fault("403", 403, PROBLEM, 299, 502),
    Fault("409", 409, PROBLEM, 299, 502),
    Fault("500", 500, PROBLEM, 299, 502),
    Fault("503 without a body", 503, None, 299, 502),
    Fault("no JSON", 200, b"{", 111, None, among=False),
    Fault("a page", 200, b"<html>", 111, None, among=False, headers={"Content_Type": "text/html"}),
    Fault("elsewhere", 302, b"", 299, 502, headers={"Location": "http://127.0.0.1:9/"}),
    Fault("in part", 207, {"success": [], "errors": [{"entityId": "urn:x:1", "error": PROBLEM}]}, 111, 207),
    Fault("late", 200, [], 199, 504, after=PATIENCE),
)  # fmt: skip


class Operation(NamedTuple):
    """One row. `path` and `body` have `{id}`; `kind` says how its outcome is told."""

    name: str
    kind: Literal["one", "many", "list", "map", "write", "listed", "batch", "purge"]
    method: str
    path: str
    body: Any = None
    query: Mapping[str, str] = NOTHING
    good: tuple[int, Any] = (204, None)
    past: bool = False


SPEED = {"speed": prop(7)}
ENTITY = {"id": "{id}", "type": "Bus", **SPEED}
THERE = {"id": "{id}", "type": X + "Bus", X + "speed": prop(7)}
STORY = {"id": "{id}", "type": "Bus", "speed": [prop(7, **MOMENT)]}
STORY_THERE = {"id": "{id}", "type": X + "Bus", X + "speed": [prop(7, **MOMENT)]}
ASKED = {"type": "Query", "entities": [{"type": "Bus", "id": "{id}"}]}
MAP = {"id": "urn:m:1", "type": "EntityMap", "entityMap": {"{id}": ["@none"]}}
ONE, ATTRS, PAST = "/entities/{id}", "/entities/{id}/attrs", "/temporal/entities/{id}"
BY_ID = {"type": "Bus", "id": "{id}"}
INSTANCE = f"{PAST}/attrs/speed/urn:ngsi-ld:Instance:1"
OPERATIONS = (
    Operation("createEntity", "write", "POST", "/entities", ENTITY, good=(201, None)),
    Operation("updateEntity", "listed", "PATCH", ATTRS, SPEED),
    Operation("appendAttrs", "listed", "POST", ATTRS, SPEED),
    Operation("updateAttrs", "write", "PATCH", ATTRS + "/speed", {"value": 7}),
    Operation("deleteAttrs", "write", "DELETE", ATTRS + "/speed"),
    Operation("deleteEntity", "write", "DELETE", ONE),
    Operation("createBatch", "batch", "POST", "/entityOperations/create", [ENTITY], good=(201, ["{id}"])),
    Operation("upsertBatch", "batch", "POST", "/entityOperations/upsert", [ENTITY]),
    Operation("updateBatch", "batch", "POST", "/entityOperations/update", [ENTITY]),
    Operation("deleteBatch", "batch", "POST", "/entityOperations/delete", ["{id}"]),
    Operation("upsertTemporal", "write", "POST", "/temporal/entities", STORY, good=(201, None), past=True),
    Operation("appendAttrsTemporal", "write", "POST", PAST + "/attrs", {"speed": [prop(8, **MOMENT)]}, past=True),
    Operation("deleteAttrsTemporal", "write", "DELETE", PAST + "/attrs/speed", past=True),
    Operation("updateAttrInstanceTemporal", "write", "PATCH", INSTANCE, {"speed": [prop(8, **MOMENT)]}, past=True),
    Operation("deleteAttrInstanceTemporal", "write", "DELETE", INSTANCE, past=True),
    Operation("deleteTemporal", "write", "DELETE", PAST, past=True),
    Operation("mergeEntity", "write", "PATCH", ONE, SPEED),
    Operation("replaceEntity", "write", "PUT", ONE, ENTITY),
    Operation("replaceAttrs", "write", "PUT", ATTRS + "/speed", prop(7)),
    Operation("mergeBatch", "batch", "POST", "/entityOperations/merge", [ENTITY]),
    Operation("purgeEntity", "purge", "DELETE", "/entities", query=BY_ID),
    Operation("retrieveEntity", "one", "GET", ONE, good=(200, THERE)),
    Operation("queryEntity", "many", "GET", "/entities", query=BY_ID, good=(200, [THERE])),
    Operation("queryBatch", "many", "POST", "/entityOperations/query", ASKED, good=(200, [THERE])),
    Operation("retrieveTemporal", "one", "GET", PAST, query=WINDOW, good=(200, STORY_THERE), past=True),
    Operation("queryTemporal", "many", "GET", "/temporal/entities", query=BY_ID | WINDOW, good=(200, [STORY_THERE]),
              past=True),
    Operation("retrieveEntityTypes", "list", "GET", "/types", good=(200, {"typeList": [X + "Bus"]})),
    Operation("retrieveEntityTypeDetails", "list", "GET", "/types", query={"details": "true"},
              good=(200, [{"id": X + "Bus", "type": "EntityType", "typeName": "Bus", "attributeNames": ["speed"]}])),
    Operation("retrieveEntityTypeInfo", "list", "GET", "/types/Bus",
              good=(200, {"id": X + "Bus", "type": "EntityTypeInfo", "typeName": "Bus", "entityCount": 1})),
    Operation("retrieveAttrTypes", "list", "GET", "/attributes", good=(200, {"attributeList": [X + "speed"]})),
    Operation("retrieveAttrTypeDetails", "list", "GET", "/attributes", query={"details": "true"},
              good=(200, [{"id": X + "speed", "type": "Attribute", "attributeName": "speed", "typeNames": ["Bus"]}])),
    Operation("retrieveAttrTypeInfo", "list", "GET", "/attributes/speed",
              good=(200, {"id": X + "speed", "type": "Attribute", "attributeName": "speed", "attributeCount": 1})),
    Operation("createEntityMapQueryEntity", "map", "GET", "/entityMaps", query=BY_ID, good=(201, MAP)),
    Operation("createEntityMapQueryTemporal", "map", "GET", "/temporal/entityMaps", query=BY_ID | WINDOW,
              good=(201, MAP), past=True),
)  # fmt: skip


def filled(part: Any, id: str) -> Any:
    """A part of a row, about this entity."""
    if isinstance(part, str):
        return part.replace("{id}", id)
    if isinstance(part, list):
        return [filled(item, id) for item in part]
    if isinstance(part, dict):
        return {filled(name, id): filled(item, id) for name, item in part.items()}
    return part


READS = ("one", "many", "list", "map")


class Stage:
    """One operation in one mode: for each answer an entity of its own."""

    def __init__(self, operation: Operation, mode: Mode, broker: Broker, source: Source) -> None:
        self.operation = operation
        self.mode: Mode = mode
        self.broker = Broker(broker.wire, f"{broker.tenant}{mode}")
        self.source = source
        self.register = Registrar(self.broker, source.origin)
        self.id = ""
        self.registration = ""
        self._number = 0

    @property
    def reads(self) -> bool:
        return self.operation.kind in READS

    def next(self) -> None:
        """Another entity: of a source alone, or held here too, with what the operation needs."""
        self._number += 1
        self.id = f"urn:ngsi-ld:Bus:{self._number}"
        if self.mode == "exclusive":
            info = {"type": "Bus", "id": self.id}
            self.registration = self._registered(info=info, properties=["speed"])
        elif not self.registration:
            self.registration = self._registered()
        if self.mode in ("inclusive", "auxiliary") and self.operation.name not in ("createEntity", "createBatch"):
            self._hold()

    def _registered(self, **more: Any) -> str:
        operations = None if self.mode == "auxiliary" else [self.operation.name]
        return self.register(mode=self.mode, operations=operations, tenant="there", **more)

    def hurry(self) -> None:
        """Let the source have little time."""
        path = f"/csourceRegistrations/{self.registration}"
        assert self.broker.call("PATCH", path, {"management": {"timeout": 50}}).status_code == 204

    def _hold(self) -> None:
        name = {"name": prop("n")}
        if self.operation.past:
            value = prop(1, **MOMENT)
            body: Any = {"id": self.id, "type": "Bus", "name": [prop("n", **MOMENT)]}
            body |= {} if self.reads else {"speed": [value]}
            answer = self.broker.call("POST", "/temporal/entities", body, local="true")
        else:
            body = {"id": self.id, "type": "Bus", **name, **({} if self.reads else {"speed": prop(1)})}
            answer = self.broker.call("POST", "/entities", body, local="true")
        assert answer.status_code == 201, answer.text

    def ask(self, status: int, body: Any, after: float = 0.0, headers: Mapping[str, str] = NOTHING) -> httpx.Response:
        one = self.operation
        self.source.asked.clear()
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            self.source.answers(method, "", status, filled(body, self.id), after=after, **headers)
        path = filled(one.path, self.id)
        if "Instance:1" in path and self.mode in ("inclusive", "auxiliary"):
            story = self.broker.get(f"/temporal/entities/{self.id}", local="true", options="sysAttrs").json()
            speed = story["speed"][0] if isinstance(story["speed"], list) else story["speed"]
            path = path.replace("urn:ngsi-ld:Instance:1", speed["instanceId"])
        return self.broker.call(one.method, path, filled(one.body, self.id), **filled(dict(one.query), self.id))

    def here(self) -> dict[str, Any] | None:
        """The entity as it is held here."""
        place = "/temporal/entities/" if self.operation.past else "/entities/"
        answer = self.broker.get(place + self.id, local="true")
        assert answer.status_code in (200, 404), answer.text
        return answer.json() if answer.status_code == 200 else None


def _case(operation: Operation, mode: Mode) -> Any:
    """`make test` asks of each way once: exclusive sources go that of redirect ones, auxiliary ones that of inclusive
    ones or none at all, and reads are alike of both. `make test-long` asks of all."""
    short = mode == "inclusive" or (mode == "redirect" and operation.kind not in READS)
    return pytest.param(operation, mode, marks=() if short else pytest.mark.long, id=f"{operation.name}-{mode}")


each_in_each_mode = pytest.mark.parametrize(
    ("operation", "mode"), [_case(operation, mode) for operation in OPERATIONS for mode in MODES]
)


@each_in_each_mode
def test_a_source_that_does_its_part(operation: Operation, mode: Mode, broker: Broker, source: Source) -> None:
    stage = Stage(operation, mode, broker, source)
    stage.next()
    before = stage.here()
    answer = stage.ask(*stage.operation.good)
    name, kind = stage.operation.name, stage.operation.kind
    assert warnings(answer) == "" or (mode == "auxiliary" and kind == "map"), warnings(answer)
    if mode == "auxiliary" and not asked_of_auxiliary(stage.operation):
        assert stage.source.asked == []
        assert answer.status_code in (200, 201, 204), answer.text
        return
    if mode == "auxiliary" and kind == "map":
        assert stage.source.asked[0].path == "/entities", "an auxiliary source offers no maps unless it says so"
        return
    assert len(stage.source.asked) == 1, [one[:3] for one in stage.source.asked]
    asked = stage.source.asked[0]
    assert asked.headers["ngsild-tenant"] == "there"
    assert asked.headers["via"].startswith("1.1 ")
    if stage.reads:
        assert answer.status_code == (201 if kind == "map" else 200), answer.text
        assert stage.id in answer.text or kind == "list"
        if kind in ("one", "many"):
            [entity] = answer.json() if kind == "many" else [answer.json()]
            assert {"speed"} <= set(entity)
            assert ("name" in entity) == (before is not None)
        if kind == "map":
            assert answer.json()["linkedMaps"] == {stage.registration: "urn:m:1"}
        assert stage.here() == before
        return
    assert answer.status_code in (201, 204), answer.text
    assert asked.method == stage.operation.method
    assert asked.path == filled(stage.operation.path, stage.id) or "Instance" in asked.path
    changed = stage.here() != before
    assert changed == (mode == "inclusive" and not (name == "deleteAttrInstanceTemporal" and before is None)), name


def asked_of_auxiliary(operation: Operation) -> bool:
    """Of the default operations those of consumption (4.3.6.2); histories and maps are none of them (table 4.20-2)."""
    return operation.kind in ("one", "many", "list", "map") and not operation.past


@each_in_each_mode
def test_a_source_that_does_not(operation: Operation, mode: Mode, broker: Broker, source: Source) -> None:
    stage = Stage(operation, mode, broker, source)
    for fault in FAULTS:
        stage.next()
        if fault.after:
            stage.hurry()
        before = stage.here()
        answer = stage.ask(fault.status, fault.body, fault.after, fault.headers)
        note = f"{fault.name}: {answer.status_code} {answer.text[:300]} {warnings(answer)}"
        if mode == "auxiliary" and not asked_of_auxiliary(stage.operation):
            assert stage.source.asked == [], note
            assert warnings(answer) == "", note
        elif stage.reads:
            _read(stage, fault, answer, before, note)
        elif mode in ("exclusive", "redirect"):
            _written_there_alone(stage, fault, answer, note)
            assert stage.here() == before, note
        else:
            _written_here_too(stage, fault, answer, note)


def _read(stage: Stage, fault: Fault, answer: httpx.Response, before: Any, note: str) -> None:
    """Reads are answered with what there is, and with a warning that names the registration."""
    kind = stage.operation.kind
    told = warnings(answer)
    if kind == "map" and fault.name in ("404", "400"):
        assert len(stage.source.asked) == 1, note
    if fault.warned:
        assert told.startswith(f"{fault.warned} "), note
        assert f"{stage.registration}: " in told, note
    else:
        assert told == "", note
    if kind == "map":
        assert answer.status_code == 201, note
    elif kind == "list":
        assert answer.status_code in (200, 404), note
    elif before is None and kind == "one":
        assert answer.status_code == 404, note
    else:
        assert answer.status_code == 200, note
        entities = answer.json() if kind == "many" else [answer.json()]
        assert [entity["id"] for entity in entities] == ([] if before is None else [stage.id]), note
        assert not any("speed" in entity for entity in entities), note


def _written_there_alone(stage: Stage, fault: Fault, answer: httpx.Response, note: str) -> None:
    kind = stage.operation.kind
    if fault.alone is None or (kind == "purge" and fault.status == 404):
        assert answer.status_code in (201, 204), note
        return
    if kind in ("batch", "purge"):
        assert answer.status_code == 207, note
        [error] = answer.json()["errors"]
        assert error["registrationId"] == stage.registration, note
        assert answer.json()["success"] == [], note
        if kind == "batch":
            assert error["entityId"] == stage.id, note
        return
    assert answer.status_code == fault.alone, note
    if fault.alone != 207:
        assert answer.headers["content-type"] == "application/json"
        assert (answer.json()["status"], bool(answer.json()["title"])) == (fault.alone, True), note
        if fault.alone == 502:
            assert f"{stage.registration} answered {fault.status}" in answer.json()["detail"], note


def _written_here_too(stage: Stage, fault: Fault, answer: httpx.Response, note: str) -> None:
    """The part that is done here is done; the other is told as not done, with the registration (5.2.16, 5.2.18)."""
    kind = stage.operation.kind
    if not fault.among or (kind == "purge" and fault.status == 404):
        assert answer.status_code in (201, 204), note
        return
    assert answer.status_code == 207, note
    told = answer.json()
    if kind == "listed":
        [missed] = told["notUpdated"]
        assert (missed["attributeName"], missed["registrationId"]) == (X + "speed", stage.registration), note
        assert missed["reason"], note
        assert told["updated"] == [], note
    else:
        assert [error["registrationId"] for error in told["errors"]] == [stage.registration], note
        if kind != "purge":
            assert (told["errors"][0]["entityId"], told["success"]) == (stage.id, [stage.id]), note


@pytest.mark.parametrize("path", ["/entities/urn:ngsi-ld:Bus:1", "/entities?type=Bus", "/types"])
def test_an_answer_that_is_too_large_is_not_taken(broker: Broker, source: Source, path: str) -> None:
    register = Registrar(broker, source.origin)
    id = register()
    source.answers("GET", "", 200, HUGE)
    answer = broker.get(path)
    assert answer.status_code in (200, 404)
    assert warnings(answer).startswith("111 ")
    assert id in warnings(answer)
