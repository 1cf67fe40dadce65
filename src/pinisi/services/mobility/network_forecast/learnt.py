"""What was learnt of a network, as bytes: kept from one run of the job to the next, so that a quarter of an hour costs
no learning.

A frame (msgpack) says of which detectors and until when; the numbers are an archive of arrays (numpy's own form, read
without anything that could run).
"""

import io
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import msgspec

from pinisi.services.mobility.network_forecast.request import Missed
from pinisi.vocabulary.instant import HOUR, Instant

if TYPE_CHECKING:
    from pinisi.services.mobility.engine.forecast.network import Learnt, Margins

FORM = 1
"""Of these bytes together with what the engine makes of them: others are not read, and it is learnt anew."""
LEARN_EVERY = 6 * HOUR


class RoadMissed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one road, on what was held back; None where nothing came."""

    error_15: float | None
    error_60: float | None
    last_15: float | None
    last_60: float | None


class Frame(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`until`: the last step learnt from, since 1970; `missed`, `roads`: on the fifth that was held back."""

    form: int
    detectors: tuple[str, ...]
    until: Instant
    hours: float
    missed: Missed
    roads: tuple[RoadMissed, ...]
    arrays: bytes


def frame_of(kept: bytes, now: Instant) -> Frame | None:
    """None where it cannot be read, is of another form, too old, or of a time to come."""
    try:
        frame = msgspec.msgpack.decode(kept, type=Frame)
    except msgspec.MsgspecError:
        return None
    return frame if frame.form == FORM and frame.until <= now < frame.until + LEARN_EVERY else None


def arrays_of(learnt: "Learnt", margins: "Margins") -> bytes:
    import numpy as np

    named: dict[str, Any] = {}
    usual, signs = learnt.signs.usual.compact(), learnt.signs
    for prefix, thing in (
        ("usual", usual),
        ("level", signs.by_level),
        ("trend", signs.by_trend),
        ("own", learnt.own),
        ("shared", learnt.shared),
        ("margins", margins),
    ):
        named |= {f"{prefix}.{field.name}": getattr(thing, field.name) for field in fields(thing)}
    named |= {"near": signs.near, "far": signs.far, "parts": signs.parts}
    for number, net in enumerate(learnt.nets):
        named |= {f"net{number}.{name}": weights for name, weights in net.weights.items()}
    written = io.BytesIO()
    np.savez_compressed(written, allow_pickle=False, **named)
    return written.getvalue()


def learnt_of(arrays: bytes) -> "tuple[Learnt, Margins]":
    """
    Raises:
        KeyError, TypeError, ValueError: they are not what `arrays_of` wrote.
    """
    import numpy as np

    from pinisi.services.mobility.engine.forecast.neighbours import Leaders
    from pinisi.services.mobility.engine.forecast.net import Net
    from pinisi.services.mobility.engine.forecast.network import SEEDS, Learnt, Margins, Scale
    from pinisi.services.mobility.engine.forecast.signs import Signs
    from pinisi.services.mobility.engine.forecast.usual import Usual

    with np.load(io.BytesIO(arrays), allow_pickle=False) as archive:
        found: dict[str, Any] = dict(archive)

    def of(prefix: str) -> dict[str, Any]:
        return {name.removeprefix(f"{prefix}."): each for name, each in found.items() if name.startswith(f"{prefix}.")}

    signs = Signs(
        Usual(**of("usual")),
        found["near"],
        found["far"],
        Leaders(**of("level")),
        Leaders(**of("trend")),
        found["parts"],
    )
    nets = tuple(Net(of(f"net{number}")) for number, _ in enumerate(SEEDS))
    return Learnt(signs, Scale(**of("own")), Scale(**of("shared")), nets), Margins(**of("margins"))
