"""What was worked out, kept by what it follows from, so that it is worked out once."""

from collections.abc import Hashable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory(dict[K, V]):
    """A dictionary that forgets everything when it would hold more than `most`: asked for as fast as any, and bounded.

    For what is cheap to work out again and rarely fills it; which entry was used last is not looked after.
    """

    __slots__ = ("most",)

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def remember(self, key: K, value: V) -> V:
        """Keep it; the value is answered."""
        if len(self) >= self.most:
            self.clear()
        self[key] = value
        return value
