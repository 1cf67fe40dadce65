"""Changes of entities (NGSI-LD 5.5.8, 5.5.12, 5.6) and the two times of the architecture."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context import edits
from pinisi.context.edits import NotUpdated, UpdateResult
from pinisi.context.instance_edits import merge_json
from pinisi.context.patch_payload import read_attribute_patch, read_entity_patch
from pinisi.context.payload import SCOPE, read_attribute, read_entity, read_fragment
from pinisi.context.problems import AlreadyExists, BadRequestData, ResourceNotFound
from pinisi.context.render import View, entity_document
from pinisi.context.term_table import CORE_TABLE
from pinisi.store.change import Edit, Refused, Transform
from pinisi.vocabulary.entity import Entity

D = "https://uri.etsi.org/ngsi-ld/default-context/"
ID = "urn:ngsi-ld:Building:1"
NULL = "urn:ngsi-ld:null"
THEN, NOW = 1_000_000, 2_000_000


def parse(members: dict[str, Any]) -> Entity:
    return read_entity({"id": ID, "type": "Building", **members}, CORE_TABLE)


def stored(**members: Any) -> Entity:
    entity = edits.create(parse(members))(None, THEN).entity
    assert entity is not None
    return entity


def append(entity: Entity | None, *, overwrite: bool = True, **members: Any) -> Edit:
    return edits.append(ID, read_fragment(members, CORE_TABLE, nulls=False), overwrite=overwrite)(entity, NOW)


def update(entity: Entity | None, **members: Any) -> Edit:
    return edits.update(ID, read_fragment(members, CORE_TABLE, nulls=True))(entity, NOW)


def partial(entity: Entity | None, name: str, **members: Any) -> Edit:
    return edits.partial_update(ID, *read_attribute_patch(members, name, CORE_TABLE))(entity, NOW)


def replace_one(entity: Entity | None, name: str, **members: Any) -> Edit:
    return edits.replace_attribute(ID, *read_attribute(members, name, CORE_TABLE))(entity, NOW)


def merge(entity: Entity | None, document: dict[str, Any], *, simplified: bool = False, **options: Any) -> Edit:
    return edits.merge(ID, read_entity_patch(document, CORE_TABLE, simplified=simplified), **options)(entity, NOW)


def shown(edit: Edit, *, sys_attrs: bool = False) -> dict[str, Any]:
    assert edit.entity is not None
    document = entity_document(edit.entity, CORE_TABLE, View(sys_attrs=sys_attrs))
    return {name: member for name, member in document.items() if name not in ("id", "type")}


P = {"type": "Property", "value": 1}


def test_creating_sets_the_times_and_refuses_what_exists() -> None:
    entity = stored(speed={**P, "source": P})
    instance = entity.attributes[D + "speed"][0]
    assert (entity.created_at, entity.modified_at) == (THEN, THEN)
    assert (instance.created_at, instance.modified_at) == (THEN, THEN)
    assert instance.attributes[D + "source"][0].created_at == THEN
    with pytest.raises(AlreadyExists) as refused:
        edits.create(parse({}))(entity, NOW)
    assert isinstance(refused.value, Refused)


def test_replacing_keeps_when_it_was_created() -> None:
    entity = stored(a=P, b=P, scope="/old")
    after = edits.replace(parse({"a": {"type": "Property", "value": 2}, "scope": ["/x", "/y"]}))(entity, NOW).entity
    assert after is not None
    assert (after.created_at, after.modified_at, after.scopes) == (THEN, NOW, ["/x", "/y"])
    assert list(after.attributes) == [D + "a"]
    assert (after.attributes[D + "a"][0].created_at, after.attributes[D + "a"][0].modified_at) == (THEN, NOW)


def test_appending_replaces_instances_of_the_same_dataset_and_leaves_the_others_identical() -> None:
    entity = stored(a=[P, {**P, "datasetId": "urn:d:1"}], b=P)
    edit = append(entity, a={"type": "Property", "value": 2, "datasetId": "urn:d:1"}, c=P)
    after = edit.entity
    assert after is not None
    assert after.attributes[D + "b"] is entity.attributes[D + "b"]
    assert after.attributes[D + "a"][0] is entity.attributes[D + "a"][0]
    assert after.attributes[D + "a"][1].value == 2
    assert edit.result == UpdateResult((D + "a", D + "c"))
    assert entity.attributes[D + "a"][1].value == 1


def test_appending_without_overwriting_tells_what_it_left() -> None:
    entity = stored(speed=[P, {**P, "datasetId": "urn:d:1"}])
    edit = append(entity, overwrite=False, speed={"type": "Property", "value": 2}, other=P)
    assert edit.result == UpdateResult((D + "other",), (NotUpdated(D + "speed", "the attribute exists already"),))
    assert edit.entity is not None
    assert edit.entity.attributes[D + "speed"] is entity.attributes[D + "speed"]
    nothing = append(entity, overwrite=False, speed=P)
    assert nothing.entity is entity


def test_appended_types_are_added() -> None:
    after = append(stored(), type=["Building", "Monument"]).entity
    assert after is not None
    assert after.types == [D + "Building", D + "Monument"]


@pytest.mark.parametrize(("overwrite", "scopes"), [(True, ["/b"]), (False, ["/a", "/b"])])
def test_appended_scopes_replace_or_join(overwrite: bool, scopes: list[str]) -> None:
    after = append(stored(scope="/a"), overwrite=overwrite, scope="/b").entity
    assert after is not None
    assert after.scopes == scopes


def test_updating_replaces_whole_attributes_and_adds_new_ones() -> None:
    entity = stored(temperature={**P, "unitCode": "CEL", "expiresAt": "2030-01-01T00:00:00Z"})
    assert shown(update(entity, temperature={"type": "Relationship", "object": "urn:x:1"}, b=P)) == {
        "temperature": {"type": "Relationship", "object": "urn:x:1"},
        "b": P,
    }


def test_updating_never_adds_a_scope_where_there_is_none() -> None:
    edit = update(stored(), scope="/a", b=P)
    assert edit.result == UpdateResult((D + "b",), (NotUpdated(SCOPE, "the entity has no scope to update"),))
    assert shown(update(stored(scope="/a"), scope="/b")) == {"scope": "/b"}


def test_updating_deletes_by_null() -> None:
    entity = stored(a=[P, {**P, "datasetId": "urn:d:1"}], b=P)
    edit = update(entity, a={"type": "Property", "value": NULL, "datasetId": "urn:d:1"}, b=NULL, c=NULL)
    assert shown(edit) == {"a": P}
    assert edit.result == UpdateResult(
        (D + "a", D + "b"), (NotUpdated(D + "c", "there is no such attribute to delete"),)
    )


def test_a_partial_update_changes_only_what_it_mentions() -> None:
    entity = stored(temperature={**P, "unitCode": "CEL", "source": P, "expiresAt": "2030-01-01T00:00:00Z"})
    edit = partial(entity, "temperature", value=100, observedAt="2022-03-14T13:00:00.000Z")
    assert shown(edit)["temperature"] == {
        "type": "Property", "value": 100, "unitCode": "CEL", "observedAt": "2022-03-14T13:00:00.000Z",
        "source": P,
    }  # fmt: skip
    assert edit.entity is not None
    assert edit.entity.attributes[D + "temperature"][0].expires_at == "2030-01-01T00:00:00Z"
    assert edit.entity.attributes[D + "temperature"][0].created_at == THEN
    assert shown(partial(entity, "temperature", unitCode=NULL, source=NULL))["temperature"] == P


def test_a_partial_update_finds_its_instance_by_dataset() -> None:
    entity = stored(speed=[{**P, "datasetId": "urn:d:1"}, {**P, "datasetId": "urn:d:2"}])
    after = partial(entity, "speed", value=5, datasetId="urn:d:2").entity
    assert after is not None
    assert [one.value for one in after.attributes[D + "speed"]] == [1, 5]
    for members in ({"value": 5}, {"value": 5, "datasetId": "urn:d:3"}):
        with pytest.raises(ResourceNotFound):
            partial(entity, "speed", **members)
    with pytest.raises(ResourceNotFound):
        partial(entity, "other", value=5)


def test_a_partial_update_deletes_by_null() -> None:
    entity = stored(street={"languageMap": {"fr": "x"}}, b=P)
    assert shown(partial(entity, "street", type="LanguageProperty", languageMap={"@none": NULL})) == {"b": P}


@pytest.mark.parametrize(
    "members",
    [{}, {"type": "Relationship", "object": "urn:x:1"}, {"datasetId": NULL}, {"value": {"country": NULL}},
     {"value": None}, {"observedAt": "never"}, {"type": "Property", "object": "urn:x:1"}, {"languageMap": {"en": "x"}}],
)  # fmt: skip
def test_a_partial_update_that_does_not_fit_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(BadRequestData):
        partial(stored(speed=P), "speed", **members)


def test_scope_is_no_attribute() -> None:
    with pytest.raises(BadRequestData):
        edits.partial_update(ID, SCOPE, read_attribute_patch({"value": 1}, "a", CORE_TABLE)[1])
    with pytest.raises(BadRequestData):
        edits.replace_attribute(ID, SCOPE, read_attribute(P, "a", CORE_TABLE)[1])


def test_replacing_an_attribute_touches_one_instance_and_may_change_its_kind() -> None:
    entity = stored(speed=[{**P, "source": P}, {**P, "datasetId": "urn:d:1"}])
    after = replace_one(entity, "speed", type="Relationship", object="urn:x:1").entity
    assert after is not None
    first, second = after.attributes[D + "speed"]
    assert (first.kind, first.attributes, first.created_at, first.modified_at) == ("Relationship", {}, THEN, NOW)
    assert second is entity.attributes[D + "speed"][1]
    with pytest.raises(ResourceNotFound):
        replace_one(entity, "other", **P)


def test_attributes_are_deleted_by_dataset_or_all() -> None:
    entity = stored(a=[P, {**P, "datasetId": "urn:d:1"}], b=P, scope="/a")

    def delete(**options: Any) -> dict[str, Any]:
        return shown(edits.delete_attribute(ID, D + "a", **options)(entity, NOW))

    assert delete() == {"scope": "/a", "a": {**P, "datasetId": "urn:d:1"}, "b": P}
    assert delete(dataset_id="urn:d:1") == {"scope": "/a", "a": P, "b": P}
    assert delete(delete_all=True) == {"scope": "/a", "b": P}
    assert "scope" not in shown(edits.delete_attribute(ID, SCOPE)(entity, NOW))
    with pytest.raises(ResourceNotFound):
        delete(dataset_id="urn:d:2")
    with pytest.raises(ResourceNotFound):
        edits.delete_attribute(ID, SCOPE)(stored(), NOW)


@pytest.mark.parametrize(
    "transform",
    [edits.replace(parse({})), edits.delete(ID), edits.delete_attribute(ID, D + "a"), edits.batch_update(parse({}))],
)
def test_what_does_not_exist_cannot_be_changed(transform: Transform) -> None:
    with pytest.raises(ResourceNotFound):
        transform(None, NOW)
    for change in (append, update, merge_nothing):
        with pytest.raises(ResourceNotFound):
            change(None)


def merge_nothing(entity: Entity | None) -> Edit:
    return merge(entity, {})


def test_deleting_answers_no_entity() -> None:
    assert edits.delete(ID)(stored(), NOW).entity is None


def test_an_upsert_creates_replaces_or_appends() -> None:
    entity = stored(a=P, b=P)
    new = parse({"a": {"type": "Property", "value": 2}})
    assert edits.upsert(new)(None, NOW).entity is not None
    assert shown(edits.upsert(new)(entity, NOW)) == {"a": {"type": "Property", "value": 2}}
    assert shown(edits.upsert(new, update=True)(entity, NOW)) == {"a": {"type": "Property", "value": 2}, "b": P}


EARLY = {"type": "Property", "value": 1, "observedAt": "2026-01-01T00:00:00Z"}
LATE = {"type": "Property", "value": 2, "observedAt": "2026-01-02T00:00:00.5Z"}


@pytest.mark.parametrize(
    "change",
    [
        lambda entity: append(entity, a=EARLY),
        lambda entity: update(entity, a=EARLY),
        lambda entity: partial(entity, "a", **EARLY),
        lambda entity: merge(entity, {"a": EARLY}),
        lambda entity: edits.upsert(parse({"a": EARLY}), update=True)(entity, NOW),
        lambda entity: edits.batch_update(parse({"a": EARLY}))(entity, NOW),
    ],
    ids=["append", "update", "partial", "merge", "upsert", "batch update"],
)
def test_a_late_value_enters_history_without_replacing_a_newer_one(change: Any) -> None:
    entity = stored(a=LATE)
    edit: Edit = change(entity)
    assert edit.entity is entity
    ((name, late),) = edit.late
    assert (name, late.value, late.modified_at) == (D + "a", 1, NOW)
    assert edit.result.updated == (D + "a",)


def test_a_newer_or_undated_value_or_another_dataset_replaces() -> None:
    assert not append(stored(a=EARLY), a=LATE).late
    assert not append(stored(a=LATE), a=LATE).late
    assert shown(append(stored(a=LATE), a=P))["a"] == P
    assert not append(stored(a=LATE), a={**EARLY, "datasetId": "urn:d:1"}).late
    assert shown(edits.replace(parse({"a": EARLY}))(stored(a=LATE), NOW))["a"] == EARLY
    assert shown(replace_one(stored(a=LATE), "a", **EARLY))["a"] == EARLY


def test_a_merge_goes_into_values_and_sub_attributes() -> None:
    entity = stored(
        address={"type": "Property", "value": {"street": "a", "city": "Berlin", "country": "Germany"}, "source": P},
        level={**P, "unitCode": "C62", "observedAt": "2020-09-09T16:40:00.000Z"},
        name={"languageMap": {"fr": "x", "nl": "y"}},
    )
    document = {
        "id": "urn:x:ignored",
        "type": "Monument",
        "address": {"type": "Property", "value": {"street": "b", "country": NULL}, "method": {"value": "m"}},
        "level": {"value": 6, "observedAt": "2020-10-10T16:40:00.000Z"},
        "name": {"languageMap": {"nl": NULL, "en": "z"}},
        "locatedAt": {"type": "Relationship", "object": "urn:x:1"},
    }
    edit = merge(entity, document)
    assert shown(edit) == {
        "address": {
            "type": "Property", "value": {"street": "b", "city": "Berlin"}, "source": P,
            "method": {"type": "Property", "value": "m"},
        },
        "level": {"type": "Property", "value": 6, "unitCode": "C62", "observedAt": "2020-10-10T16:40:00.000Z"},
        "name": {"type": "LanguageProperty", "languageMap": {"fr": "x", "en": "z"}},
        "locatedAt": {"type": "Relationship", "object": "urn:x:1"},
    }  # fmt: skip
    assert edit.entity is not None
    assert edit.entity.types == [D + "Building", D + "Monument"]
    assert edit.entity.attributes[D + "address"][0].created_at == THEN


def test_a_merge_of_nothing_changes_nothing() -> None:
    entity = stored(a=P)
    assert merge(entity, {"id": ID, "type": "Building"}).entity is entity


@pytest.mark.parametrize(
    ("patch", "left"),
    [
        ({"a": NULL}, {"b": P, "scope": "/a"}),
        ({"a": {"type": "Property", "value": NULL, "datasetId": "urn:d:1"}}, {"a": P, "b": P, "scope": "/a"}),
        ({"c": NULL}, None),
        ({"scope": NULL}, {"a": [P, {**P, "datasetId": "urn:d:1"}], "b": P}),
        ({"b": {"value": {"x": {"y": NULL, "z": 1}}}},
         {"a": [P, {**P, "datasetId": "urn:d:1"}], "b": {"type": "Property", "value": {"x": {"z": 1}}}, "scope": "/a"}),
    ],
)  # fmt: skip
def test_a_merge_deletes_by_null(patch: dict[str, Any], left: dict[str, Any] | None) -> None:
    entity = stored(a=[P, {**P, "datasetId": "urn:d:1"}], b=P, scope="/a")
    edit = merge(entity, patch)
    if left is None:
        assert edit.entity is entity
    else:
        expected = {**left, "a": {**P, "datasetId": "urn:d:1"}} if patch == {"a": NULL} else left
        assert shown(edit) == expected


def test_a_simplified_merge_takes_each_value_as_the_attribute_that_is_there() -> None:
    entity = stored(
        owner={"object": "urn:x:1"}, name={"languageMap": {"fr": "x"}}, kind={"vocab": "car"}, n=P,
        location={"type": "Point", "coordinates": [1, 2]}, route={"objectList": ["urn:x:1"]},
    )  # fmt: skip
    document = {
        "owner": "urn:x:2", "name": "y", "kind": "bus", "n": 5, "new": "z", "route": ["urn:x:3"],
        "location": {"type": "Point", "coordinates": [3, 4]},
    }  # fmt: skip
    edit = merge(entity, document, simplified=True, language="en", observed_at="2026-01-01T00:00:00Z")
    observed = {"observedAt": "2026-01-01T00:00:00Z"}
    assert shown(edit) == {
        "owner": {"type": "Relationship", "object": "urn:x:2", **observed},
        "name": {"type": "LanguageProperty", "languageMap": {"fr": "x", "en": "y"}, **observed},
        "kind": {"type": "VocabProperty", "vocab": "bus", **observed},
        "n": {"type": "Property", "value": 5, **observed},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [3, 4]}, **observed},
        "route": {"type": "ListRelationship", "objectList": [{"object": "urn:x:3"}], **observed},
        "new": {"type": "Property", "value": "z", **observed},
    }
    with pytest.raises(BadRequestData, match="not a URI"):
        merge(entity, {"owner": "no uri"}, simplified=True)


@pytest.mark.parametrize(
    "patch",
    [{"new": {"observedAt": "2026-01-01T00:00:00Z"}}, {"new": {"unitCode": "CEL"}}, {"a": None}, {"id2 x": 1},
     {"a": [P, P]}, {"location": P}, {"a": {"type": "Foo", "value": 1}}, {"a": {"languageMap": {"en": 5}}}],
)  # fmt: skip
def test_a_merge_that_makes_no_sense_is_refused(patch: dict[str, Any]) -> None:
    with pytest.raises(BadRequestData):
        merge(stored(a=P), patch)


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": NULL}, {}),
        ({"a": "b", "b": "c"}, {"a": NULL}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": NULL}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "foo"}, "bar", "bar"),
        ([1, 2], {"a": "b", "c": NULL}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": NULL}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_json_merge_patch(target: Any, patch: Any, result: Any) -> None:
    assert merge_json(target, patch) == result


observed = st.sampled_from([None, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-01T00:00:00.25Z"])
instances = st.builds(
    lambda value, when, dataset: {"type": "Property", "value": value}
    | ({} if when is None else {"observedAt": when})
    | ({} if dataset is None else {"datasetId": dataset}),
    st.integers(0, 9), observed, st.sampled_from([None, "urn:d:1", "urn:d:2"]),
)  # fmt: skip
documents = st.dictionaries(st.sampled_from(["a", "b", "c"]), instances)


@given(documents, documents)
def test_no_value_is_lost_and_nothing_else_is_touched(first: dict[str, Any], second: dict[str, Any]) -> None:
    entity = stored(**first)
    edit = append(entity, **second)
    after = edit.entity
    assert after is not None
    written = [(D + name, member["value"]) for name, member in second.items()]
    present = [(name, one.value) for name, many in after.attributes.items() for one in many if one.modified_at == NOW]
    assert sorted(written) == sorted(present + [(name, one.value) for name, one in edit.late])
    for name, many in entity.attributes.items():
        if name.removeprefix(D) not in second:
            assert after.attributes[name] is many
    for many in after.attributes.values():
        assert len({one.dataset_id for one in many}) == len(many)
