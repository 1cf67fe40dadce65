"""What was answered to a push under an `Idempotency-Key`: said again the same way, and written no second time.

The last answers of each source are kept with the data, so that a restart forgets none.
"""

from hashlib import sha256

import msgspec

from pinisi.people.errors import Conflict
from pinisi.store.change import DocumentChange
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import Principal

KIND = "push-answers"
MOST = 100
LONGEST = 4_000


class Answered(msgspec.Struct, frozen=True):
    status: int
    body: str


class _Kept(msgspec.Struct, frozen=True):
    key: str
    digest: str
    answer: Answered


_decode = msgspec.json.Decoder(list[_Kept]).decode


async def answered_before(
    store: Store, tenant: str, source: str, principal: str, key: str, body: bytes
) -> Answered | None:
    """
    Raises:
        Conflict: the key came with another body.
    """
    if not key:
        return None
    name = _digest(f"{principal}\0{key}".encode())
    for kept in await _kept(store, tenant, source):
        if kept.key == name:
            if kept.digest != _digest(body):
                raise Conflict("this Idempotency-Key came with another body before")
            return kept.answer
    return None


async def remember(
    store: Store, tenant: str, source: str, principal: Principal, key: str, body: bytes, answer: Answered
) -> None:
    """Keep an answer; of a long one only its sums."""
    if not key:
        return
    if len(answer.body) > LONGEST:
        told = msgspec.json.decode(answer.body)
        answer = Answered(answer.status, msgspec.json.encode(told | {"entities": [], "rejects": []}).decode())
    kept = _Kept(_digest(f"{principal.id}\0{key}".encode()), _digest(body), answer)
    answers = [*await _kept(store, tenant, source), kept][-MOST:]
    await store.apply(tenant, [DocumentChange(KIND, source, msgspec.json.encode(answers))], principal)


async def _kept(store: Store, tenant: str, source: str) -> list[_Kept]:
    found = await store.document(tenant, KIND, source)
    return [] if found is None else _decode(found[1])


def _digest(body: bytes) -> str:
    return sha256(body).hexdigest()[:32]
