"""Pages of history are cut at one moment for all attributes (NGSI-LD 6.3.10)."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.temporal_page import cut
from pinisi.context.temporal_query import TemporalQuery
from pinisi.store.history import Moment, Story
from pinisi.vocabulary.entity import Instance

TIMES = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 30)), min_size=1, max_size=30)


def story(times: list[tuple[str, int]]) -> Story:
    moments = [
        Moment(attribute=name, dataset=None, observed=time, received=time, position=position, principal="p",
               instance=Instance("Property", time))
        for position, (name, time) in enumerate(times)
    ]  # fmt: skip
    return Story("urn:e", ("T",), moments)


@given(TIMES, st.integers(1, 10))
def test_pages_one_after_another_tell_everything_once(times: list[tuple[str, int]], most: int) -> None:
    left, told, start = list(times), list[tuple[str, int]](), 0
    while left:
        page = cut([story(left)], TemporalQuery(since=start), most)
        part = [(moment.attribute, moment.observed) for moment in page.stories[0].moments]
        assert part
        told += part
        edge = max(time for _, time in part)
        left = [pair for pair in left if pair[1] > edge]
        assert (page.range is None) == (not left)
        start = edge + 1
    assert sorted(told) == sorted(times)


@given(TIMES, st.integers(1, 10))
def test_with_last_n_the_newest_are_told(times: list[tuple[str, int]], most: int) -> None:
    page = cut([story(times)], TemporalQuery(last=100), most)
    kept = [moment.observed for moment in page.stories[0].moments]
    assert len(kept) >= min(most, len(times))
    gone = [time for _, time in times if time not in kept]
    assert not gone or max(gone) < min(kept)


def test_attributes_beyond_the_cut_are_named_as_silent() -> None:
    page = cut([story([("a", 1), ("a", 2), ("b", 9)])], TemporalQuery(since=0), 2)
    assert page.silent_of(0) == [("b", None, "Property")]
    assert page.range == "date-time 1970-01-01T00:00:00Z-1970-01-01T00:00:00.000002Z/*"


def test_a_story_that_the_store_cut_is_cut_here_too() -> None:
    whole = msgspec.structs.replace(story([("a", 1), ("a", 2)]), complete=False)
    assert cut([whole], TemporalQuery(), 2).range is not None
