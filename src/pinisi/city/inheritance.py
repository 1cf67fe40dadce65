"""What a computed number inherits from its inputs: the oldest time, the weakest method, every source, every doubt."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec

from pinisi.city.facts import Attribute, value_of
from pinisi.city.text import Text, fill
from pinisi.city.words import rule_text
from pinisi.vocabulary.instant import parse_instant

Entity = Mapping[str, Any]
Doubt = dict[str, Any]
WEAKER = ("measured", "reported", "modelled", "forecast", "replayed", "simulated")
"""A number is no better than the weakest of its inputs."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a formula with what it rests upon. `rule`: the words that say how it was made."""

    value: float | None
    unit: str | None = None
    inputs: tuple[Attribute, ...] = ()
    n: int = 0
    missing: int = 0
    zero: int = 0
    doubts: tuple[Doubt, ...] = ()
    rule: Text


class Inherited(msgspec.Struct, frozen=True, kw_only=True):
    """Provenance of a number, from the attributes that it was made of."""

    observed_at: str | None
    period: str | None
    method: str | None
    methods: tuple[str, ...]
    provider: str | None
    providers: tuple[str, ...]


def inherited(inputs: Sequence[Attribute]) -> Inherited:
    """`provider` and `period` only where all inputs share them; an input that states no method leaves it unstated."""
    methods = [value_of(part, "method") for part in inputs]
    known = tuple(sorted({str(method) for method in methods if method is not None}))
    providers = [value_of(part, "provider") for part in inputs]
    return Inherited(
        observed_at=min((p["observedAt"] for p in inputs if "observedAt" in p), key=parse_instant, default=None),
        period=common(value_of(part, "period") for part in inputs),
        method=weakest(known) if known and None not in methods else None,
        methods=known,
        provider=common(providers),
        providers=tuple(sorted({str(provider) for provider in providers if provider is not None})),
    )


def weakest(methods: Sequence[str]) -> str:
    """A number is called by the weakest method among those of its inputs."""
    return max(methods, key=_weakness)


def _weakness(method: str) -> int:
    return WEAKER.index(method) if method in WEAKER else len(WEAKER)


def common(values: Iterable[Any]) -> str | None:
    """What all of them say; None when one says nothing or another thing."""
    distinct = set(values)
    return str(distinct.pop()) if len(distinct) == 1 and None not in distinct else None


def doubts_about(entity: Entity, attributes: Iterable[str]) -> list[Doubt]:
    """Doubts of the city's rules about these attributes of an entity, or about the entity as a whole."""
    listed = value_of(entity, "dataQuality")
    wanted = frozenset(attributes)
    doubts = cast("list[Any]", listed) if isinstance(listed, list) else []
    return [doubt for doubt in doubts if _is_doubt(doubt) and (doubt.get("attribute") or "") in wanted | {""}]


def _is_doubt(doubt: Any) -> bool:
    if not isinstance(doubt, dict):
        return False
    members = cast("dict[str, Any]", doubt)
    text = members.get("text")
    return isinstance(members.get("code"), str) and isinstance(text, dict) and set(text) == {"id", "en", "ja"}  # pyright: ignore[reportUnknownArgumentType]


def gathered(doubts: Iterable[Doubt], own: Iterable[str] = ()) -> tuple[Doubt, ...]:
    """The doubts of many inputs, one of each code, with how many inputs have it; codes of `own` are told elsewhere."""
    by_code: dict[str, list[Doubt]] = {}
    for doubt in doubts:
        by_code.setdefault(doubt["code"], []).append(doubt)
    told = set(own)
    return tuple(_together(code, alike) for code, alike in by_code.items() if code not in told)


def _together(code: str, alike: list[Doubt]) -> Doubt:
    if len(alike) == 1:
        return alike[0]
    example = Text(**alike[0]["text"])
    text = fill(rule_text("doubts"), count=len(alike), example=example)
    return {"code": code, "text": msgspec.to_builtins(text)}
