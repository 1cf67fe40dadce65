"""The rows of families in memory follow the file, however entities move between them."""

import random
from pathlib import Path

import apsw
from hypothesis import given
from hypothesis import strategies as st

from pinisi.store.members import Members

FAMILIES = (1, 2, 3)
moves = st.lists(st.tuples(st.integers(1, 30), st.sampled_from([None, *FAMILIES])), max_size=60)
views = st.frozensets(st.sampled_from(FAMILIES), min_size=1)


def file_with(rows: dict[int, int]) -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE entity (row INTEGER PRIMARY KEY, family INTEGER NOT NULL)")
    connection.execute("CREATE INDEX entity_family ON entity (family)")
    connection.executemany("INSERT INTO entity VALUES (?, ?)", list(rows.items()))
    return connection


@given(st.dictionaries(st.integers(1, 30), st.sampled_from(FAMILIES)), moves, st.lists(views, min_size=1, max_size=4))
def test_views_agree_with_where_entities_are(
    rows: dict[int, int], moved: list[tuple[int, int | None]], asked: list[frozenset[int]]
) -> None:
    members = Members(file_with(rows))
    where: dict[int, int | None] = dict(rows)
    for families in asked[: len(asked) // 2]:
        members.rows(families)
    for row, after in moved:
        if len(asked) % 2:
            members.rows(random.choice(asked))
        members.move(row, where.get(row), after)
        where[row] = after
        _follow(members, row, after)
    for families in asked:
        assert list(members.rows(families)) == sorted(row for row, family in where.items() if family in families)


def _follow(members: Members, row: int, after: int | None) -> None:
    """The file changes with the move, as a commit does before it is published."""
    connection = members._connection
    connection.execute("DELETE FROM entity WHERE row = ?", (row,))
    if after is not None:
        connection.execute("INSERT INTO entity VALUES (?, ?)", (row, after))


def test_only_so_many_merged_views_are_kept(tmp_path: Path) -> None:
    members = Members(file_with({n: n for n in range(1, 200)}))
    for n in range(1, 150):
        members.rows(frozenset({n, n + 1}))
    assert len(members._merged) <= 64
