"""Instances of attributes as history keeps them: when each was true, its number if it is one, and its words."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from pinisi.vocabulary.entity import Instance, decode_instance, encode_instance
from pinisi.vocabulary.instant import Instant, NotAnInstant, parse_instant

Historic = tuple[Instant, float | None, bytes | None]
"""When it was true, its number if it is one, its body (None: deleted then)."""

_HIGHEST = 1e300
_encode_lines = msgspec.json.Encoder().encode_lines


def historic(instance: Instance | None, now: Instant) -> Historic:
    """One instance; one that tells no time is true from now on."""
    if instance is None:
        return now, None, None
    return _moment(instance, now), number_of(instance), encode_instance(instance)


def encode_each(instances: Sequence[Instance]) -> list[bytes]:
    """Each as JSON: together they take half the time (1 us less an entity of a batch)."""
    lines = _encode_lines(instances).split(b"\n")
    lines.pop()
    return lines


def number_of(instance: Instance) -> float | None:
    """The value where it is a number that history can count with."""
    return figure(instance.value)


def figure(value: Any) -> float | None:
    """A number that history can count with."""
    kind = value.__class__
    return float(value) if (kind is float or kind is int) and -_HIGHEST < value < _HIGHEST else None


def since(location: Sequence[Instance] | None) -> Instant | None:
    """Since when an entity is where it is, if its location tells."""
    if not location or location[0].observed_at is None:
        return None
    return observed(location[0].observed_at)


@lru_cache(4096)
def observed(text: str) -> Instant | None:
    """Many instances of a batch carry the same time: 0.1 us instead of 2."""
    try:
        return parse_instant(text)
    except NotAnInstant:
        return None


def same_words(one: bytes, other: bytes | None) -> bool:
    """Whether two encoded instances say the same, whenever they were taken."""
    return other is not None and _timeless(decode_instance(one)) == _timeless(decode_instance(other))


def _moment(instance: Instance, now: Instant) -> Instant:
    told = None if instance.observed_at is None else observed(instance.observed_at)
    return now if told is None else told


def _timeless(instance: Instance) -> Instance:
    inner = {name: [_timeless(one) for one in many] for name, many in instance.attributes.items()}
    return msgspec.structs.replace(instance, created_at=0, modified_at=0, attributes=inner)
