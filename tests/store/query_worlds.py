"""Small worlds for property tests: values, literals, filters and geometries that often meet."""

from typing import Any

from hypothesis import strategies as st

from pinisi.store.query import AllOf, AnyOf, Compare, Date, DateTime, Exists, Missing, Path, Range, TimeOfDay
from pinisi.vocabulary.entity import LANGUAGE, LIST, LIST_RELATIONSHIP, PROPERTY, RELATIONSHIP, VOCAB, Instance
from pinisi.vocabulary.instant import parse_instant

MOMENTS = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00,50Z", "2025-12-31T23:59:59.999999Z"]
DAYS = ["2026-01-01", "2025-12-31"]
TIMES = ["00:00:00Z", "00:00:00.5Z", "23:59:59Z"]
LONG = "x" * 199
WORDS = ["", "a", "b", "ab", "urn:x:1", "true", "1", "é", "~", ":", LONG, LONG + "x", LONG + "xy", LONG + "y"]
NUMBERS = [0, 1, -1, 1.0, 1.5, 2**53, 2**53 + 1, -(2**53) - 1, 10**400, 1e300, 1e308, -1e308, 0.1]


def _day(text: str) -> Date:
    return Date(text)


def _moment(text: str) -> DateTime:
    return DateTime(text, parse_instant(text))


def _time(text: str) -> TimeOfDay:
    seconds = int(text[:2]) * 3600 + int(text[3:5]) * 60 + float(text[6:-1])
    return TimeOfDay(text, int(seconds * 1_000_000))


TEXTS = st.sampled_from(WORDS + MOMENTS + DAYS + TIMES)
SCALARS: st.SearchStrategy[Any] = st.one_of(TEXTS, st.sampled_from(NUMBERS), st.booleans(), st.none())
VALUES: st.SearchStrategy[Any] = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=3),
    st.builds(lambda value: {"@type": "T", "@value": value}, SCALARS),
    st.dictionaries(st.sampled_from(["k", "x:k", "l"]), SCALARS, max_size=2),
)
_KINDS: st.SearchStrategy[Instance] = st.one_of(
    st.builds(Instance, kind=st.just(PROPERTY), value=VALUES),
    st.builds(
        Instance, kind=st.sampled_from([RELATIONSHIP, VOCAB]), value=st.one_of(TEXTS, st.lists(TEXTS, max_size=3))
    ),
    st.builds(Instance, kind=st.just(LIST), value=st.lists(SCALARS, max_size=3)),
    st.builds(
        Instance,
        kind=st.just(LIST_RELATIONSHIP),
        value=st.lists(st.one_of(TEXTS, TEXTS.map(lambda text: {"object": text})), max_size=3),
    ),
    st.builds(
        Instance,
        kind=st.just(LANGUAGE),
        value=st.dictionaries(st.sampled_from(["en", "fr"]), st.one_of(TEXTS, st.lists(TEXTS, max_size=2)), max_size=2),
    ),
)


def _with_subs(plain: Instance, observed: str | None, subs: dict[str, list[Instance]]) -> Instance:
    return Instance(plain.kind, plain.value, observed_at=observed, unit_code="CEL", attributes=subs)


INSTANCES: st.SearchStrategy[Instance] = st.builds(
    _with_subs,
    _KINDS,
    st.one_of(st.none(), st.sampled_from(MOMENTS)),
    st.dictionaries(st.just("b"), st.lists(_KINDS, min_size=1, max_size=2), max_size=1),
)

_ALIKE = [
    st.sampled_from([number for number in NUMBERS if abs(number) < 1e309]),
    st.sampled_from(WORDS),
    st.sampled_from(MOMENTS).map(_moment),
    st.sampled_from(DAYS).map(_day),
    st.sampled_from(TIMES).map(_time),
]
COMPARABLES: st.SearchStrategy[Any] = st.one_of(*_ALIKE)
LITERALS: st.SearchStrategy[Any] = st.one_of(
    COMPARABLES, st.booleans(), st.one_of(*(st.builds(Range, one, one) for one in _ALIKE))
)
PATHS = st.builds(
    Path,
    attribute=st.sampled_from(["a", "b", "modifiedAt"]),
    sub=st.sampled_from([(), (), (), ("b",), ("observedAt",), ("unitCode",), ("b", "b")]),
    trail=st.just(()),
) | st.sampled_from([Path("a", (), ("x:k",), ("k",)), Path("a", (), ("*",), ("*",)), Path("a", (), ("x:en",), ("en",))])
PATTERNS = st.sampled_from(["^a", "b$", "x", "", "[0-9]"])
TERMS: st.SearchStrategy[Any] = st.one_of(
    st.builds(Exists, PATHS),
    st.builds(Missing, PATHS),
    st.builds(
        Compare,
        PATHS,
        st.sampled_from(["==", "!="]),
        st.lists(LITERALS, min_size=1, max_size=3).map(tuple),
        st.sampled_from([(), ("a",), ("urn:x:1",)]),
    ),
    st.builds(Compare, PATHS, st.sampled_from([">", ">=", "<", "<="]), st.tuples(COMPARABLES)),
    st.builds(Compare, PATHS, st.sampled_from(["~=", "!~="]), st.tuples(PATTERNS)),
)
FILTERS: st.SearchStrategy[Any] = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=4,
)

_POSITIONS = st.tuples(
    st.sampled_from([-180, -179.9, 0, 0.5, 1, 10, 179.9, 180]), st.sampled_from([-90, -5, 0, 0.5, 1, 60, 89.9])
)


def _box(one: tuple[float, float], width: float, height: float) -> dict[str, Any]:
    west, south = one
    east, north = min(west + width, 180), min(south + height, 90)
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


GEOMETRIES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    _POSITIONS.map(lambda position: {"type": "Point", "coordinates": list(position)}),
    st.lists(_POSITIONS, min_size=2, max_size=3, unique=True).map(
        lambda positions: {"type": "LineString", "coordinates": [list(position) for position in positions]}
    ),
    st.builds(
        _box, _POSITIONS.filter(lambda at: at[0] < 180), st.sampled_from([0.5, 1, 20]), st.sampled_from([0.5, 1, 20])
    ),
)
