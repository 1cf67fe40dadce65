"""Resolution of @contexts from local copies (NGSI-LD 4.4, 5.5.5 to 5.5.7)."""

import gc
import json
from pathlib import Path
from typing import Any

import pytest

from pinisi.context import contexts as module
from pinisi.context.context_walk import MOST_TERMS
from pinisi.context.contexts import Contexts, read_folder
from pinisi.context.core_context import CORE_URL
from pinisi.context.problems import BadRequestData, LdContextNotAvailable
from pinisi.context.term_table import CORE_TABLE

CITY = "https://city.example/context.jsonld"
DEFAULT = "https://uri.etsi.org/ngsi-ld/default-context/"


def with_documents(**documents: Any) -> Contexts:
    return Contexts({f"https://city.example/{name}": document for name, document in documents.items()})


def test_without_a_context_names_belong_to_the_default_context() -> None:
    table = Contexts().table(None)
    assert table is CORE_TABLE
    assert table.expand_term("Vehicle") == DEFAULT + "Vehicle"
    assert table.expand_term("location") == "https://uri.etsi.org/ngsi-ld/location"
    assert table.served == CORE_URL


def test_a_local_copy_gives_names_their_meaning() -> None:
    table = with_documents(c={"@context": {"Vehicle": "https://v.example/Vehicle"}}).table("https://city.example/c")
    assert table.expand_term("Vehicle") == "https://v.example/Vehicle"
    assert table.compact_iri("https://v.example/Vehicle") == "Vehicle"
    assert table.compact_iri(DEFAULT + "speed") == "speed"
    assert table.served == table.link == "https://city.example/c"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/c", "http://localhost/c", "file:///etc/passwd", "https://evil.example/c", "../secret", ""],
)
def test_an_address_without_a_local_copy_is_refused(url: str) -> None:
    with pytest.raises(LdContextNotAvailable) as refused:
        Contexts().table([url])
    assert refused.value.status == 504


def test_an_address_that_only_looks_like_a_core_context_is_refused() -> None:
    with pytest.raises(LdContextNotAvailable):
        Contexts().table("https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-non-existing.jsonld")


def test_a_user_context_cannot_redefine_a_core_term() -> None:
    evil = {"Property": "https://evil.example/P", "value": "https://evil.example/v", "type": "https://evil.example/t"}
    table = Contexts().table([evil, CORE_URL])
    assert table.expand_term("Property") == "https://uri.etsi.org/ngsi-ld/Property"
    assert table.expand_term("value") == "https://uri.etsi.org/ngsi-ld/hasValue"
    assert table.expand_term("type") == "@type"


def test_another_name_for_a_core_term_does_not_replace_its_name_in_answers() -> None:
    table = Contexts().table({"loc": "https://uri.etsi.org/ngsi-ld/location"})
    assert table.expand_term("loc") == "https://uri.etsi.org/ngsi-ld/location"
    assert table.compact_iri("https://uri.etsi.org/ngsi-ld/location") == "location"


def test_a_vocabulary_of_the_user_gives_way_to_the_default_context() -> None:
    table = Contexts().table({"@vocab": "https://v.example/", "speed": {"@type": "@id"}})
    assert table.expand_term("speed") == "https://v.example/speed"
    assert table.expand_term("other") == DEFAULT + "other"


def test_prefixes_open_and_close_names() -> None:
    table = Contexts().table({"ex": "https://ex.example/ns#", "Bus": "ex:Bus"})
    assert table.expand_term("ex:Vehicle") == "https://ex.example/ns#Vehicle"
    assert table.expand_term("Bus") == "https://ex.example/ns#Bus"
    assert table.compact_iri("https://ex.example/ns#Vehicle") == "ex:Vehicle"
    assert table.compact_iri("https://ex.example/ns#Bus") == "Bus"
    assert table.expand_term("unknown:Vehicle") == "unknown:Vehicle"


def test_an_iri_that_no_term_names_is_written_in_full() -> None:
    assert CORE_TABLE.compact_iri("https://ngsi-ld-test-suite/context#Vehicle").endswith("context#Vehicle")


def test_later_contexts_win_over_earlier_ones() -> None:
    contexts = with_documents(a={"@context": {"x": "https://a.example/x", "y": "https://a.example/y"}})
    table = contexts.table(["https://city.example/a", {"x": "https://b.example/x"}])
    assert (table.expand_term("x"), table.expand_term("y")) == ("https://b.example/x", "https://a.example/y")
    assert contexts.table([["https://city.example/a"], None, {}]).expand_term("x") == DEFAULT + "x"


def test_contexts_that_name_each_other_are_refused() -> None:
    contexts = with_documents(a={"@context": "https://city.example/b"}, b={"@context": ["https://city.example/a"]})
    with pytest.raises(BadRequestData, match="deep"):
        contexts.table("https://city.example/a")


NO_CONTEXTS: list[Any] = [
    {"a": "b:x", "b": "a:y"},
    {"a": {"@id": "a2"}, "a2": {"@id": "a"}},
    {f"t{n}": f"t{n + 1}:x" for n in range(100)} | {"t100": "https://x.example/"},
    {"a": 5},
    {"a": {"@id": 5}},
    {"a": {"@id": "https://x.example/a", "@type": 5}},
    {"@import": "https://x.example/"},
    {"@vocab": 5},
    {"a": "no-iri"},
    {"": "https://x.example/"},
    5,
    True,
    [[[[[[[[[[[{}]]]]]]]]]]],
]


@pytest.mark.parametrize("context", NO_CONTEXTS)
def test_what_is_no_context_is_bad_request_data(context: Any) -> None:
    with pytest.raises(BadRequestData):
        Contexts().table(context)


def test_a_context_inside_a_term_is_refused_from_users_and_ignored_in_local_copies() -> None:
    scoped = {"Vehicle": {"@id": "https://x.example/V", "@context": {"speed": "https://x.example/hidden"}}}
    with pytest.raises(BadRequestData, match=r"5\.5\.7"):
        Contexts().table([scoped])
    table = with_documents(c={"@context": scoped}).table("https://city.example/c")
    assert table.expand_term("Vehicle") == "https://x.example/V"
    assert table.expand_term("speed") == DEFAULT + "speed"


def test_the_same_content_has_the_same_digest_and_the_same_object_is_compiled_once() -> None:
    contexts = with_documents(a={"@context": {"x": "https://x.example/"}}, b={"@context": {"x": "https://x.example/"}})
    first, second = contexts.table("https://city.example/a"), contexts.table("https://city.example/b")
    assert first.digest == second.digest
    assert first.served != second.served
    assert contexts.table("https://city.example/a") is first
    inline = contexts.table({"x": "https://x.example/"})
    assert contexts.table({"x": "https://x.example/"}) is inline
    assert inline.digest == first.digest
    contexts.forget()
    assert contexts.table("https://city.example/a") is not first


def test_tables_in_use_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CACHE_TABLES", 3)
    contexts = Contexts()
    tables = [contexts.table({f"t{n}": "https://x.example/"}) for n in range(10)]
    assert contexts.table({"t9": "https://x.example/"}) is tables[9]
    assert contexts.table({"t0": "https://x.example/"}) is not tables[0]
    gc.collect()


def test_large_contexts_are_refused() -> None:
    with pytest.raises(BadRequestData, match="more than"):
        Contexts().table({f"t{n}": f"https://x.example/{n}" for n in range(MOST_TERMS + 1)})


def test_names_met_are_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pinisi.context.term_table._MOST_REMEMBERED", 5)
    table = Contexts().table({"a": "https://x.example/a"})
    for n in range(20):
        assert table.compact_iri(table.expand_name(f"n{n}", "n")) == f"n{n}"
        assert table.expand_term(f"n{n}") == f"{DEFAULT}n{n}"


def test_hosted_contexts_are_asked_for_by_address() -> None:
    hosted = {"urn:ngsi-ld:context:1": {"@context": {"x": "https://x.example/x"}}}
    contexts = Contexts(hosted=hosted.get)
    assert contexts.table("urn:ngsi-ld:context:1").expand_term("x") == "https://x.example/x"
    assert contexts.document("urn:ngsi-ld:context:2") is None
    core: Any = contexts.document(CORE_URL)
    assert core["@context"]["value"] == "ngsi-ld:hasValue"


def test_the_folder_of_an_operator_is_read_and_its_faults_are_told(tmp_path: Path) -> None:
    (tmp_path / "good.jsonld").write_text('{"@context": {"x": "https://x.example/x"}}')
    (tmp_path / "bad.jsonld").write_text("{")
    (tmp_path.parent / "outside.jsonld").write_text("{}")
    names = {CITY: "good.jsonld", "urn:x:bad": "bad.jsonld", "urn:x:out": "../outside.jsonld", "urn:x:no": "no.jsonld"}
    (tmp_path / "index.json").write_text(json.dumps(names))
    folder = read_folder(tmp_path)
    assert Contexts(folder.documents).table(CITY).expand_term("x") == "https://x.example/x"
    assert len(folder.faults) == 3
    assert read_folder(tmp_path / "absent").documents == {}


def test_a_local_copy_without_a_context_is_invalid() -> None:
    """NGSI-LD 5.5.6: what is not there is LdContextNotAvailable, what is there and wrong is BadRequestData."""
    with pytest.raises(BadRequestData, match="holds no @context"):
        with_documents(c={"terms": {}}).table("https://city.example/c")
