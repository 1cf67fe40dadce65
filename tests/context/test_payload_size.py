"""What a body says of an entity is counted before it is read, as it would be counted when it was."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.payload import TAKEN, read_entity
from pinisi.context.payload_size import MOST_MEMBERS, check_extent, read_payload
from pinisi.context.problems import BadRequestData
from pinisi.context.term_table import CORE_TABLE
from pinisi.vocabulary.bounds import count_instances

BARE = st.one_of(
    st.integers(0, 9),
    st.text("ab", min_size=1),
    st.lists(st.integers(0, 9)),
    st.fixed_dictionaries({"x": st.integers(0, 9), "y": st.fixed_dictionaries({"z": st.lists(st.integers(0, 9))})}),
)
NAMES = st.sampled_from(["speed", "name", "colour", "a1"])


def _instance(attributes: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    described = st.fixed_dictionaries(
        {"value": BARE}, optional={"observedAt": st.just("2026-01-01T00:00:00Z"), "unitCode": st.just("KMH")}
    )
    return st.builds(lambda one, more: {"type": "Property", **one, **more}, described, attributes)


def _several(instance: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def named(items: list[Any]) -> list[Any]:
        return [{**item, "datasetId": f"urn:d:{n}"} for n, item in enumerate(items)]

    return st.lists(instance, min_size=1, max_size=4).map(named)


def _attributes(depth: int) -> st.SearchStrategy[Any]:
    if depth == 0:
        return st.just({})
    one = _instance(_attributes(depth - 1))
    return st.dictionaries(NAMES, st.one_of(BARE, one, _several(one)), max_size=3)


@given(_attributes(3))
def test_what_is_counted_before_is_what_is_read(attributes: dict[str, Any]) -> None:
    document = {"id": "urn:bus:1", "type": "Bus", **attributes}
    count = count_instances(read_entity(document, CORE_TABLE).attributes)
    check_extent(document, TAKEN, most=count)
    if count:
        with pytest.raises(BadRequestData):
            check_extent(document, TAKEN, most=count - 1)


def test_datasets_of_the_simplified_form_are_instances() -> None:
    document = {"speed": {"dataset": {f"urn:d:{n}": n for n in range(5)}}}
    check_extent(document, TAKEN, simplified=True, most=5)
    with pytest.raises(BadRequestData, match="speed"):
        check_extent(document, TAKEN, simplified=True, most=4)


def test_a_comma_in_a_text_is_no_member() -> None:
    assert read_payload(b'{"a":"' + b"," * (2 * MOST_MEMBERS) + b'"}')


def test_a_position_counts_as_one_and_short_lists_in_each_other_do_not_hide() -> None:
    positions = b"[" + b",".join([b"[119.5,-5.1,3]"] * (MOST_MEMBERS - 1)) + b"]"
    assert read_payload(positions.join([b'{"a":', b"}"]))
    hidden = b"1"
    for _ in range(12):
        hidden = b"[" + hidden + b"," + hidden + b"," + hidden + b"]"
    with pytest.raises(BadRequestData, match="members"):
        read_payload(b'{"a":' + hidden + b"}")


def test_each_item_of_a_list_has_its_own_room_and_the_one_that_has_too_much_is_named() -> None:
    item = b"[" + b",".join([b"1"] * (MOST_MEMBERS - 1)) + b"]"
    assert read_payload(b"[" + b",".join([item] * 3) + b"]")
    large = b"[" + b",".join([b"1"] * (MOST_MEMBERS + 1)) + b"]"
    with pytest.raises(BadRequestData, match="item 1"):
        read_payload(b"[" + item + b"," + large + b"]")


def test_terms_of_a_context_are_bounded_elsewhere() -> None:
    terms = b",".join([b'"t%d":{"@id":"https://x.example/t","@type":"@id"}' % n for n in range(40_000)])
    assert read_payload(b'{"id":"urn:a:1","@context":{' + terms + b"}}")
