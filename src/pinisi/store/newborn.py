"""A new entity in the words in which it will be kept, but for its times: what a batch tells of the plainest.

It is laid down as it is where there is nothing under its id (`birth`); no `Entity` is made of it.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import Any

import msgspec

from pinisi.vocabulary.instant import Instant

_encode = msgspec.json.Encoder().encode
_encode_lines = msgspec.json.Encoder().encode_lines


class Form:
    """What all entities of the same members have in common.

    Args:
        types, attributes: IRIs; an attribute has one instance, without datasetId.
        kinds: of the attributes.
        id_at, attributes_at: where they stand among the members of its document.
    """

    __slots__ = ("attributes", "kinds", "pick", "template", "types")

    def __init__(
        self,
        types: tuple[str, ...],
        attributes: tuple[str, ...],
        kinds: tuple[str, ...],
        id_at: int,
        attributes_at: tuple[int, ...],
    ) -> None:
        self.types = types
        self.attributes = attributes
        self.kinds = kinds
        self.pick: Callable[[list[bytes]], tuple[bytes, ...]] = itemgetter(id_at, *attributes_at)
        named = ",".join([f"{_text(name)}:[%b]" for name in attributes])
        head = f'{{"id":%b,"types":[{",".join(map(_text, types))}],"attributes":{{{named}}}'
        self.template = head.encode() + b',"created_at":%d,"modified_at":%d}'


def _text(word: str) -> str:
    """A word in JSON, as a part of a template."""
    return _encode(word).decode().replace("%", "%%")


class Words:
    """The members of all entities of a batch, each encoded as it is kept (`vocabulary.entity.Instance`)."""

    __slots__ = ("_lines", "_now", "_untimed")

    def __init__(self, members: list[Any], names: tuple[tuple[bytes, bytes], ...]) -> None:
        """`names`: what an object begins with, or what stands before a member of it, and what it is called when kept.

        Inside a text no quotation mark stands but behind a backslash, and no line ends: so they are found for certain.
        """
        words = _encode_lines(members)
        for said, kept in names:
            words = words.replace(said, kept)
        self._untimed = words
        self._now: Instant = -1
        self._lines: list[bytes] = []

    def at(self, now: Instant) -> list[bytes]:
        """Made now: objects have the times of creation and modification."""
        if now != self._now:
            self._now = now
            self._lines = self._untimed.replace(b"}\n", b',"created_at":%d,"modified_at":%d}\n' % (now, now)).split(
                b"\n"
            )
        return self._lines


class Newborn(msgspec.Struct, frozen=True, gc=False):
    """One entity: its members are `count` of the words, from `start` on.

    `values` are those of Properties, `moments` the times of observation, by attribute.
    `place` is longitude and latitude of its location, which is a point.
    """

    form: Form
    words: Words
    start: int
    count: int
    values: list[Any]
    moments: list[str | None]
    place: tuple[float, float] | None

    def instances(self, now: Instant) -> tuple[bytes, ...]:
        """The id, then the instances, encoded."""
        return self.form.pick(self.words.at(now)[self.start : self.start + self.count])
