"""Answers kept for a short while, each for what it was asked and as long as nothing has been written since."""

from collections.abc import Hashable
from typing import Generic, TypeVar

from pinisi.store.log import Position
from pinisi.vocabulary.instant import MINUTE, Instant

T = TypeVar("T")


class Kept(Generic[T]):
    """At most `most` answers, none older than `age`."""

    def __init__(self, most: int = 32, age: Instant = MINUTE) -> None:
        self._most = most
        self._age = age
        self._answers: dict[Hashable, tuple[Position, Instant, T]] = {}

    def get(self, key: Hashable, position: Position, now: Instant) -> T | None:
        kept = self._answers.get(key)
        fresh = kept is not None and kept[0] == position and kept[1] <= now < kept[1] + self._age
        return kept[2] if kept is not None and fresh else None

    def put(self, key: Hashable, position: Position, now: Instant, answer: T) -> T:
        if len(self._answers) >= self._most:
            self._answers.clear()
        self._answers[key] = (position, now, answer)
        return answer
