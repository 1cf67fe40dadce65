"""Which registrations take part in a request, and with what (NGSI-LD 5.12): by the rules, and by the index."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinisi.context.registration import STATE_KIND, EntityInfo, Information, Registration, decode_fares
from pinisi.context.registration_index import Registrations
from pinisi.context.registration_matching import Part, Wanted, parts_of
from pinisi.context.registration_payload import read_registration
from pinisi.store.query import AllOf, AnyOf, TypeIs, TypeSelection
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import parse_instant

A, B = "https://x.example/A", "https://x.example/B"
SPEED, NAME = "https://x.example/speed", "https://x.example/name"
NOW = parse_instant("2026-11-26T00:00:00Z")


def registration(*information: dict[str, Any], id: str = "urn:r:1", **members: Any) -> Registration:
    payload = {
        "id": id,
        "type": "ContextSourceRegistration",
        "endpoint": "http://partner.example",
        "information": list(information),
        **members,
    }
    return read_registration(payload, {}, "ani", None)


def part(one: Registration, **wanted: Any) -> Part | None:
    found = parts_of(one, Wanted(**wanted))
    return found[0] if found else None


ANY_A = registration({"entities": [{"type": A}]})
ONE_A = registration({"entities": [{"type": A, "id": "urn:a:1"}]})
SOME_A = registration({"entities": [{"type": A, "idPattern": "^urn:a:"}]})
SPEEDS = registration({"propertyNames": [SPEED]})


def test_types_are_selected() -> None:
    both = registration({"entities": [{"type": [A, B]}]})
    assert part(ANY_A, types=TypeIs(A)) == Part(0, (EntityInfo(types=frozenset({A})),), None)
    assert part(ANY_A, types=TypeIs(B)) is None
    assert part(ANY_A, types=AnyOf((TypeIs(B), TypeIs(A)))) is not None
    assert part(ANY_A, types=AllOf((TypeIs(B), TypeIs(A)))) is None
    assert part(both, types=AllOf((TypeIs(B), TypeIs(A)))) is not None
    assert part(SPEEDS, types=TypeIs(A)) is not None, "no entities: any"


@pytest.mark.parametrize(
    ("one", "ids", "pattern", "matches"),
    [
        (ANY_A, ("urn:z:9",), None, True),
        (ANY_A, None, "^urn:z", True),
        (ONE_A, ("urn:z:9", "urn:a:1"), None, True),
        (ONE_A, ("urn:a:2",), None, False),
        (ONE_A, None, "a:1$", True),
        (ONE_A, None, "a:2$", False),
        (ONE_A, None, None, True),
        (SOME_A, ("urn:a:5",), None, True),
        (SOME_A, ("urn:z:5",), None, False),
        (SOME_A, None, "^urn:z", True),
    ],
)
def test_ids_and_patterns(one: Registration, ids: Any, pattern: str | None, matches: bool) -> None:
    assert (part(one, types=TypeIs(A), ids=ids, id_pattern=pattern) is not None) is matches


def test_an_id_goes_before_a_pattern() -> None:
    """NGSI-LD 5.2.8."""
    both = registration({"entities": [{"type": A, "id": "urn:a:1", "idPattern": ".*"}]})
    assert part(both, ids=("urn:a:2",)) is None


def test_attributes_are_those_of_both_sides() -> None:
    two = registration({"entities": [{"type": A}], "propertyNames": [SPEED], "relationshipNames": [NAME]})
    assert part(two, attributes=frozenset({SPEED, "x:y"})) == Part(0, two.information[0].entities, frozenset({SPEED}))
    assert part(two, attributes=frozenset({"x:y"})) is None
    assert part(two) == Part(0, two.information[0].entities, frozenset({SPEED, NAME}))
    assert part(ANY_A, attributes=frozenset({SPEED})) == Part(0, ANY_A.information[0].entities, frozenset({SPEED}))
    assert part(ANY_A) == Part(0, ANY_A.information[0].entities, None)


def test_only_the_parts_that_match_are_told() -> None:
    two = registration({"entities": [{"type": B}]}, {"entities": [{"type": B}, {"type": A}]})
    (only,) = parts_of(two, Wanted(types=TypeIs(A)))
    assert (only.number, only.entities) == (1, (EntityInfo(types=frozenset({A})),))


def test_datasets_meet_where_both_name_some() -> None:
    one = registration({"propertyNames": [SPEED]}, datasetId=["urn:d:1", "@none"])
    assert part(one, datasets=frozenset({"urn:d:1"})) is not None
    assert part(one, datasets=frozenset[str | None]({None})) is not None
    assert part(one, datasets=frozenset({"urn:d:2"})) is None
    assert part(one) is not None
    assert part(SPEEDS, datasets=frozenset({"urn:d:2"})) is not None


class Shelf:
    """Registrations over a store of their own."""

    def __init__(self, folder: Path) -> None:
        self.store = SqliteStore(folder, lambda: NOW)
        self.all = Registrations(self.store, lambda: NOW)

    def matching(self, operation: str | None = None, temporal: bool = False, **wanted: Any) -> list[str]:
        via = wanted.pop("via", frozenset())
        found = self.all.matching("t", Wanted(**wanted), operation, temporal=temporal, via=via)
        return [match.registration.id for match in found]


@pytest.fixture
def run() -> Callable[[Any], Any]:
    return asyncio.run


def test_operation_time_and_way_decide_too(tmp_path: Path, run: Callable[[Any], Any]) -> None:
    async def check() -> None:
        shelf = Shelf(tmp_path)
        assert not shelf.all.any("t")
        info = {"entities": [{"type": A}]}
        shelf.all.put("t", registration(info, id="urn:r:now", contextSourceAlias="one"))
        past = {"startAt": "2020-01-01T00:00:00Z"}
        shelf.all.put("t", registration(info, id="urn:r:past", observationInterval=past, operations=["queryTemporal"]))
        shelf.all.put("t", registration(info, id="urn:r:over", expiresAt="2026-11-25T00:00:00Z"))
        shelf.all.put("t", registration(info, id="urn:r:write", operations=["updateOps"]))
        assert shelf.matching("queryEntity", types=TypeIs(A)) == ["urn:r:now"]
        assert shelf.matching("updateEntity", types=TypeIs(A)) == ["urn:r:write"]
        assert shelf.matching("queryTemporal", temporal=True, types=TypeIs(A)) == ["urn:r:past"]
        assert shelf.matching(None, types=TypeIs(A)) == ["urn:r:now", "urn:r:write"]
        assert shelf.matching("queryEntity", types=TypeIs(A), via=frozenset({"one"})) == []
        assert [one.id for one in shelf.all.expired("t")] == ["urn:r:over"]
        assert shelf.all.get("t", "urn:r:over") is None
        shelf.all.drop("t", "urn:r:now")
        assert shelf.matching("queryEntity", types=TypeIs(A)) == []
        await shelf.store.close()

    run(check())


def test_how_a_source_fares_is_counted_and_kept(tmp_path: Path, run: Callable[[Any], Any]) -> None:
    async def check() -> None:
        shelf = Shelf(tmp_path)
        shelf.all.put("t", ANY_A)
        shelf.all.told("t", ANY_A.id, True, NOW)
        shelf.all.told("t", ANY_A.id, False, NOW + 1)
        shelf.all.told("t", "urn:r:unknown", False, NOW)
        fares = shelf.all.fares("t", ANY_A.id)
        assert (fares.times_sent, fares.times_failed, fares.failing) == (2, 1, True)
        assert (fares.last_success, fares.last_failure) == (NOW, NOW + 1)
        await shelf.all.close()
        kept = await shelf.store.document("t", STATE_KIND, ANY_A.id)
        assert kept is not None
        assert decode_fares(kept[1]) == fares
        await shelf.store.close()

    run(check())


TYPES = st.sampled_from([A, B, "https://x.example/C"])
IDS = st.sampled_from(["urn:a:1", "urn:a:2", "urn:b:1"])
PATTERNS = st.sampled_from(["^urn:a", "1$"])
ENTITIES = st.one_of(
    st.fixed_dictionaries({"type": TYPES}),
    st.fixed_dictionaries({"type": st.lists(TYPES, min_size=1, max_size=2, unique=True), "id": IDS}),
    st.fixed_dictionaries({"id": IDS}),
    st.fixed_dictionaries({"type": TYPES, "idPattern": PATTERNS}),
)
INFORMATION = st.one_of(
    st.fixed_dictionaries({"entities": st.lists(ENTITIES, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"propertyNames": st.just([SPEED])}),
    st.fixed_dictionaries({"entities": st.lists(ENTITIES, min_size=1, max_size=2), "propertyNames": st.just([NAME])}),
)


def selection_of(kind: type[AllOf] | type[AnyOf], terms: list[TypeSelection]) -> TypeSelection:
    return kind(tuple(terms))


SELECTIONS: st.SearchStrategy[TypeSelection] = st.recursive(
    st.builds(TypeIs, TYPES),
    lambda inner: st.builds(selection_of, st.sampled_from([AllOf, AnyOf]), st.lists(inner, min_size=1, max_size=3)),
    max_leaves=4,
)  # fmt: skip
WANTED = st.builds(
    Wanted,
    ids=st.one_of(st.none(), st.lists(IDS, min_size=1, max_size=2).map(tuple)),
    id_pattern=st.one_of(st.none(), PATTERNS),
    types=st.one_of(st.none(), SELECTIONS),
    attributes=st.one_of(st.none(), st.just(frozenset({SPEED}))),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(INFORMATION, min_size=1, max_size=3), max_size=6), WANTED, st.integers(0, 5))
def test_the_index_finds_what_a_loop_finds(sources: list[list[dict[str, Any]]], wanted: Wanted, gone: int) -> None:
    index = Registrations(cast(Any, "no store"), lambda: NOW)
    kept = [registration(*information, id=f"urn:r:{n}") for n, information in enumerate(sources)]
    for one in kept:
        index.put("t", one)
    if gone < len(kept):
        index.put("t", registration({"propertyNames": [NAME]}, id=f"urn:r:{gone}"))
        index.drop("t", f"urn:r:{gone}")
        del kept[gone]
    expected = [one.id for one in kept if parts_of(one, wanted)]
    assert [match.registration.id for match in index.matching("t", wanted, None)] == expected


def test_information_without_entities_is_about_all() -> None:
    assert Information(properties=frozenset({SPEED})).attributes == {SPEED}
