"""Whole entities against a general JSON-LD processor: generated ones, each under a generated @context.

Some hundred in `make test`; in `make test-long` thousands (`EXAMPLES`: how many times as many).

What we keep of an entity is what JSON-LD expansion makes of it, and what we answer expands to the same again
(NGSI-LD 5.5.7). Where JSON-LD compaction would choose another name, `test_names_compact_as_json_ld` says which.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportUnknownLambdaType=false
import os
from typing import Any

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from pyld import jsonld  # pyright: ignore[reportMissingTypeStubs]
from test_json_ld_oracle import BASE, CORE, clashing, contexts, iris, names, plain, table_of, values

from pinisi.context.core_context import CORE_URL
from pinisi.context.payload import read_entity
from pinisi.context.problems import BadRequestData
from pinisi.context.render import entity_document
from pinisi.context.term_table import TermTable
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.terms import NGSI_LD

Json = dict[str, Any]
TIMES = int(os.environ.get("EXAMPLES", "1"))
ids = st.sampled_from(["urn:x:1", "https://x.example/e/1", "urn:ngsi-ld:Vehicle:B 1".replace(" ", "-")])
words = st.one_of(st.sampled_from(["speed", "alpha", "Vehicle", "unknown"]), iris)
moments = st.sampled_from(["2026-11-22T06:32:00Z", "2026-11-22T06:32:00.5Z"])


def instances(subs: st.SearchStrategy[Any] | None) -> st.SearchStrategy[Json]:
    """One attribute instance, normalized; with attributes of its own where `subs` gives them."""
    kinds: list[tuple[Json, Json]] = [
        ({"type": st.just("Property"), "value": values}, {"unitCode": st.sampled_from(["KMH", "C62"])}),
        ({"type": st.just("Relationship"), "object": ids | st.lists(ids, min_size=2, max_size=3, unique=True)}, {}),
        ({"type": st.just("VocabProperty"), "vocab": words | st.lists(words, min_size=2, max_size=3, unique=True)}, {}),
        ({"type": st.just("LanguageProperty"), "languageMap": languages}, {}),
        ({"type": st.just("JsonProperty"), "json": values | st.lists(values, max_size=2)}, {}),
        ({"type": st.just("ListProperty"), "valueList": st.lists(st.integers(-9, 9) | st.booleans(), min_size=1)}, {}),
    ]
    more: Json = {"observedAt": moments}
    made = [st.fixed_dictionaries(must, optional=may | more) for must, may in kinds]
    plain_ones = st.one_of(made)
    return plain_ones if subs is None else st.builds(lambda own, inner: inner | own, plain_ones, subs)


languages = st.dictionaries(st.sampled_from(["id", "ja", "en"]), st.sampled_from(["a", "b"]), min_size=1)
flat = st.dictionaries(names, instances(None), max_size=2)
attributes = st.one_of(
    instances(flat),
    st.builds(
        lambda items: [item | {"datasetId": f"urn:d:{n}"} if n else item for n, item in enumerate(items)],
        st.lists(instances(None), min_size=2, max_size=3),
    ),
)
entities = st.builds(
    lambda id, types, members: members | {"id": id, "type": types},
    ids,
    names | st.lists(names, min_size=2, max_size=2, unique=True),
    st.dictionaries(names, attributes, min_size=1, max_size=4),
)


def same_meaning_twice(document: Any, table: TermTable) -> bool:
    """Names of one object that mean the same: JSON-LD merges them, we refuse them."""
    if isinstance(document, list):
        items: list[Any] = document
        return any(same_meaning_twice(item, table) for item in items)
    if not isinstance(document, dict):
        return False
    return clashing(document, table) or any(same_meaning_twice(member, table) for member in document.values())


def read(document: Json, table: TermTable) -> Entity:
    """The entity, of those that NGSI-LD allows."""
    assume(not same_meaning_twice(document, table))
    try:
        return read_entity(document, table)
    except BadRequestData as refused:
        event(f"refused: {refused.detail.rpartition(': ')[2][:40]}")
        assume(False)
        raise


def kept(instance: Instance) -> Json:
    """An instance as we keep it, without what is empty."""
    told: Json = {
        "kind": instance.kind,
        "value": several(instance.value) if instance.kind in ("Relationship", "VocabProperty") else instance.value,
        "datasetId": instance.dataset_id,
        "observedAt": instance.observed_at,
        "unitCode": instance.unit_code,
    }
    subs = {name: [kept(each) for each in found] for name, found in instance.attributes.items()}
    return {key: value for key, value in (told | subs).items() if value is not None}


def several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


HELD = {
    "Property": "hasValue", "Relationship": "hasObject", "VocabProperty": "hasVocab", "JsonProperty": "hasJSON",
    "LanguageProperty": "hasLanguageMap", "ListProperty": "hasValueList",
}  # fmt: skip
TOLD = {NGSI_LD + name: name for name in ("datasetId", "observedAt", "unitCode")}


def expanded(node: Json) -> Json:
    """An attribute instance as JSON-LD expansion makes it, in the form of `kept`."""
    (type,) = node["@type"]
    kind = type.removeprefix(NGSI_LD)
    member = NGSI_LD + HELD[kind]
    told: Json = {"kind": kind, "value": carried(kind, node[member])}
    for name, found in node.items():
        if name in TOLD:
            told[TOLD[name]] = found[0].get("@value", found[0].get("@id"))
        elif name not in ("@type", member):
            told[name] = [expanded(each) for each in found]
    return told


def carried(kind: str, held: list[Any]) -> Any:
    if kind in ("Relationship", "VocabProperty"):
        return [each["@id"].removeprefix(BASE) for each in held]
    if kind == "LanguageProperty":
        return {each["@language"]: each["@value"] for each in held}
    if kind == "ListProperty":
        return [each["@value"] for each in held[0]["@list"]]
    return plain(held) if kind == "Property" else held[0]["@value"]


def canonical(value: Any) -> Any:
    if isinstance(value, dict):
        members: Json = value
        return {name: canonical(members[name]) for name in sorted(members)}
    if isinstance(value, list):
        items: list[Any] = value
        return [canonical(item) for item in items]
    return value


SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@settings(max_examples=200 * TIMES, deadline=None, suppress_health_check=SLOW)
@given(contexts, entities)
def test_entities_expand_as_json_ld_expands_them(context: Json, document: Json) -> None:
    ours = read(document, table_of(context))
    (node,) = jsonld.expand({"@context": [context, CORE_URL], **document}, {"base": BASE})
    assert ours.id == node["@id"]
    assert set(ours.types) == {each.removeprefix(BASE) for each in node["@type"]}
    theirs = {name: [canonical(expanded(each)) for each in node[name]] for name in node if name[0] != "@"}
    assert {name: [canonical(kept(each)) for each in found] for name, found in ours.attributes.items()} == theirs


@settings(max_examples=200 * TIMES, deadline=None, suppress_health_check=SLOW)
@given(contexts, contexts, entities)
def test_answers_under_another_context_expand_to_the_same(first: Json, second: Json, document: Json) -> None:
    """Written under one @context, read under another: the answer means, to JSON-LD, what was written."""
    entity = read(document, table_of(first))
    answer = entity_document(entity, table_of(second))
    (written,) = jsonld.expand({"@context": [first, CORE_URL], **document}, {"base": BASE})
    (answered,) = jsonld.expand({"@context": [second, CORE_URL], **answer}, {"base": BASE})
    assert canonical_node(answered) == canonical_node(written)


def canonical_node(node: Json) -> Json:
    told = {name: [canonical(expanded(each)) for each in node[name]] for name in node if name[0] != "@"}
    return {"@id": node["@id"], "@type": set(node["@type"]), **told}


@settings(max_examples=125 * TIMES, deadline=None, suppress_health_check=SLOW)
@given(contexts, entities)
def test_names_of_answers_are_those_that_json_ld_compaction_chooses(context: Json, document: Json) -> None:
    table = table_of(context)
    entity = read(document, table)
    ours = entity_document(entity, table)
    node = jsonld.expand({"@context": [context, CORE_URL], **document}, {"base": BASE})
    theirs: Any = jsonld.compact(node, {"@context": [context, CORE_URL]}, {"base": BASE})
    for name in (set(ours) ^ set(theirs)) - {"@context"}:
        iri = table.expand_term(name)
        mine = table.compact_iri(iri)
        explained = mine in CORE or any(isinstance(context.get(each), dict) for each in (name, mine))
        assert explained, (name, mine)
