"""The core @context, annex B."""

import pytest

from pinisi.context.core_context import CORE_URL, LATEST, VERSIONS, core_document, core_urls, terms_of


@pytest.mark.parametrize(
    ("version", "terms"),
    [("1.3", 109), ("1.4", 117), ("1.5", 123), ("1.6", 147), ("1.7", 152), ("1.8", 184), ("1.9", 212)],
)
def test_every_version_has_its_number_of_terms(version: str, terms: int) -> None:
    assert len(core_document(version)["@context"]) == terms


def test_the_latest_version_is_protected_and_falls_back_to_the_default_context() -> None:
    context = core_document(LATEST)["@context"]
    assert context["@protected"] is True
    assert context["@vocab"] == "https://uri.etsi.org/ngsi-ld/default-context/"
    assert context["observedAt"] == {"@id": "ngsi-ld:observedAt", "@type": "DateTime"}
    assert context["languageMap"] == {"@id": "ngsi-ld:hasLanguageMap", "@container": "@language"}
    assert context["coordinates"] == {"@id": "geojson:coordinates", "@container": "@list"}


@pytest.mark.parametrize(
    ("term", "first"),
    [("value", "1.3"), ("languageMap", "1.5"), ("vocab", "1.7"), ("valueList", "1.8"), ("valueType", "1.9")],
)
def test_a_term_is_absent_before_the_version_that_introduced_it(term: str, first: str) -> None:
    for version in VERSIONS:
        assert (term in terms_of(version)) == (VERSIONS.index(version) >= VERSIONS.index(first))


def test_a_term_that_changed_has_one_meaning_in_each_version() -> None:
    assert terms_of("1.8")["entityMap"].definition == "ngsi-ld:hasEntityMap"
    assert terms_of("1.9")["entityMap"].definition == {"@id": "ngsi-ld:hasEntityMap", "@container": "@index"}
    assert "VocabularyProperty" in terms_of("1.7")
    assert "VocabularyProperty" not in terms_of("1.8")


def test_every_address_of_the_standard_is_known() -> None:
    assert core_urls()[CORE_URL] == "1.9"
    assert core_urls()["https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"] == "1.9"
    assert core_urls()["http://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"] == "1.9"
    assert len(core_urls()) == 16
