"""Filters on linked entities become filters on one: the ids of those that fulfil them stand in their place."""

from collections.abc import Sequence

import pytest

from pinisi.context.linked_filter import resolved, speaks_of_links, without_links
from pinisi.context.q_language import parse_q
from pinisi.store.query import AnyOf, Compare, EntityQuery, Exists, Filter, Path, TypeIs

pytestmark = pytest.mark.anyio


def read(text: str) -> Filter:
    return parse_q(text, str, links=9)


async def test_the_innermost_is_asked_first() -> None:
    asked: list[EntityQuery] = []

    async def find(query: EntityQuery) -> Sequence[str]:
        asked.append(query)
        return [f"urn:{len(asked)}"]

    found = await resolved(read("x==1;(a{T:b{c}}>2|y)"), find)
    assert asked == [
        EntityQuery(filter=read("c>2")),
        EntityQuery(types=TypeIs("T"), filter=Compare(Path("b"), "==", ("urn:1",))),
    ]
    assert found == read('x==1;(a=="urn:2"|y)')
    assert not speaks_of_links(found)


async def test_where_nothing_fulfils_it_nothing_matches() -> None:
    async def nothing(_query: EntityQuery) -> Sequence[str]:
        return []

    assert await resolved(read("a{U,V:b}"), nothing) == AnyOf(())


def test_what_one_entity_alone_must_fulfil() -> None:
    assert speaks_of_links(read("x|(y;a{b})"))
    assert without_links(read("x==1;a{b}>2")) == read("x==1;a")
    assert without_links(read("a{b}")) == Exists(Path("a"))
