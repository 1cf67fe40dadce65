"""What a follower may hear, checked against what he may see before and after each change."""

from hypothesis import given
from hypothesis import strategies as st

from pinisi.feed.seen import seen_by
from pinisi.store.log import LogEntry
from pinisi.vocabulary.principal import EVERYTHING, Grant, Grants

names = st.sampled_from(["a", "b", "c"])
sets = st.none() | st.frozensets(names, max_size=2)
grants = st.lists(st.builds(Grant, types=sets, areas=sets, attributes=sets), max_size=3).map(
    lambda some: Grants(tuple(some))
)
tuples = st.lists(names, max_size=2, unique=True).map(tuple)
entries = st.builds(
    LogEntry,
    position=st.just(1),
    time=st.just(0),
    op=st.sampled_from(["create", "update", "delete"]),
    subject=st.just("urn:a"),
    types=tuples,
    types_before=tuples,
    attributes=tuples,
    areas_before=tuples,
    areas_after=tuples,
    detail=st.just(b"state"),
)


@given(grants, entries)
def test_nothing_is_told_of_what_is_seen_neither_before_nor_after(reader: Grants, entry: LogEntry) -> None:
    before = entry.op != "create" and reader.projection(entry.types_before, entry.areas_before) is not None
    after = entry.op != "delete" and reader.projection(entry.types, entry.areas_after) is not None
    told = seen_by(reader, [entry])
    if not before and not after:
        assert list(told) == []
    elif before != after:
        assert [one.op for one in told] == ["create" if after else "delete"]


@given(grants, entries)
def test_only_visible_attributes_are_named_and_no_state_is_told(reader: Grants, entry: LogEntry) -> None:
    for one in seen_by(reader, [entry]):
        assert one.detail is None
        shown = reader.projection(entry.types, entry.areas_after)
        visible = shown is not None and (shown.attributes is None or shown.attributes.issuperset(one.attributes))
        assert visible or one.attributes == () or reader.sees_all


@given(st.lists(entries, max_size=5))
def test_who_may_write_everything_hears_the_log_as_it_is(some: list[LogEntry]) -> None:
    assert seen_by(EVERYTHING, some) is some
