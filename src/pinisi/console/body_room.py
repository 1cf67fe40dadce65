"""Memory that request bodies may take together, over all connections: what is beyond it waits outside.

A body counts from its first byte until its request is answered. Counted is what has come, not what was announced: so
nobody keeps room that he does not use.
"""

DEFAULT = 256 << 20


class NoRoom(Exception):
    """So many bodies are here that no more fits; it was not read further."""


class BodyRoom:
    """Of one server. Sizes are bytes."""

    __slots__ = ("_left", "most")

    def __init__(self, most: int = DEFAULT) -> None:
        self.most = most
        self._left = most

    @property
    def taken(self) -> int:
        return self.most - self._left

    def take(self, size: int) -> None:
        """
        Raises:
            NoRoom: there is not so much left; nothing was taken.
        """
        if size > self._left:
            raise NoRoom
        self._left -= size

    def give_back(self, size: int) -> None:
        self._left += size
