"""The payload of a context source registration (NGSI-LD 5.2.9): what is read, and which member a problem names."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinisi.context.problems import BadRequestData, NgsiLdError
from pinisi.context.registration import (
    EntityInfo,
    Interval,
    Registration,
    StoredRegistration,
    decode_stored,
    encode_stored,
)
from pinisi.context.registration_operations import AUXILIARY, DEFAULT, GROUPS, OPERATIONS
from pinisi.context.registration_payload import MEMBERS, expanded, read_registration, read_stored
from pinisi.context.term_definitions import Term
from pinisi.context.term_table import CORE_TABLE, TermTable
from pinisi.store.query import Compare, GeoQuery, Path, ScopeIs
from pinisi.vocabulary.instant import parse_instant
from pinisi.vocabulary.terms import NGSI_LD

X = "https://terms.example/"
TABLE = TermTable({name: Term(X + name) for name in ("Bus", "speed", "parkedAt", "sourceType")})


def payload(**members: Any) -> dict[str, Any]:
    base = {
        "id": "urn:r:1",
        "type": "ContextSourceRegistration",
        "endpoint": "http://partner.example:9090",
        "information": [{"entities": [{"type": "Bus"}]}],
    }
    return {name: value for name, value in {**base, **members}.items() if value is not ...}


def read(document: dict[str, Any]) -> Registration:
    return read_registration(*expanded(document, TABLE), "ani", None)


def problem(document: Any) -> str:
    with pytest.raises(BadRequestData) as refused:
        read(document)
    return refused.value.detail


def test_names_become_iris() -> None:
    registration = read(
        payload(
            information=[
                {
                    "entities": [{"type": ["Bus", "Train"], "id": "urn:bus:7"}, {"type": "Bus", "idPattern": "^urn:b"}],
                    "propertyNames": ["speed"],
                    "relationshipNames": ["parkedAt"],
                }
            ]
        )
    )
    (info,) = registration.information
    unknown = NGSI_LD + "default-context/Train"
    assert info.entities == (
        EntityInfo(types=frozenset({X + "Bus", unknown}), id="urn:bus:7"),
        EntityInfo(types=frozenset({X + "Bus"}), id_pattern="^urn:b"),
    )
    assert info.properties == {X + "speed"}
    assert info.attributes == {X + "speed", X + "parkedAt"}


def test_what_is_not_said_has_the_standards_default() -> None:
    registration = read(payload())
    assert registration.mode == "inclusive"
    assert registration.operations == DEFAULT == GROUPS["federationOps"]
    assert registration.information[0].attributes is None
    assert not registration.local_only
    assert not registration.temporal


def test_all_members_are_read() -> None:
    registration = read(
        payload(
            mode="redirect",
            operations=["updateOps", "deleteEntity"],
            tenant="partner",
            contextSourceAlias="alias-1",
            datasetId=["@none", "urn:d:1"],
            scope="/Makassar",
            expiresAt="2099-01-01T00:00:00Z",
            contextSourceInfo=[{"key": "Authorization", "value": "urn:ngsi-ld:request"}],
            management={"localOnly": True, "timeout": 1500, "cooldown": 200, "cacheDuration": "PT5M"},
            observationInterval={"startAt": "2026-01-01T00:00:00Z"},
            managementInterval={"startAt": "2026-01-01T00:00:00Z", "endAt": "2026-02-01T00:00:00Z"},
            refreshRate="PT1H",
        )
    )
    assert registration.operations == {"updateEntity", "updateAttrs", "replaceEntity", "replaceAttrs", "deleteEntity"}
    assert (registration.tenant, registration.alias) == ("partner", "alias-1")
    assert registration.datasets == {None, "urn:d:1"}
    assert registration.scopes == ("/Makassar",)
    assert (registration.local_only, registration.timeout, registration.cooldown) == (True, 1.5, 0.2)
    assert registration.source_info[0].value == "urn:ngsi-ld:request"
    assert registration.observation == Interval(parse_instant("2026-01-01T00:00:00Z"))
    assert registration.temporal
    assert read(payload(localOnly=True)).local_only
    assert registration.expired(parse_instant("2099-01-01T00:00:00Z"))
    assert not registration.expired(parse_instant("2098-12-31T00:00:00Z"))


def test_the_groups_are_those_of_the_standard() -> None:
    """Table 4.20-2, counted."""
    sizes = {name: len(group) for name, group in GROUPS.items()}
    assert sizes == {
        "federationOps": 19, "associationOps": 15, "updateOps": 4, "retrieveOps": 2, "redirectionOps": 23,
    }  # fmt: skip
    assert len(OPERATIONS) == 43
    assert AUXILIARY - set(GROUPS) <= OPERATIONS


PROBLEMS: list[tuple[dict[str, Any], str]] = [
    ({"id": "no uri"}, "id:"),
    ({"type": "Registration"}, "type:"),
    ({"endpoint": ...}, "endpoint: is missing"),
    ({"endpoint": "partner"}, "endpoint:"),
    ({"endpoint": "ftp://partner.example/"}, "endpoint:"),
    ({"endpoint": "http://me:secret@partner.example/"}, "endpoint:"),
    ({"information": ...}, "information: is missing"),
    ({"information": None}, "information:"),
    ({"information": []}, "information:"),
    ({"information": {}}, "information:"),
    ({"information": [{}]}, "information[0]: needs"),
    ({"information": ["x"]}, "information[0]:"),
    ({"information": [{"entities": []}]}, "information[0].entities:"),
    ({"information": [{"entities": [{}]}]}, "information[0].entities[0].type: is missing"),
    ({"information": [{"entities": [{"type": []}]}]}, "information[0].entities[0].type:"),
    ({"information": [{"entities": [{"type": "a b"}]}]}, "information[0].entities[0].type:"),
    ({"information": [{"entities": [{"type": "Bus", "id": "x"}]}]}, "information[0].entities[0].id:"),
    ({"information": [{"entities": [{"type": "Bus", "idPattern": "("}]}]}, "information[0].entities[0].idPattern:"),
    ({"information": [{"propertyNames": []}]}, "information[0].propertyNames:"),
    ({"information": [{"propertyNames": "speed"}]}, "information[0].propertyNames:"),
    ({"information": [{"relationshipNames": [1]}]}, "information[0].relationshipNames:"),
    ({"mode": "strict"}, "mode:"),
    ({"mode": []}, "mode:"),
    ({"operations": []}, "operations:"),
    ({"operations": ["fly"]}, "operations[0]:"),
    ({"mode": "auxiliary", "operations": ["updateEntity"]}, "operations:"),
    ({"datasetId": ["x"]}, "datasetId:"),
    ({"scope": "/a//b"}, "scope:"),
    ({"location": {"type": "Point", "coordinates": [200, 0]}}, "location.coordinates"),
    ({"observationSpace": "here"}, "observationSpace:"),
    ({"expiresAt": "tomorrow"}, "expiresAt:"),
    ({"observationInterval": {"endAt": "2026-01-01T00:00:00Z"}}, "observationInterval.startAt:"),
    (
        {"managementInterval": {"startAt": "2026-01-02T00:00:00Z", "endAt": "2026-01-01T00:00:00Z"}},
        "managementInterval.endAt:",
    ),
    ({"refreshRate": "often"}, "refreshRate:"),
    ({"management": "yes"}, "management:"),
    ({"management": {"timeout": 0}}, "management.timeout:"),
    ({"management": {"cooldown": -5}}, "management.cooldown:"),
    ({"management": {"cooldown": True}}, "management.cooldown:"),
    ({"management": {"localOnly": "yes"}}, "management.localOnly:"),
    ({"management": {"cacheDuration": "bogus"}}, "management.cacheDuration:"),
    ({"contextSourceInfo": [{"key": "X"}]}, "contextSourceInfo[0].value:"),
    ({"contextSourceInfo": [{"key": 5, "value": "v"}]}, "contextSourceInfo[0].key:"),
    ({"contextSourceInfo": [{"key": "X Y", "value": "v"}]}, "contextSourceInfo[0].key:"),
    ({"contextSourceInfo": [{"key": "X", "value": "a\r\nHost: b"}]}, "contextSourceInfo[0].value:"),
    ({"contextSourceInfo": [{"key": "accept", "value": "text/html"}]}, "contextSourceInfo[0].value:"),
    ({"contextSourceInfo": [{"key": "jsonldContext", "value": "v"}]}, "contextSourceInfo[0].value:"),
    ({"contextSourceInfo": [{"key": "ngsildConformance", "value": "newest"}]}, "contextSourceInfo[0].value:"),
    ({"registrationName": ""}, "registrationName:"),
    ({"description": "urn:ngsi-ld:null"}, "description:"),
    ({"a b": 1}, "a b:"),
]


@pytest.mark.parametrize(("members", "named"), PROBLEMS)
def test_a_problem_names_its_member(members: dict[str, Any], named: str) -> None:
    assert problem(payload(**members)).startswith(named)


def test_an_exclusive_registration_names_entities_and_attributes() -> None:
    """NGSI-LD 4.3.6.3."""
    whole = {"entities": [{"type": "Bus", "id": "urn:bus:7"}], "propertyNames": ["speed"]}
    assert read(payload(mode="exclusive", information=[whole])).mode == "exclusive"
    for broken, named in (
        ({"entities": whole["entities"]}, "information[0]: an exclusive registration names attributes"),
        ({"propertyNames": ["speed"]}, "information[0].entities: an exclusive"),
        ({**whole, "entities": [{"type": "Bus"}]}, "information[0].entities: an exclusive"),
        ({**whole, "entities": [{"type": "Bus", "idPattern": ".*"}]}, "information[0].entities: an exclusive"),
    ):
        assert problem(payload(mode="exclusive", information=[broken])).startswith(named)


def test_an_auxiliary_source_offers_consumption() -> None:
    """NGSI-LD 4.3.6.2."""
    assert read(payload(mode="auxiliary", operations=["retrieveOps"])).operations == GROUPS["retrieveOps"]
    assert "createSubscription" not in read(payload(mode="auxiliary")).operations
    assert "queryEntity" in read(payload(mode="auxiliary")).operations


def test_what_the_broker_says_itself_is_ignored() -> None:
    document = payload(status="failed", timesSent=-1, lastFailure="never", createdAt="x")
    assert expanded(document, TABLE) == expanded(payload(), TABLE)


def test_filters_see_properties_places_and_scopes() -> None:
    """NGSI-LD 5.10.2.4: csf, geo-query, scope query."""
    registration = read(
        payload(
            sourceType={"type": "Property", "value": "sensor"},
            plain=5,
            scope=["/Makassar/Tallo"],
            location={"type": "Polygon", "coordinates": [[[119, -6], [120, -6], [120, -5], [119, -5], [119, -6]]]},
        )
    )

    def csf(name: str, value: Any) -> bool:
        return registration.matches_csf(Compare(Path(TABLE.expand_term(name)), "==", (value,)))

    assert csf("sourceType", "sensor")
    assert not csf("sourceType", "actuator")
    assert csf("plain", 5)
    assert csf("endpoint", "http://partner.example:9090")
    assert registration.in_scope(ScopeIs(("Makassar", "#")))
    assert not registration.in_scope(ScopeIs(("Berlin",)))
    here, there = {"type": "Point", "coordinates": [119.5, -5.5]}, {"type": "Point", "coordinates": [10, 50]}
    location = NGSI_LD + "location"
    assert registration.may_lie(GeoQuery("near", here, location, max_distance=10))
    assert not registration.may_lie(GeoQuery("near", there, location, max_distance=10))
    small = {"type": "Polygon", "coordinates": [[[119.4, -5.6], [119.5, -5.6], [119.5, -5.5], [119.4, -5.6]]]}
    assert registration.may_lie(GeoQuery("within", small, location)), "the area may hold what lies within a part of it"
    assert registration.may_lie(GeoQuery("disjoint", small, location))
    assert not registration.may_lie(GeoQuery("within", here, NGSI_LD + "operationSpace"))


def test_a_stored_registration_reads_the_same() -> None:
    members, properties = expanded(payload(sourceType="sensor"), TABLE)
    stored = StoredRegistration(
        id="urn:r:1", owner="ani", payload=members, properties=properties, context=None, created_at=1, modified_at=1
    )
    again = read_stored(decode_stored(encode_stored(stored)))
    assert again == read_registration(members, properties, "ani", None, 1)
    assert again.face.attributes[X + "sourceType"][0].value == "sensor"


KEYS = st.sampled_from([*sorted(MEMBERS), "entities", "propertyNames", "relationshipNames", "idPattern", "startAt",
    "endAt", "key", "value", "timeout", "cooldown", "localOnly", "cacheDuration", "coordinates", "sourceType",
    "@context", "status", "", "a b", "object"])  # fmt: skip
WORDS = st.sampled_from(["ContextSourceRegistration", "Bus", "urn:x:1", "http://a.example/", "exclusive", "redirect",
    "auxiliary", "retrieveOps", "updateOps", "@none", "/a", "PT5M", "2099-01-01T00:00:00Z", "(", ".*", "Point",
    "urn:ngsi-ld:null", "urn:ngsi-ld:request", "Property", "accept", ""])  # fmt: skip
ANY = st.recursive(
    st.one_of(WORDS, st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=14,
)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(KEYS, ANY, max_size=6))
def test_whatever_arrives_is_read_or_refused_by_name(members: dict[str, Any]) -> None:
    try:
        document, properties = expanded(payload(**members), CORE_TABLE)
        registration = read_registration(document, properties, "ani", None)
    except NgsiLdError as refused:
        assert refused.status == 400
    else:
        stored = StoredRegistration(
            id=registration.id, owner="ani", payload=document, properties=properties, context=None,
            created_at=0, modified_at=0,
        )  # fmt: skip
        assert read_stored(decode_stored(encode_stored(stored))).information == registration.information
