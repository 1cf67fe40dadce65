"""Requests as nobody should send them: methods, paths, parameters, headers and bodies, drawn from the words of the two
interfaces and from what is none of their words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast
from urllib.parse import quote

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pinisi.console.http import Route

CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"
ODD = (
    "", " ", "0", "-1", "1e999", "null", "true", "99999999999999999999", "urn:x:1", "urn:ngsi-ld:null", "Bus",
    "speed", "@none", "*", "/", "..", "%", "%zz", "a,b", "a;b", "(a", "a)", "((((((((", "[", "{", "}", '"', "'", "\\",
    "<>", "\u0000", "\u202e", "é", "名前", "\ud7ff", "2026-01-01T00:00:00Z", "2026-13-45T99:99:99Z", "PT1H", "P-1D",
    "http://a/b", "mqtt://a:99999/", "x" * 300, "speed==1", "speed==", "speed~=(a+)+$", "speed>1;|", "a.b[c]{d}",
    "near;maxDistance==10", "near;maxDistance==-1", "[0,0]", "[[[0,0]]]", "Point", "/a/+/#", "name;desc", "keyValues",
    "sysAttrs", "temporalValues", "aggregatedValues", "flat", "inline", "id,type", "speed{name{id}}",
)  # fmt: skip


def _words(text: str) -> list[str]:
    return text.split()


TEXTS = st.one_of(st.sampled_from(ODD), st.text(max_size=12))
KEYS = st.sampled_from(_words("""
    id type @id @type @context scope value object languageMap vocab json valueList objectList observedAt
    datasetId unitCode expiresAt location coordinates speed name entities attrs q geoQ georel geometry temporalQ
    timerel timeAt scopeQ watchedAttributes notification endpoint uri accept format receiverInfo notifierInfo
    throttling timeInterval notificationTrigger isActive jsonldContext information propertyNames
    relationshipNames mode operations management contextSourceInfo key observationInterval startAt
    snapshotQueries actionType subject condition expression http httpCustom url payload headers metadata
    idPattern typePattern attributes status method qs json ngsi mqtt mqttCustom topic qos retain
    attrsFormat exceptAttrs onlyChangedAttrs covered maxFailsLimit mq georel geometry coords alterationTypes
    notifyOnMetadataChange provider dataProvided legacyForwarding supportedForwardingMode contextSourceAlias
    showChanges sysAttrs join joinLevel pick omit containedBy orderBy collation lang csf datasetId timeproperty
    endTimeAt aggrMethods aggrPeriodDuration cooldown timeout localOnly refreshRate tenant hostAlias
    """))  # fmt: skip
KINDS = st.sampled_from(_words("""
    Property Relationship GeoProperty LanguageProperty VocabProperty JsonProperty ListProperty ListRelationship
    Query Subscription ContextSourceRegistration Snapshot EntityMap Point Polygon append Bus DateTime
    """))  # fmt: skip
SCALARS = st.one_of(
    TEXTS,
    KINDS,
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
)
ANY: SearchStrategy[Any] = st.deferred(
    lambda: st.one_of(SCALARS, SCALARS, SCALARS, st.lists(ANY, max_size=3), st.dictionaries(KEYS, ANY, max_size=5))
)
POINT = {"type": "Point", "coordinates": [119.4, -5.1]}
BUS: dict[str, Any] = {
    "id": "urn:x:2",
    "type": "Bus",
    "scope": "/a/b",
    "location": {"type": "GeoProperty", "value": POINT},
    "speed": [
        {
            "type": "Property",
            "value": 5,
            "unitCode": "KMH",
            "observedAt": "2026-01-01T00:00:00Z",
            "by": {"object": "urn:x:3"},
        },
        {"type": "Property", "value": 6, "datasetId": "urn:d:1"},
    ],
    "label": {"type": "LanguageProperty", "languageMap": {"id": "a", "en": "b"}},
    "kind": {"type": "VocabProperty", "vocab": "Bus"},
    "raw": {"type": "JsonProperty", "json": {"a": [1, None]}},
    "stops": {"type": "ListRelationship", "objectList": [{"object": "urn:x:4"}]},
}
ENDPOINT = {"uri": "http://127.0.0.1:1/n", "accept": "application/json", "timeout": 100}
FRAGMENT = {"speed": {"type": "Property", "value": 9}, "name": "urn:ngsi-ld:null"}
HISTORY = {"speed": [{"type": "Property", "value": 1, "observedAt": "2026-01-01T00:00:00Z"}]}
SUBSCRIPTION = {
    "type": "Subscription", "entities": [{"type": "Bus", "idPattern": ".*"}], "watchedAttributes": ["speed"],
    "q": "speed>1", "geoQ": {"georel": "near;maxDistance==10", "geometry": "Point", "coordinates": [1, 2]},
    "notificationTrigger": ["entityCreated"],
    "notification": {"attributes": ["speed"], "format": "normalized", "endpoint": ENDPOINT, "showChanges": True},
}  # fmt: skip
FOLLOWING = {name: SUBSCRIPTION[name] for name in ("type", "entities", "watchedAttributes", "notification")}
REGISTRATION = {
    "type": "ContextSourceRegistration", "endpoint": "http://127.0.0.1:1", "mode": "inclusive",
    "information": [{"entities": [{"type": "Bus", "id": "urn:x:9"}], "propertyNames": ["speed"]}],
    "operations": ["retrieveOps"], "location": POINT,
}  # fmt: skip
QUERY = {
    "type": "Query", "entities": [{"type": "Bus"}], "attrs": ["speed"], "q": "speed>1",
    "temporalQ": {"timerel": "after", "timeAt": "2020-01-01T00:00:00Z"},
    "geoQ": {"georel": "within", "geometry": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
}  # fmt: skip
SNAPSHOT: dict[str, Any] = {
    "type": "Snapshot",
    "snapshotQueries": [{name: QUERY[name] for name in QUERY if name != "temporalQ"}],
    "snapshotLifetime": "PT1H",
}
CONTEXT = {"@context": {"Bus": "https://x.example/Bus", "speed": {"@id": "https://x.example/speed", "@type": "@id"}}}
ROOM = {"id": "R1", "type": "Room", "t": {"value": 5, "type": "Number", "metadata": {"a": {"value": 1}}}}
V2_SUBSCRIPTION = {
    "subject": {"entities": [{"idPattern": ".*"}], "condition": {"attrs": ["t"], "expression": {"q": "t>1"}}},
    "notification": {
        "httpCustom": {"url": "http://127.0.0.1:1/${id}", "headers": {"a": "${t}"}, "payload": "${t}"},
        "attrs": ["t"],
    },
    "expires": "2040-01-01T00:00:00Z",
}
V2_REGISTRATION = {
    "dataProvided": {"entities": [{"id": "R9", "type": "Room"}, {"idPattern": "a.*"}], "attrs": ["t"]},
    "provider": {"http": {"url": "http://127.0.0.1:1/v2"}, "supportedForwardingMode": "all"},
    "expires": "2040-01-01T00:00:00Z", "status": "active", "description": "a",
}  # fmt: skip
CORRELATED = "0123456789abcdef-01234567"
GOOD: dict[str, tuple[Any, ...]] = {
    "Entity": (BUS, {"id": "urn:x:1", "type": "Bus", **HISTORY}),
    "EntityFragment": (FRAGMENT, HISTORY),
    "EntityList": ([BUS, {"id": "urn:x:1", "type": "Bus", "speed": 7}],),
    "IdList": (["urn:x:1", "urn:x:2"],),
    "Attribute": ({"type": "Property", "value": {"a": {"b": 1}}},),
    "Subscription": (SUBSCRIPTION,),
    "SubscriptionFragment": ({"q": "speed>2", "isActive": False, "throttling": 5},),
    "ContextSourceRegistration": (REGISTRATION,),
    "ContextSourceRegistrationFragment": ({"mode": "redirect", "information": REGISTRATION["information"]},),
    "Query": (QUERY, *SNAPSHOT["snapshotQueries"]),
    "JsonLdContext": (CONTEXT,),
    "Snapshot": (SNAPSHOT, {"type": "Snapshot", "snapshotLifetime": "PT2H"}),
    "SnapshotFragment": ({"type": "Snapshot", "snapshotLifetime": "PT1H"}, {"snapshotStatus": "ready"}),
    "EntityMapFragment": ({"expiresAt": "2040-01-01T00:00:00Z"},),
    "V2Entity": ({**ROOM, "id": "R2"},),
    "V2Attributes": ({"t": {"value": 6}}, {"t": 7}),
    "V2Attribute": ({"value": 8, "type": "Number"},),
    "V2Value": ({"a": 1}, [1]),
    "V2Update": ({"actionType": "append", "entities": [ROOM]},),
    "V2Query": ({"entities": [{"idPattern": ".*"}], "attrs": ["t"], "expression": {"q": "t>1"}, "metadata": ["a"]},),
    "V2Subscription": (V2_SUBSCRIPTION,),
    "V2Registration": (V2_REGISTRATION,),
    "V2Notification": ({"subscriptionId": "a", "data": [ROOM]},),
}
"""Bodies that are right, by the routes' kinds of bodies."""

MAP, INSTANCE = "urn:x:map", "urn:x:instance"
"""Stand for names that a broker gives: exchanged when a request is sent."""
NAMED = {
    "id": ("urn:x:1", "urn:x:2", "R1", MAP), "attribute": ("speed", "name", "t"), "type": ("Bus", "Room"),
    "instance": (INSTANCE,),
}  # fmt: skip
"""What may stand for a name in braces and is there."""
FIRST = {"id": "urn:x:1"}
THERE: tuple[tuple[str, Any], ...] = (
    ("/ngsi-ld/v1/entities", {**FIRST, "type": "Bus", "name": "a", "speed": 1}),
    ("/ngsi-ld/v1/subscriptions", {**SUBSCRIPTION, **FIRST}),
    ("/ngsi-ld/v1/csourceRegistrations", {**REGISTRATION, **FIRST}),
    ("/ngsi-ld/v1/csourceSubscriptions", {**FOLLOWING, **FIRST}),
    ("/ngsi-ld/v1/snapshots", {**SNAPSHOT, **FIRST}),
    ("/v2/entities", ROOM),
)
"""What requests are to meet: path and body of what makes it. Each kind that has names of its own has one of NAMED."""


def _places(document: Any) -> list[tuple[Any, ...]]:
    """The way to each member of a document."""
    members = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    ways: list[tuple[Any, ...]] = []
    for name, member in cast(Iterable[tuple[Any, Any]], members):
        ways += [(name,), *((name, *way) for way in _places(member))]
    return ways


def _with(document: Any, way: tuple[Any, ...], value: Any) -> Any:
    """A copy with another value at one place; `...` takes it away."""
    if not way:
        return value
    changed: Any = dict(document) if isinstance(document, dict) else list(document)
    if len(way) == 1 and value is ...:
        del changed[way[0]]
    else:
        changed[way[0]] = value if len(way) == 1 else _with(changed[way[0]], way[1:], value)
    return changed


def nearly(good: Any) -> SearchStrategy[Any]:
    """The document with one of its members exchanged or taken away, or with one more."""
    places = _places(good)
    changed = st.builds(_with, st.just(good), st.sampled_from(places), st.one_of(ANY, st.just(...)))
    objects = [way for way in ((), *places) if isinstance(_at(good, way), dict)]
    if not objects:
        return changed
    more = st.builds(lambda way, name, value: _with(good, (*way, name), value), st.sampled_from(objects), KEYS, ANY)
    return st.one_of(changed, changed, more)


def _at(document: Any, way: tuple[Any, ...]) -> Any:
    for step in way:
        document = document[step]
    return document


def _bodies(kind: str | None) -> SearchStrategy[bytes]:
    meant = GOOD.get(kind or "", tuple(document for some in GOOD.values() for document in some))
    near = st.sampled_from(meant).flatmap(nearly).map(msgspec.json.encode)
    return st.one_of(st.sampled_from(meant).map(msgspec.json.encode), near, near, near, BODIES)


BODIES: SearchStrategy[bytes] = st.one_of(
    ANY.map(msgspec.json.encode),
    ANY.map(lambda document: msgspec.json.encode(document)[:-1]),
    st.binary(max_size=40),
    st.sampled_from(
        [
            b"",
            b"[",
            b"{}",
            b"[]",
            b"null",
            b"[null]",
            b"[" * 200,
            b'{"a":' * 200,
            b"\xff\xfe",
            b"NaN",
            b'{"id":1,"id":2}',
        ]
    ),
)
HEADER = st.one_of(
    st.tuples(
        st.just("Accept"),
        st.sampled_from(
            ["application/json", "application/ld+json", "application/geo+json", "*/*", "text/plain", ";;q=x", ""]
        ),
    ),
    st.tuples(
        st.just("Content-Type"),
        st.sampled_from(
            ["application/ld+json", "application/merge-patch+json", "text/plain", "application/json; charset=x", ""]
        ),
    ),
    st.tuples(
        st.just("Link"),
        st.sampled_from(
            [f'<{CORE}>; rel="http://www.w3.org/ns/json-ld#context"', "<>", "<x", '<a>; rel="b", <c>', ";;;", ""]
        ),
    ),
    st.tuples(st.just("Prefer"), st.sampled_from(["ngsi-ld=1.3", "ngsi-ld=9", "body=json", "ngsi-ld=", "="])),
    st.tuples(st.just("NGSILD-EntityMap"), st.sampled_from(["urn:x:1", "/ngsi-ld/v1/entityMaps/x", ""])),
    st.tuples(st.just("NGSILD-Snapshot"), st.sampled_from(["urn:x:1", "", "?"])),
    st.tuples(st.just("Via"), st.sampled_from(["1.1 a", "1.1 a, 1.1 b", ",", "x"])),
    st.tuples(
        st.just("Fiware-Correlator"),
        st.sampled_from(
            [
                f"a; cbnotif=1; pinisi={CORRELATED}",
                f"pinisi={CORRELATED}.{CORRELATED}",
                "pinisi=x",
                ";=;",
                "x" * 2_001,
                "",
            ]
        ),
    ),
    st.tuples(st.just("Fiware-ServicePath"), st.sampled_from(["/", "/a/b", "/#", "a", ""])),
)
HEADERS = st.one_of(st.just([]), st.just([]), st.lists(HEADER, max_size=2)).map(
    lambda pairs: {"Content-Type": "application/json", **dict(pairs)}
)


class Request(NamedTuple):
    method: str
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


def requests(routes: Sequence[Route]) -> SearchStrategy[Request]:
    """Requests to routes: the names in braces filled with anything, parameters that they know and one unknown."""
    return st.sampled_from(routes).flatmap(_to)


def _to(route: Route) -> SearchStrategy[Request]:
    asked = st.dictionaries(
        st.sampled_from([*route.parameters, "unknown"]), TEXTS, max_size=4 if route.parameters else 0
    )
    parameters = st.one_of(st.just({}), st.just({}), asked) if route.method != "GET" else asked
    names = [_name(part[1:-1]) for part in route.path.split("/") if part.startswith("{")]
    return st.builds(
        lambda names, told, headers, body: Request(route.method, _filled(route.path, names), told, headers, body),
        st.tuples(*names),
        parameters,
        HEADERS,
        st.just(b"") if route.method in ("GET", "DELETE") else _bodies(route.body),
    )


def _name(place: str) -> SearchStrategy[str]:
    there = NAMED.get(place)
    return TEXTS if there is None else st.one_of(st.sampled_from(there), st.sampled_from(there), TEXTS)


def _filled(path: str, names: Sequence[str]) -> str:
    parts = iter(names)
    return "/".join(
        quote(next(parts).encode("utf-8", "surrogatepass"), safe=":") if part.startswith("{") else part
        for part in path.split("/")
    )
