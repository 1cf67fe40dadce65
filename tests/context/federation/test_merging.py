"""Versions of one entity become one (NGSI-LD 4.5.5.2, 4.5.5.3, 5.7.1.4)."""

from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.federation.merging import merge, newer, only
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.instant import parse_instant

NOW = parse_instant("2026-11-26T12:00:00Z")


def speed(value: int, observed: str | None = None, dataset: str | None = None, modified: int = 0) -> Instance:
    return Instance("Property", value, dataset, observed, modified_at=modified)


def bus(*instances: Instance, expires: str | None = None, **more: list[Instance]) -> Entity:
    return Entity("urn:x:1", ["Bus"], {"speed": list(instances), **more} if instances else more, expires_at=expires)


def test_the_newer_observation_of_an_instance_wins_whoever_made_it() -> None:
    old, new = speed(1, "2026-01-01T00:00:00Z"), speed(2, "2026-01-01T00:00:01Z")
    for versions in ([bus(old), bus(new)], [bus(new), bus(old)]):
        merged = merge(versions, [], NOW)
        assert merged is not None
        assert merged.attributes["speed"] == [new]


def test_without_observations_the_newer_change_wins_and_else_the_first() -> None:
    assert newer(speed(1, modified=5), speed(2, modified=6)).value == 2
    assert newer(speed(1, modified=6), speed(2, modified=6)).value == 1


def test_instances_of_other_datasets_stand_side_by_side() -> None:
    merged = merge([bus(speed(1)), bus(speed(2, dataset="urn:gps"))], [], NOW)
    assert merged is not None
    assert [one.dataset_id for one in merged.attributes["speed"]] == [None, "urn:gps"]


def test_an_auxiliary_source_fills_gaps_and_overrides_nothing() -> None:
    extra = bus(speed(9, "2026-11-26T00:00:00Z"), colour=[Instance("Property", "red")])
    merged = merge([bus(speed(1))], [extra], NOW)
    assert merged is not None
    assert merged.attributes["speed"][0].value == 1
    assert merged.attributes["colour"][0].value == "red"


def test_what_an_auxiliary_source_alone_knows_is_an_entity_too() -> None:
    merged = merge([], [bus(speed(1))], NOW)
    assert merged is not None
    assert merged.id == "urn:x:1"


def test_an_entity_that_has_expired_counts_for_nothing() -> None:
    assert merge([bus(speed(1), expires="2026-11-26T11:59:59Z")], [], NOW) is None


def test_an_end_that_not_all_versions_tell_moves_to_the_attributes() -> None:
    merged = merge([bus(speed(1), expires="2027-01-01T00:00:00Z"), bus(colour=[Instance("Property", "red")])], [], NOW)
    assert merged is not None
    assert merged.expires_at is None
    assert merged.attributes["speed"][0].expires_at == "2027-01-01T00:00:00Z"
    assert merged.attributes["colour"][0].expires_at is None


def test_only_what_is_allowed_is_left() -> None:
    entity = bus(speed(1), colour=[Instance("Property", "red")])
    assert set(only(entity, frozenset({"speed"})).attributes) == {"speed"}
    assert only(entity, None) is entity


MOMENTS = st.sampled_from([None, "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2026-01-02T00:00:00Z"])
INSTANCES = st.builds(speed, st.integers(0, 9), MOMENTS, st.sampled_from([None, "urn:a"]), st.integers(0, 3))


@given(st.lists(INSTANCES, max_size=4), st.lists(INSTANCES, max_size=4))
def test_a_merged_attribute_has_each_dataset_once_and_invents_nothing(
    left: list[Instance], right: list[Instance]
) -> None:
    merged = merge([bus(*left), bus(*right)], [], NOW)
    assert merged is not None
    found = merged.attributes.get("speed", [])
    assert len({one.dataset_id for one in found}) == len(found)
    assert {one.dataset_id for one in found} == {one.dataset_id for one in (*left, *right)}
    assert all(any(one is given for given in (*left, *right)) for one in found)
