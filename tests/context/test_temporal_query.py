"""NGSI-LD 4.11 and 4.5.19."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.duration import Duration
from pinisi.context.query_error import QueryError
from pinisi.context.temporal_query import TemporalQuery, parse_temporal_query
from pinisi.store.history import HistoryQuery
from pinisi.vocabulary.instant import HOUR, parse_instant

NOON, ONE = "2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z"
AT_NOON, AT_ONE = parse_instant(NOON), parse_instant(ONE)


@pytest.mark.parametrize(
    ("parameters", "query"),
    [
        ({}, TemporalQuery()),
        ({"timerel": "before", "timeAt": NOON}, TemporalQuery(until=AT_NOON)),
        ({"timerel": "after", "timeAt": NOON}, TemporalQuery(since=AT_NOON)),
        (
            {"timerel": "between", "timeAt": NOON, "endTimeAt": ONE, "timeproperty": "modifiedAt"},
            TemporalQuery(timeproperty="modifiedAt", since=AT_NOON, until=AT_ONE),
        ),
        ({"lastN": "3"}, TemporalQuery(last=3)),
        ({"lastN": 3}, TemporalQuery(last=3)),
        (
            {"aggrMethods": "max,avg,max", "aggrPeriodDuration": "PT1H"},
            TemporalQuery(methods=("max", "avg"), period=Duration(0, HOUR)),
        ),
        ({"aggrMethods": ["sum"]}, TemporalQuery(methods=("sum",))),
    ],
)
def test_parameters_become_a_window_a_cut_and_a_summary(parameters: dict[str, Any], query: TemporalQuery) -> None:
    assert parse_temporal_query(parameters) == query


def test_before_is_exclusive_and_after_inclusive_in_history() -> None:
    query = parse_temporal_query({"timerel": "between", "timeAt": NOON, "endTimeAt": ONE, "lastN": "2"})
    assert query.history(["x:a"], known=5, limit=7) == HistoryQuery(
        attributes=("x:a",), by="observed", since=AT_NOON, until=AT_ONE, known=5, last=2, limit=7
    )
    assert TemporalQuery(timeproperty="createdAt").history().by == "received"


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"timeAt": NOON}, "timerel"),
        ({"timerel": "since", "timeAt": NOON}, "timerel"),
        ({"timerel": ["after"], "timeAt": NOON}, "timerel"),
        ({"timerel": "after"}, "timeAt"),
        ({"timerel": "after", "timeAt": "2026-03-01"}, "timeAt"),
        ({"timerel": "after", "timeAt": "0000-03-01T00:00:00Z"}, "timeAt"),
        ({"timerel": "after", "timeAt": 7}, "timeAt"),
        ({"timerel": "after", "timeAt": NOON, "endTimeAt": ONE}, "endTimeAt"),
        ({"timerel": "between", "timeAt": NOON}, "endTimeAt"),
        ({"timerel": "between", "timeAt": NOON, "endTimeAt": NOON}, "endTimeAt"),
        ({"timeproperty": "seenAt"}, "timeproperty"),
        ({"lastN": "0"}, "lastN"),
        ({"lastN": "-1"}, "lastN"),
        ({"lastN": "²"}, "lastN"),
        ({"lastN": True}, "lastN"),
        ({"lastN": 1.5}, "lastN"),
        ({"aggrMethods": "median"}, "aggrMethods"),
        ({"aggrMethods": 5}, "aggrMethods"),
        ({"aggrMethods": []}, "aggrMethods"),
        ({"aggrPeriodDuration": "1 hour"}, "aggrPeriodDuration"),
        ({"aggrPeriodDuration": 60}, "aggrPeriodDuration"),
    ],
)
def test_an_error_names_the_parameter(parameters: dict[str, Any], field: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_temporal_query(parameters)
    assert caught.value.field == field


def test_a_query_over_many_entities_must_say_which_time() -> None:
    with pytest.raises(QueryError):
        parse_temporal_query({"lastN": "3"}, required=True)


_NAMES = ["timerel", "timeAt", "endTimeAt", "timeproperty", "lastN", "aggrMethods", "aggrPeriodDuration"]
_VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["before", "between", NOON, ONE, "observedAt", "5", "P1D", "sum"]),
    st.none(),
    st.integers(),
    st.floats(),
    st.lists(st.one_of(st.text(max_size=3), st.integers()), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@given(st.dictionaries(st.sampled_from(_NAMES), _VALUES))
def test_anything_is_read_or_refused(parameters: dict[str, Any]) -> None:
    with contextlib.suppress(QueryError):
        parse_temporal_query(parameters)
