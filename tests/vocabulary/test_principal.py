"""Grants: what they reach, and that more of them never show less."""

from hypothesis import given
from hypothesis import strategies as st

from pinisi.vocabulary.principal import EVERYTHING, NOTHING, WHOLE, Grant, Grants, Projection

names = st.sampled_from(["a", "b", "c"])
sets = st.none() | st.frozensets(names, max_size=3)
grant = st.builds(Grant, types=sets, areas=sets, attributes=sets, write=st.booleans())
grants = st.lists(grant, max_size=4).map(lambda some: Grants(tuple(some)))
some = st.lists(names, max_size=3, unique=True)


def test_nothing_shows_nothing_and_everything_all() -> None:
    assert NOTHING.projection(["a"], ["b"]) is None
    assert EVERYTHING.projection([], []) == WHOLE
    assert (EVERYTHING.sees_all, EVERYTHING.writes_all, NOTHING.sees_all) == (True, True, False)


def test_a_grant_of_an_area_does_not_reach_what_lies_in_none() -> None:
    assert Grants((Grant(areas=frozenset({"73"})),)).projection(["a"], []) is None


def test_several_grants_show_the_union_of_their_attributes() -> None:
    both = Grants((Grant(attributes=frozenset({"a"})), Grant(types=frozenset({"t"}), attributes=frozenset({"b"}))))
    assert both.projection(["t"], []) == Projection(frozenset({"a", "b"}))
    assert both.projection(["u"], []) == Projection(frozenset({"a"}))


def test_a_right_to_read_is_no_right_to_write() -> None:
    assert not Grants((Grant(),)).may_write(["t"], [], ["a"])
    assert Grants((Grant(write=True),)).may_write(["t"], [], ["a"])


def test_writing_attributes_takes_a_grant_for_each_of_them() -> None:
    one = Grants((Grant(attributes=frozenset({"a"}), write=True), Grant(attributes=frozenset({"b"}))))
    assert one.may_write(["t"], [], ["a"])
    assert not one.may_write(["t"], [], ["a", "b"])


@given(grants, grant, some, some)
def test_one_more_grant_never_shows_less(before: Grants, more: Grant, types: list[str], areas: list[str]) -> None:
    after = Grants((*before.grants, more))
    shown, now = before.projection(types, areas), after.projection(types, areas)
    if shown is not None:
        assert now is not None
        assert now == WHOLE or (shown.attributes is not None and shown.attributes <= (now.attributes or frozenset()))


@given(grants, some, some, some)
def test_whoever_may_write_an_attribute_sees_it(
    given_grants: Grants, types: list[str], areas: list[str], attributes: list[str]
) -> None:
    if given_grants.may_write(types, areas, attributes):
        shown = given_grants.projection(types, areas)
        assert shown is not None
        assert shown.attributes is None or shown.attributes.issuperset(attributes)


@given(grants, some, some)
def test_who_sees_all_sees_each_thing_whole(given_grants: Grants, types: list[str], areas: list[str]) -> None:
    if given_grants.sees_all:
        assert given_grants.projection(types, areas) == WHOLE
