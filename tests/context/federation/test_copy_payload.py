"""The copies of a subscription: reduced to what a source is registered for, and to what its owner may see (5.8.1.4)."""

from typing import Any

from pinisi.context.federation.copies import new_copy
from pinisi.context.federation.copy_payload import Share, copy_of, shares_of
from pinisi.context.registration import EntityInfo, Information, Registration, StoredRegistration
from pinisi.context.subscription import StoredSubscription, Subscription
from pinisi.context.subscription_payload import read_subscription
from pinisi.context.subscription_text import Recorder
from pinisi.context.term_table import CORE_TABLE
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.terms import DEFAULT_CONTEXT

ADDRESS = "http://here.example/relay"
OTHER = "https://other.example/"


def iri(name: str) -> str:
    return name if ":" in name else DEFAULT_CONTEXT + name


def entities(*types: str, **more: Any) -> tuple[EntityInfo, ...]:
    return (EntityInfo(types=frozenset(map(iri, types)), **more),)


def source(*information: Information, **more: Any) -> Registration:
    known: dict[str, Any] = {
        "id": "urn:r", "owner": "me", "endpoint": "http://x", "face": Entity("urn:r", ["R"]),
        "information": information or (Information(entities=entities("Bus")),),
        "operations": frozenset({"createSubscription"}),
    }  # fmt: skip
    return Registration(**(known | more))


def subscribed(**members: Any) -> tuple[StoredSubscription, Subscription]:
    payload: dict[str, Any] = {
        "id": "urn:s", "type": "Subscription", "entities": [{"type": "Bus"}],
        "notification": {"endpoint": {"uri": "http://subscriber.example/"}}, **members,
    }  # fmt: skip
    recorder = Recorder(lambda name: OTHER + name if name == "name" else iri(name))
    subscription = read_subscription(payload, recorder, "me", None)
    stored = StoredSubscription(
        id="urn:s", owner="me", payload=payload, terms=recorder.terms, context=None, created_at=0, modified_at=0
    )
    return stored, subscription


def copies(registration: Registration, seen: tuple[int, ...] = (0, 1, 2), **members: Any) -> list[dict[str, Any]]:
    stored, subscription = subscribed(**members)
    shares = shares_of(subscription, registration, seen)
    return [copy_of(stored, subscription, registration, share, CORE_TABLE, ADDRESS) for share in shares]


def test_names_are_said_in_the_terms_of_the_source() -> None:
    (copy,) = copies(source(), q='name=="x";speed>5', watchedAttributes=["name"], geoQ={
        "georel": "near;maxDistance==1", "geometry": "Point", "coordinates": [0, 0], "geoproperty": "name",
    })  # fmt: skip
    assert copy["q"] == f'{OTHER}name=="x";speed>5'
    assert copy["watchedAttributes"] == [f"{OTHER}name"]
    assert copy["geoQ"]["geoproperty"] == f"{OTHER}name"
    assert copy["notification"] == {"sysAttrs": True, "endpoint": {"uri": ADDRESS, "accept": "application/json"}}


def test_attributes_that_are_not_registered_are_not_watched_there() -> None:
    offered = source(Information(entities=entities("Bus"), properties=frozenset({iri("speed")})))
    assert copies(offered)[0]["watchedAttributes"] == ["speed"]
    assert copies(offered, watchedAttributes=["speed", "name"])[0]["watchedAttributes"] == ["speed"]
    assert copies(offered, watchedAttributes=["name"]) == []


def test_types_ids_and_datasets_are_narrowed() -> None:
    wide = [{"type": "Bus,Tram,Ferry"}]
    offered = source(Information(entities=entities("Bus", "Tram")))
    assert copies(offered, entities=wide)[0]["entities"] == [{"type": "Bus,Tram"}]
    named = source(Information(entities=entities("Bus", id="urn:b:1")))
    assert copies(named, entities=wide)[0]["entities"] == [{"type": "Bus", "id": "urn:b:1"}]
    assert copies(named, entities=[{"type": "Bus", "id": "urn:b:2"}]) == []
    part = source(Information(entities=entities("Bus")), datasets=frozenset({None, "urn:d:1"}))
    assert copies(part)[0]["datasetId"] == ["@none", "urn:d:1"]
    assert copies(part, datasetId=["urn:d:1", "urn:d:2"])[0]["datasetId"] == ["urn:d:1"]


def test_a_part_that_the_owner_may_not_see_is_not_asked_for() -> None:
    offered = source(Information(entities=entities("Bus")), Information(entities=entities("Patient")))
    both = [{"type": "Bus"}, {"type": "Patient"}]
    assert copies(offered, (0,), entities=both)[0]["entities"] == [{"type": "Bus"}]
    assert copies(offered, (), entities=both) == []


def test_pieces_are_asked_for_without_filters() -> None:
    (copy,) = copies(source(), q="speed>5", scopeQ="/a", splitEntities=True)
    assert copy["splitEntities"] is True
    assert not {"q", "scopeQ", "geoQ"} & set(copy)


def test_who_serves_the_past_or_nothing_of_it_takes_no_part() -> None:
    assert copies(source(operations=frozenset({"queryEntity"}))) == []
    assert copies(source(mode="auxiliary")) == []
    assert len(copies(source(local_only=True))) == 1
    assert copies(source(local_only=True))[0]["localOnly"] is True


def test_a_copy_serves_its_share_at_its_source_alone() -> None:
    registration = source(Information(entities=entities("Bus")))
    kept = StoredRegistration(
        id="urn:r", owner="me", properties={}, context=None, created_at=0, modified_at=0,
        payload={
            "id": "urn:r", "type": "ContextSourceRegistration", "endpoint": "http://x",
            "information": [{"entities": [{"type": iri("Bus")}]}],
        },
    )  # fmt: skip
    share = Share(None, None, (), ())
    one, other = new_copy("urn:s", kept, share), new_copy("urn:s", kept, share)
    assert one.id != other.id
    assert one.serves(registration, share)
    assert not one.serves(registration, Share(frozenset({iri("speed")}), None, (), ()))
    assert not one.serves(source(endpoint="http://elsewhere"), share)
