"""Runs of a reaction that failed again and again: parked with what they were given, until somebody runs them anew."""

import traceback
from collections.abc import Sequence

import msgspec

from pinisi.city.text import Text, fill
from pinisi.runtime.reaction_answer import BadAnswer
from pinisi.runtime.run_texts import NOT_WRITTEN, RAISED, STUCK, TOO_LONG
from pinisi.runtime.time_limit import OverLimit, Stuck
from pinisi.store.change import DocumentChange, Refused
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant

LONGEST_TRACE = 8_000


class GivenVersion(msgspec.Struct, frozen=True, array_like=True):
    """An entity that the run was given, as of a log position."""

    id: str
    position: int


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """A run that is parked. `moment` is that for which it ran, `last` when it failed last, `tries` how often.

    `reason` is no Text where an earlier Pinisi has parked it.
    """

    service: str
    reaction: str
    version: int
    subject: str
    moment: Instant
    first: Instant
    last: Instant
    tries: int
    reason: Text | str
    trace: str
    given: tuple[GivenVersion, ...] = ()


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Parked).decode


def kind_of(service: str, reaction: str) -> str:
    """The kind of the documents of a reaction's parked runs."""
    return f"parked {service}.{reaction}"


def park(run: Parked) -> DocumentChange:
    return DocumentChange(kind_of(run.service, run.reaction), run.subject, _encode(run))


def unpark(service: str, reaction: str, subject: str) -> DocumentChange:
    return DocumentChange(kind_of(service, reaction), subject, None)


async def parked_runs(store: Store, tenant: str, service: str, reaction: str) -> Sequence[Parked]:
    documents = await store.documents(tenant, kind_of(service, reaction))
    return [_decode(body) for _, _, body in documents]


def reason_of(error: BaseException, limit: float) -> Text:
    """Why a run failed, in a line."""
    if isinstance(error, OverLimit | Stuck):
        return fill(STUCK if isinstance(error, Stuck) else TOO_LONG, seconds=limit)
    if isinstance(error, BadAnswer | Refused):
        return fill(NOT_WRITTEN, why=str(error)[:500])
    return fill(RAISED, why=f"{type(error).__name__}: {error}"[:500])


def trace_of(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))[-LONGEST_TRACE:]
