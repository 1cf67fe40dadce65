"""Our term tables against a general JSON-LD processor, on the subset that NGSI-LD allows."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld  # pyright: ignore[reportMissingTypeStubs]

from pinisi.context.contexts import Contexts
from pinisi.context.core_context import CORE_URL, core_document
from pinisi.context.json_values import compact_value, expand_value
from pinisi.context.problems import BadRequestData
from pinisi.context.term_table import TermTable

CORE = {name: term for name, term in core_document("1.9")["@context"].items() if name != "ngsildproof"}
NAMES = ["speed", "name", "alpha", "beta", "status", "description", "location", "Vehicle", "value", "Property"]
BASES = ["https://a.example/ns#", "https://a.example/", "urn:city:", "https://uri.etsi.org/ngsi-ld/"]
BASE = "https://base.example/"
"""The processor resolves a relative word against a base; NGSI-LD has none and leaves the word as it is."""


def no_network(url: str, options: Any) -> Any:
    assert url == CORE_URL
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": {"@context": CORE},
    }


jsonld.set_document_loader(no_network)

iris = st.builds(lambda base, name: base + name, st.sampled_from(BASES), st.sampled_from([*NAMES, "x", "y/z"]))
targets = st.one_of(iris, st.sampled_from(["ex:thing", "ex:speed", "ot:alpha"]))
definitions = st.one_of(
    targets,
    st.builds(lambda iri: {"@id": iri}, targets),
    st.builds(lambda iri, kind: {"@id": iri, "@type": kind}, targets, st.sampled_from(["@id", "@vocab"])),
)
contexts = st.builds(
    lambda prefixes, terms: prefixes | terms,
    st.fixed_dictionaries({"ex": st.sampled_from(BASES), "ot": st.sampled_from(BASES)}),
    st.dictionaries(st.sampled_from(NAMES), definitions, max_size=5),
)
names = st.one_of(st.sampled_from(NAMES), st.sampled_from(["ex:speed", "ot:x", "no:x", "unknown"]), iris)


def table_of(context: dict[str, Any]) -> TermTable:
    return Contexts().table([context, CORE_URL])


@settings(max_examples=150)
@given(contexts, names)
def test_names_expand_as_json_ld_expands_them(context: dict[str, Any], name: str) -> None:
    expanded: Any = jsonld.expand({"@context": [context, CORE_URL], "@id": "urn:x:1", name: {"id": "urn:x:2"}})
    expected = [key for key in expanded[0] if key != "@id"]
    assert [table_of(context).expand_term(name)] == expected


@settings(max_examples=150)
@given(contexts, names)
def test_names_compact_as_json_ld_compacts_them_and_expand_back(context: dict[str, Any], name: str) -> None:
    table = table_of(context)
    iri = table.expand_term(name)
    compacted = table.compact_iri(iri)
    assert table.expand_term(compacted) == iri
    node = [{"@id": "urn:x:1", iri: [{"https://q.example/q": [{"@value": 1}]}]}]
    document: Any = jsonld.compact(node, {"@context": [context, CORE_URL]})
    (expected,) = [key for key in document if key not in ("id", "@context")]
    if table.expand_term(compacted) == table.expand_term(expected) and compacted in CORE:
        return  # the core's own name is kept, whatever other name the user gave it
    if isinstance(context.get(compacted), dict):
        return  # JSON-LD leaves a name aside that is coerced to words; NGSI-LD has none that is shorter
    assert compacted == expected


values = st.recursive(
    st.one_of(
        st.integers(-1000, 1000), st.booleans(), st.sampled_from(["text", "alpha", "ex:thing", "https://x.example/"])
    ),
    lambda inner: st.dictionaries(names, inner, min_size=1, max_size=3),
    max_leaves=6,
)


def plain(node: Any) -> Any:
    """An expanded JSON-LD value without its wrapping."""
    if isinstance(node, list):
        assert len(node) == 1
        return plain(node[0])
    if "@value" in node:
        return node["@value"]
    if set(node) == {"@id"}:
        return node["@id"].removeprefix(BASE)
    return {key: plain(member) for key, member in node.items()}


CONTAINERS = {name for name, term in CORE.items() if isinstance(term, dict)}


@settings(max_examples=150)
@given(contexts, values)
def test_values_expand_as_json_ld_expands_them(context: dict[str, Any], value: Any) -> None:
    table = table_of(context)
    if clashing(value, table):
        with pytest.raises(BadRequestData, match="mean the same"):
            expand_value(value, table, "v")
        return
    ours = expand_value(value, table, "v")
    document = {"@context": [context, CORE_URL], "@id": "urn:x:1", "ex:here": value}
    expanded: Any = jsonld.expand(document, {"base": BASE})
    theirs = plain(expanded[0][table.expand_term("ex:here")])
    assert ours == theirs


def clashing(value: Any, table: TermTable) -> bool:
    """Two keys of one object with the same meaning: JSON-LD makes a set of them, we refuse them."""
    if not isinstance(value, dict):
        return False
    members: dict[str, Any] = value
    meanings = [table.expand_term(key) for key in members]
    return len(set(meanings)) < len(meanings) or any(clashing(member, table) for member in members.values())


@settings(max_examples=200)
@given(contexts, values)
def test_values_come_back_as_they_were_given(context: dict[str, Any], value: Any) -> None:
    table = table_of(context)
    if clashing(value, table):
        return
    once = expand_value(value, table, "v")
    assert expand_value(compact_value(once, table), table, "v") == once


@pytest.mark.parametrize(
    "value",
    [
        {"type": "PostalAddress", "street": "Jalan Nusantara", "geo": {"type": "Point", "coordinates": [119.4, -5.1]}},
        {"@type": "DateTime", "@value": "2021-03-11T15:51:02Z"},
        {"my key": 1, "10:30": 2, "PM2.5": 3, "": 4, "@odd": 5},
        [[1, 2], [3, [4, {"a": None}]], []],
        {"id": "urn:x:1", "description": "a", "nothing": None},
    ],
)
def test_odd_values_survive(value: Any) -> None:
    table = table_of({"ex": "https://x.example/"})
    assert compact_value(expand_value(value, table, "v"), table) == value
