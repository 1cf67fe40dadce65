"""The files that take long go to the workers first, each as one piece."""

from dataclasses import dataclass
from pathlib import Path

from order import FIRST, TESTS, longest_first


@dataclass(frozen=True)
class Item:
    path: Path
    name: str


def test_every_file_that_is_to_begin_is_there() -> None:
    assert [name for name in FIRST if not (TESTS / name).is_file()] == []
    assert len(set(FIRST)) == len(FIRST)


def test_long_files_come_first_then_those_with_many_tests_and_none_is_lost_or_torn() -> None:
    few, many, second, first = (TESTS / name for name in ("a.py", "b.py", FIRST[1], FIRST[0]))
    before = [Item(few, "1"), Item(many, "1"), Item(many, "2"), Item(second, "1"), Item(first, "1"), Item(first, "2")]
    after = longest_first(before)
    assert after == [*before[4:], before[3], *before[1:3], before[0]]
