"""Every reader of documents that people, devices and other brokers send, with what it reads when all is well."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))

from any_answer import ENTITY, MAP, PROBLEM, RESULT, STORY, TYPES
from any_request import BUS, FRAGMENT, HISTORY, QUERY, REGISTRATION, ROOM, SUBSCRIPTION, V2_SUBSCRIPTION

from pinisi.city.context import context_bytes
from pinisi.console.ngsi_ld_query import posted_query
from pinisi.context.contexts import Contexts
from pinisi.context.endpoint_pairs import read_receiver_info
from pinisi.context.entity_map import read_lifetime, read_map_fragment
from pinisi.context.federation.answer import Answer, read_warnings
from pinisi.context.federation.histories import read_histories
from pinisi.context.federation.outcome import problem_of
from pinisi.context.federation.reading import Unreadable, list_of_texts, read_body, read_entities, read_ids
from pinisi.context.federation.relayed import read_told
from pinisi.context.linked_entities import parse_join, read_above
from pinisi.context.mqtt_packets import (
    PUBACK,
    PUBCOMP,
    PUBREC,
    Malformed,
    PacketReader,
    read_acknowledgement,
    read_welcome,
)
from pinisi.context.mqtt_target import BadNotifierInfo, parse_mqtt_target
from pinisi.context.ngsi_v2.correlator import correlator, prompted_by, was_told
from pinisi.context.ngsi_v2.entities import read_entity as read_v2_entity
from pinisi.context.ngsi_v2.expressions import ids_of, parse_expression, parse_geo
from pinisi.context.ngsi_v2.registrations import payload_of
from pinisi.context.ngsi_v2.subscriptions import Recording
from pinisi.context.ngsi_v2.subscriptions import read_subscription as read_v2_subscription
from pinisi.context.ngsi_v2.written import read_new as read_new_v2
from pinisi.context.ngsi_v2.written import read_writing as read_v2_writing
from pinisi.context.ordering import parse_ordering
from pinisi.context.patch_payload import read_attribute_patch
from pinisi.context.payload import read_attribute, read_fragment, read_replacement
from pinisi.context.plain_batch import read_plain_entity
from pinisi.context.registration_payload import expanded, read_registration
from pinisi.context.registration_query import parse_csf, parse_discovery
from pinisi.context.registration_subscription import read_follower
from pinisi.context.render import View
from pinisi.context.snapshot import read_snapshot, read_snapshot_fragment
from pinisi.context.targets import BadTarget, parse_target
from pinisi.context.temporal_payload import read_temporal_fragment
from pinisi.feed.address import BadFeedAddress, read_feed_address
from pinisi.feed.lines import BadMessage, read_message

CONTEXTS = Contexts({"urn:pinisi:context": json.loads(context_bytes())}, lambda _url: None)
TABLE = CONTEXTS.table("urn:pinisi:context")
FOLLOWER = {**SUBSCRIPTION, "entities": [{"type": "Bus", "idPattern": "urn:.*"}], "csf": "name==1"}
del FOLLOWER["q"], FOLLOWER["geoQ"], FOLLOWER["notificationTrigger"]
SNAPSHOT = {
    "id": "urn:s:1", "type": "Snapshot", "snapshotQueries": [QUERY], "endpoint": "http://127.0.0.1:1/",
    "snapshotLifetime": "PT1H", "snapshotStatus": "preparing", "expiresAt": "2040-01-01T00:00:00Z",
}  # fmt: skip
CHANGE = {"id": "urn:s:1", "type": "Snapshot", "endpoint": "http://127.0.0.1:1/", "snapshotLifetime": "PT1H"}
CUSTOM = {
    **V2_SUBSCRIPTION,
    "notification": {
        "mqttCustom": {"url": "mqtt://127.0.0.1:1", "topic": "a/${id}", "qos": 1, "user": "a",
                       "passwd": "b", "ngsi": {"id": "p:${id}", "t": {"value": "${t}", "type": "Number"}}},
        "exceptAttrs": ["u"], "attrsFormat": "keyValues", "covered": False, "maxFailsLimit": 3, "metadata": ["a"],
    },
    "status": "oneshot",
}  # fmt: skip
PROVIDER = {
    "dataProvided": {"entities": [{"id": "R1", "type": "Room"}], "attrs": ["t"]}, "expires": "2040-01-01T00:00:00Z",
    "provider": {"http": {"url": "http://127.0.0.1:1/"}, "supportedForwardingMode": "all"}, "status": "active",
}  # fmt: skip
PAIRS = [{"key": "Authorization", "value": "x"}, {"key": "MQTT-QoS", "value": "1"}]
TOLD = {**ENTITY, "speed": {"type": "Property", "value": 5, "previousValue": 4}, "name": {"type": "Property",
        "previousValue": "a", "value": "urn:ngsi-ld:null"}}  # fmt: skip
DISCOVERY = {
    "type": "Bus", "id": "urn:x:1", "idPattern": "urn:.*", "attrs": "speed", "csf": "name==1", "timerel": "between",
    "timeAt": "2026-01-01T00:00:00Z", "endTimeAt": "2026-02-01T00:00:00Z", "georel": "near;maxDistance==10",
    "geometry": "Point", "coordinates": "[1,2]", "scopeQ": "/a/#", "geoproperty": "location", "lang": "en,id;q=0.5",
}  # fmt: skip
GEO = {"georel": "near;maxDistance:1000", "geometry": "point", "coords": "-5.1,119.4"}
ORDER = {"orderBy": ["speed;desc", "name[a]", "location;dist-asc"], "collation": "en", "from": [1, 2], "form": "Point"}
JOINED = {"join": "inline", "joinLevel": "2", "containedBy": "urn:x:1,urn:x:2"}
MESSAGE = (
    b'{"after":4,"position":5,"lines":[{"position":5,"time":1,"op":"create","subject":"urn:x:1","types":["Bus"]}]}'
)
WELCOME = bytes.fromhex("00000d2100142400270000ffff130010")
PUBACKS = bytes.fromhex("200200004002000140030001105004000200000d00")


class Reading(msgspec.Struct, frozen=True):
    """Samples of what is read (documents, texts or bytes), what reads it, and how it may say no besides a refusal
    that is answered with a status below 500."""

    samples: tuple[Any, ...]
    read: Callable[[Any], Any]
    refusals: tuple[type[Exception], ...] = ()


def registration(document: Any) -> None:
    payload, properties = expanded(document, TABLE)
    payload.setdefault("id", "urn:r:1")
    read_registration(payload, properties, "x", None)


def packets(body: bytes) -> None:
    for packet in PacketReader().feed(body):
        if packet.kind in (PUBACK, PUBREC, PUBCOMP):
            read_acknowledgement(packet.body)


def welcome(body: bytes) -> None:
    read_welcome(body, True)
    read_welcome(body, False)


def reported(body: bytes) -> None:
    answer = Answer(status=400, body=body)
    told = problem_of(answer)
    assert told is not None and msgspec.json.encode(told)


def v2(document: Any) -> dict[str, Any]:
    """Only objects come so far."""
    return document if isinstance(document, dict) else {}


def each(document: Any, name: str) -> Any:
    return document.get(name) if isinstance(document, dict) else document


def texts(document: Any) -> dict[str, str]:
    """What a query string can hold."""
    return {str(name): str(value) for name, value in v2(document).items()}


def ordering(document: Any) -> None:
    named = each(document, "orderBy")
    terms = [str(term) for term in named] if isinstance(named, list) else [str(named)]
    collation = each(document, "collation")
    parse_ordering(terms, TABLE, collation if isinstance(collation, str) else None, each(document, "from"))


def joined(document: Any) -> None:
    told = texts(document)
    parse_join(told.get("join"), told.get("joinLevel"), View())
    read_above(each(document, "containedBy"))


def chain(header: bytes) -> None:
    """What prompted a change, and what is told on because of it: no step is lost, the next time all are known."""
    prompted = prompted_by(header)
    told = was_told(prompted, "x", "urn:s:1", "urn:x:1")
    again = correlator([prompted], "x", "urn:s:1", ["urn:x:1"], 1).encode("latin-1")
    assert was_told(prompted_by(again), "x", "urn:s:1", "urn:x:1")
    assert not told or prompted


def geo_of_v2(document: Any) -> None:
    told = v2(document)
    parse_geo(told.get("georel"), told.get("geometry"), told.get("coords"))


BROKER: dict[str, Reading] = {
    "fragment": Reading((FRAGMENT, HISTORY), lambda document: read_fragment(document, TABLE, nulls=True)),
    "fragment, simplified": Reading(
        (FRAGMENT,), lambda document: read_fragment(document, TABLE, nulls=True, simplified=True)
    ),
    "replacement": Reading((BUS,), lambda document: read_replacement(document, "urn:x:2", TABLE)),
    "attribute": Reading((BUS["speed"][0], BUS["label"]), lambda document: read_attribute(document, "speed", TABLE)),
    "patch of an attribute": Reading(
        (BUS["speed"][0], {"value": "urn:ngsi-ld:null"}),
        lambda document: read_attribute_patch(document, "speed", TABLE),
    ),
    "temporal fragment": Reading((HISTORY, STORY), lambda document: read_temporal_fragment(document, TABLE)),
    "plain entity": Reading(
        ({"id": "urn:x:1", "type": "Bus", "speed": {"type": "Property", "value": 1}},),
        lambda document: read_plain_entity(msgspec.json.decode(msgspec.json.encode(v2(document))), TABLE),
    ),
    "registration": Reading((REGISTRATION,), registration),
    "subscription to registrations": Reading(
        (FOLLOWER,), lambda document: read_follower({"id": "urn:s:1", **v2(document)}, TABLE.expand_term, "x", None)
    ),
    "discovery": Reading((DISCOVERY,), lambda document: parse_discovery(texts(document), TABLE)),
    "csf": Reading(('name=="a";(b>1|c)',), lambda text: parse_csf(text, TABLE)),
    "ordering": Reading((ORDER,), ordering),
    "join": Reading((JOINED,), joined),
    "snapshot": Reading((SNAPSHOT,), read_snapshot),
    "fragment of a snapshot": Reading((CHANGE,), lambda document: read_snapshot_fragment(document, "urn:s:1")),
    "fragment of an entity map": Reading((MAP,), read_map_fragment),
    "lifetime of an entity map": Reading(("PT1H", "P1Y2M3DT4H5M6.7S"), read_lifetime),
    "posted query": Reading(
        ({name: QUERY[name] for name in QUERY if name != "temporalQ"},), lambda document: posted_query(document, TABLE)
    ),
    "receiverInfo": Reading((PAIRS,), lambda document: read_receiver_info(document, "receiverInfo")),
    "target": Reading(("http://example.org:8080/a?b=c", "https://[::1]/"), parse_target, (BadTarget,)),
    "target of MQTT": Reading(
        ("mqtts://a:b@example.org:8883/x/y", "mqtt://h/t"),
        lambda text: parse_mqtt_target(text, (("MQTT-QoS", "1"),)),
        (BadTarget, BadNotifierInfo),
    ),
    "packets of MQTT": Reading((PUBACKS,), packets, (Malformed,)),
    "welcome of MQTT": Reading((WELCOME,), welcome, (Malformed,)),
    "v2 entity": Reading((ROOM,), lambda document: read_v2_entity(document, TABLE)),
    "v2 entity, keyValues": Reading(
        ({"id": "R1", "type": "Room", "t": 5},),
        lambda document: read_new_v2(document, TABLE, key_values=True, scopes=[], override=False),
    ),
    "v2 fragment": Reading(
        ({"t": {"value": 6, "type": "Number"}}, {"t": {"value": {"$inc": 2}, "type": "Number"}}),
        lambda document: read_v2_writing(document, TABLE, key_values=False),
    ),
    "Fiware-Correlator": Reading(
        (b"a; cbnotif=1; pinisi=0123456789abcdef-01234567.89abcdef01234567-89abcdef", b"5f2c; cbnotif=2"), chain
    ),
    "v2 subscription": Reading(
        (V2_SUBSCRIPTION, CUSTOM),
        lambda document: read_v2_subscription(v2(document), Recording(TABLE.expand_term), "urn:s:1", "x", None),
    ),
    "v2 registration": Reading((PROVIDER,), lambda document: payload_of(v2(document), "urn:r:1", None, TABLE)),
    "v2 q": Reading(("t>1;a.b=='c,d'", "t==1..5", "!t", "t~=a.*"), lambda text: parse_expression(text, "q", TABLE)),
    "v2 mq": Reading(("t.accuracy<0.9",), lambda text: parse_expression(text, "mq", TABLE)),
    "v2 place": Reading((GEO, {**GEO, "geometry": "box", "georel": "coveredBy", "coords": "1,2;3,4"}), geo_of_v2),
    "v2 ids": Reading(("a,b,c",), ids_of),
    "entities of a source": Reading(
        (ENTITY, [ENTITY]), lambda document: read_entities(document, CONTEXTS, TABLE), (Unreadable,)
    ),
    "histories of a source": Reading(
        (STORY, [STORY]),
        lambda document: read_histories(document, CONTEXTS, TABLE, "urn:r:1"),
        (Unreadable,),
    ),
    "notification of a source": Reading(
        (TOLD, ENTITY), lambda document: read_told(document, TABLE, "urn:r:1", "urn:s:1")
    ),
    "list of a source": Reading((TYPES,), lambda document: list_of_texts(document, "typeList"), (Unreadable,)),
    "body of a source": Reading((json.dumps(ENTITY).encode(),), read_body, (Unreadable,)),
    "ids of a source": Reading((b'["urn:x:1","urn:x:2"]',), read_ids, (Unreadable,)),
    "problem of a source": Reading((json.dumps(PROBLEM).encode(), json.dumps(RESULT).encode()), reported),
    "warnings of a source": Reading(('111 a "b", 199 c "d"',), read_warnings),
    "message of the feed": Reading((MESSAGE,), read_message, (BadMessage,)),
    "address of the feed": Reading(("nats://a:b@h:4222,k/pinisi?replicas=3",), read_feed_address, (BadFeedAddress,)),
}
