"""Indicators of a city: a number in the language of `formula`, with baseline, target and the agency that answers."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from pinisi.city.computing import Inputs, compute
from pinisi.city.errors import CityError
from pinisi.city.formula import Formula, faults_of
from pinisi.city.inheritance import Doubt, Part, gathered, inherited
from pinisi.city.reading import read_toml
from pinisi.city.text import Text, fill, strange_place
from pinisi.city.units import UnitMismatch
from pinisi.city.value import LATE_AFTER_DAYS, Value, age_of, neat
from pinisi.city.words import per_text, rule_text, unit_text
from pinisi.vocabulary.instant import Instant

PLACES = frozenset({"value", "count", "missing", "zero"})
"""What the text of an indicator's flag may hold."""
Direction = Literal["at-least", "at-most"]


class Flag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reason to doubt an indicator; `{value}`, `{count}`, `{missing}` and `{zero}` (inputs that are 0) stand for its
    numbers.

    `when` limits it: `always`, `some-zero` when at least one input is 0, `some-missing` when one has no figure.
    """

    code: str
    text: Text
    when: Literal["always", "some-zero", "some-missing"] = "always"


class Owner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The agency that answers for an indicator, and the card of the source that says so."""

    agency: str
    source: str
    period: str


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where it began: the value in a year, from a source; `period` is when the source said so."""

    value: float
    year: int
    source: str
    period: str


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where it shall be by the end of a year, from a source; `period` is when the source said so."""

    value: float
    year: int
    source: str
    period: str
    direction: Direction = "at-least"


class Indicator(Formula, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One number of the city. `note` says in words what one must know to read it; `group` puts it beside its like."""

    id: str
    label: Text
    group: str = ""
    note: Text | None = None
    unit_text: Text | None = None
    late_after_days: int = LATE_AFTER_DAYS
    flags: tuple[Flag, ...] = ()
    owner: Owner | None = None
    baseline: Baseline | None = None
    target: Target | None = None


class _Indicators(msgspec.Struct, forbid_unknown_fields=True):
    indicators: tuple[Indicator, ...] = ()


def read_indicators(path: Path) -> tuple[Indicator, ...]:
    """The indicators of `indicators.toml`; a city without the file has none.

    Raises:
        CityError: naming the field of what is incomplete, unknown or there twice.
    """
    if not path.exists():
        return ()
    indicators = read_toml(path, _Indicators).indicators
    for field, reason in _faults(indicators):
        raise CityError(path, field, reason)
    return indicators


def _faults(indicators: Sequence[Indicator]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for number, indicator in enumerate(indicators):
        at = f"indicators[{number}]."
        if indicator.id in seen:
            yield at + "id", f"{indicator.id!r} occurs twice"
        seen.add(indicator.id)
        yield from faults_of(indicator, at)
        for place, flag in enumerate(indicator.flags):
            strange = strange_place(flag.text, PLACES)
            if strange is not None:
                yield f"{at}flags[{place}].text", strange


def indicator_value(indicator: Indicator, inputs: Inputs, now: Instant | None = None) -> Value:
    """Compute an indicator, with all that makes it trustworthy.

    `now` gives age and state; without it both stay open. Without inputs the value is None, or 0 of what is counted;
    inputs in units that cannot be compared give None and a flag.
    """
    try:
        part = compute(indicator, inputs, now, indicator.label)
    except UnitMismatch as mismatch:
        text = fill(rule_text("unit_mismatch"), reason=str(mismatch))
        doubt = {"code": "unit-mismatch", "text": msgspec.to_builtins(text)}
        nothing = Part(value=None, unit=indicator.unit, rule=text)
        return msgspec.structs.replace(_shown(indicator, nothing, inputs, now), derived=None, flags=(doubt,))
    return _shown(indicator, part, inputs, now)


def _shown(indicator: Indicator, part: Part, inputs: Inputs, now: Instant | None) -> Value:
    origin = inherited(part.inputs)
    age, state = age_of(origin.observed_at, now, indicator.late_after_days)
    plain = indicator.kind == "value" and indicator.per is None
    kept = plain and bool(part.inputs)
    return Value(
        label=indicator.label,
        value=neat(part.value),
        unit=part.unit,
        unit_text=indicator.unit_text or _unit_text(indicator, part.unit),
        method=origin.method,
        methods=origin.methods,
        derived=None if plain or part.value is None else part.rule,
        provider=origin.provider,
        providers=origin.providers,
        observed_at=origin.observed_at,
        period=origin.period,
        state=state,
        age_days=age,
        n=None if plain else part.n,
        missing=None if plain else part.missing,
        flags=_flags(indicator, part),
        entity=(indicator.entity or inputs.area) if kept else None,
        attribute=indicator.attribute if kept else None,
    )


def _unit_text(indicator: Indicator, unit: str | None) -> Text | None:
    if indicator.per is None:
        return unit_text(unit) if unit else None
    return per_text(unit, indicator.per, indicator.times)


def _flags(indicator: Indicator, part: Part) -> tuple[Doubt, ...]:
    """Doubts about the inputs, then those that the city has written of the indicator itself."""
    holds = {"always": True, "some-zero": part.zero > 0, "some-missing": part.missing > 0}
    words: dict[str, str | float | Text] = {
        "value": neat(part.value) or 0,
        "count": part.n,
        "missing": part.missing,
        "zero": part.zero,
    }
    own: list[Doubt] = [
        {"code": flag.code, "text": msgspec.to_builtins(fill(flag.text, **words))}
        for flag in indicator.flags
        if holds[flag.when]
    ]
    if part.missing and part.n and "missing" not in {flag.code for flag in indicator.flags}:
        text = fill(rule_text("missing"), missing=part.missing, count=part.n + part.missing)
        own.append({"code": "missing", "text": msgspec.to_builtins(text)})
    return (*gathered(part.doubts, (flag.code for flag in indicator.flags)), *own)
