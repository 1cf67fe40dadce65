"""The index of subscriptions: what a change looks at is counted, and ranges are found as they are one by one."""
# pyright: basic

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.subscription_index import SubscriptionIndex
from pinisi.context.subscription_payload import read_subscription
from pinisi.context.subscription_ranges import Ranges
from pinisi.store.debt import Seen
from pinisi.vocabulary.entity import GEO, PROPERTY, Entity, Instance
from pinisi.vocabulary.principal import EVERYTHING
from pinisi.vocabulary.terms import LOCATION

_NUMBERS = st.one_of(st.integers(-50, 50), st.floats(-1e3, 1e3), st.just(float("inf")))


@given(
    st.lists(st.tuples(st.none() | _NUMBERS, st.none() | _NUMBERS), max_size=30),
    st.sets(_NUMBERS, min_size=1, max_size=3),
    st.data(),
)
def test_ranges_are_found_as_they_are_one_by_one(
    ends: list[tuple[float | None, float | None]], values: set[float], data: st.DataObject
) -> None:
    """Whatever an entity has: of several values one may be above the lower end, another below the upper one."""
    known = {f"urn:s:{n}": pair for n, pair in enumerate(ends) if pair != (None, None)}
    ranges = Ranges()
    for id, (low, high) in known.items():
        ranges.add(low, high, id)
    for id in data.draw(st.sets(st.sampled_from(sorted(known)))) if known else ():
        ranges.remove(*known.pop(id), id)
    least, most = min(values), max(values)
    expected = {
        id
        for id, (low, high) in known.items()
        if (low is None or low <= most)
        and (high is None or high >= least)
        and not (low is not None and high is not None and low > high)
    }
    found = list(ranges.holding(least, most))
    assert expected <= set(found) <= expected | {id for id, (low, high) in known.items() if None not in (low, high)}
    assert len(found) == len(set(found))
    for id, pair in known.items():
        ranges.remove(*pair, id)
    assert not ranges


def test_values_without_a_bound_meet_every_range_above() -> None:
    ranges = Ranges()
    for low in (0.5, 5, 900):
        ranges.add(low, low + 1, f"urn:s:{low}")
    assert set(ranges.holding(3, float("inf"))) == {"urn:s:5", "urn:s:900"}
    assert set(ranges.holding(float("-inf"), 5)) == {"urn:s:0.5", "urn:s:5"}


def _of_a_kind(number: int) -> dict[str, Any]:
    """Eight kinds of filters; each tells one of 500 places apart."""
    kind, place = number % 8, number // 8 % 500
    if kind == 7:
        return {"entities": [{"type": f"T{place % 25}"}], "watchedAttributes": [f"w{place // 25}"]}
    if kind == 1:
        return {"entities": [{"type": "*", "id": f"urn:e:{place}"}]}
    if kind == 2:
        return {"entities": [{"type": "*", "idPattern": f":0*{place}$"}]}
    circle = {"georel": "near;maxDistance==100", "geometry": "Point", "coordinates": [place / 100, 0]}
    asked: dict[int, dict[str, Any]] = {
        0: {"q": f"a=={place}"},
        3: {"q": f"a>={place};a<{place + 1}"},
        4: {"q": f'b=="b{place}";a>=0'},
        5: {"geoQ": circle},
        6: {"scopeQ": f"/k/p{place}"},
    }
    return {"entities": [{"type": "*"}], **asked[kind]}


def test_of_ten_thousand_subscriptions_of_eight_kinds_a_change_looks_at_few() -> None:
    index = SubscriptionIndex(lambda _id, _tenant: EVERYTHING, lambda: 0)
    for each in range(10_000):
        payload = {
            "id": f"urn:s:{each}",
            "type": "Subscription",
            "notification": {"endpoint": {"uri": "http://localhost/"}},
            **_of_a_kind(each),
        }
        index.put("t", read_subscription(payload, lambda name: name, "ani", None))
    buckets = index._buckets["t"]
    looked, heard = 0, 0
    for place in range(0, 500, 7):
        attributes = {
            "a": [Instance(PROPERTY, place)],
            "b": [Instance(PROPERTY, f"b{place}")],
            f"w{place // 25}": [Instance(PROPERTY, 1)],
            LOCATION: [Instance(GEO, {"type": "Point", "coordinates": [place / 100, 0]})],
        }
        entity = Entity(f"urn:e:{place}", [f"T{place % 25}"], attributes, [f"/k/p{place}"])
        before = Entity(entity.id, entity.types, {}, entity.scopes)
        seen = Seen(entity.id, before, entity, frozenset(attributes), (), ())
        looked += len(list(buckets.candidates(entity, seen.attributes)))
        owed = index.owing("t", seen)
        assert {int(id.rpartition(":")[2]) // 8 % 500 for id in owed} == {place}
        assert {int(id.rpartition(":")[2]) % 8 for id in owed} == set(range(8))
        heard += len(owed)
    assert looked <= 2 * heard, f"{looked} of 10,000 subscriptions were looked at for {heard} that hear of the changes"
