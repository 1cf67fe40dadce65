"""Documents of one kind in the tenant of people, as typed values."""

from typing import Generic, TypeVar

import msgspec

from pinisi.store.change import DocumentChange
from pinisi.store.log import Position
from pinisi.store.protocol import Store

PEOPLE = "_people"
"""The reserved tenant of accounts, tokens, sessions and their audit trail. No reader of the context enters it."""

T = TypeVar("T")
_encode = msgspec.json.Encoder(order="deterministic").encode


class Found(msgspec.Struct, Generic[T], frozen=True):
    """A document and the log position of its last change."""

    id: str
    position: Position
    value: T


class Kept(Generic[T]):
    def __init__(self, store: Store, kind: str, shape: type[T]) -> None:
        self._store = store
        self._kind = kind
        self._decoder = msgspec.json.Decoder(shape)

    async def get(self, id: str) -> Found[T] | None:
        found = await self._store.document(PEOPLE, self._kind, id)
        return None if found is None else Found(id, found[0], self._decoder.decode(found[1]))

    async def all(self) -> list[Found[T]]:
        found = await self._store.documents(PEOPLE, self._kind)
        return [Found(id, position, self._decoder.decode(body)) for id, position, body in found]

    def put(self, id: str, value: T, expected: Position | None = None) -> DocumentChange:
        """The change that keeps the value; `expected` 0 demands that it is new."""
        return DocumentChange(self._kind, id, _encode(value), expected)

    def gone(self, id: str) -> DocumentChange:
        """The change that deletes the document."""
        return DocumentChange(self._kind, id, None)
