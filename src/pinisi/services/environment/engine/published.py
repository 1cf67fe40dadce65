"""A published day of ISPU beside what its own sub-indices say: where they differ, and why.

Nothing is mended: the published values stay as they are, the comparison stands beside them.
"""

from typing import Literal

import msgspec

from pinisi.services.environment.engine.bands import whole
from pinisi.services.environment.engine.ispu import BANDS, Category, category
from pinisi.services.environment.engine.overall import Overall, overall
from pinisi.services.environment.engine.pollutant import Pollutant, SubIndex

Field = Literal["value", "critical", "category"]
Why = Literal[
    "nothing-measured",
    "sub-index-missing",
    "labels-moved",
    "edge-of-category",
    "one-category-lower",
    "unexplained",
]
"""Texts: `ispu-WHY` in the service's strings.

nothing-measured: an index is published, though no pollutant has one.
sub-index-missing: the named pollutant has no sub-index in the row, and no other reaches beyond the published maximum:
    the row cannot be recomputed; taken at its word it is consistent.
labels-moved: the maximum is right, but the pollutant named is the one that stands at the same place in a list with
    PM2.5 as the critical one in the older list without.
edge-of-category: the value is the last of its category, the category published is the next.
one-category-lower: the category is one below that of the published value.
"""

WITHOUT_PM25: tuple[Pollutant, ...] = ("pm10", "so2", "co", "o3", "no2")
WITH_PM25: tuple[Pollutant, ...] = ("pm10", "pm25", "so2", "co", "o3", "no2")
CATEGORIES: tuple[Category, ...] = (*(name for _, name in BANDS), "hazardous")


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """One station and day as published; None where nothing is."""

    sub_indices: tuple[SubIndex, ...]
    value: float | None
    critical: Pollutant | None
    category: Category | None


class Difference(msgspec.Struct, frozen=True):
    """A published field that its own row contradicts; `published` and `computed` as text, empty for nothing."""

    field: Field
    published: str
    computed: str
    why: Why


class Comparison(msgspec.Struct, frozen=True):
    """`computed`: from the sub-indices of the row; None when it has none."""

    computed: Overall | None
    category: Category | None
    differences: tuple[Difference, ...]


def compare(day: Published) -> Comparison:
    """Recompute maximum, critical pollutant and category of a published day.

    Raises:
        NotAnIndex: a published index is negative or not finite.
    """
    found = overall(day.sub_indices)
    kind = None if found is None else category(found.value)
    computed: dict[Field, tuple[str, ...]] = {
        "value": (_text(None if found is None else found.value),),
        "critical": ("",) if found is None else found.critical,
        "category": (kind or "",),
    }
    published: dict[Field, str] = {
        "value": _text(day.value),
        "critical": day.critical or "",
        "category": day.category or "",
    }
    differences = tuple(
        Difference(field, said, " ".join(computed[field]), _why(day, found, field))
        for field, said in published.items()
        if said not in computed[field]
    )
    return Comparison(found, kind, differences)


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _why(day: Published, found: Overall | None, field: Field) -> Why:
    if found is None:
        return "nothing-measured"
    if field == "critical" and day.value == found.value and _moved(day, found):
        return "labels-moved"
    if _missing(day, found):
        return "sub-index-missing"
    if field == "category" and day.value == found.value:
        return _why_category(day)
    return "unexplained"


def _missing(day: Published, found: Overall) -> bool:
    named = {sub.pollutant for sub in day.sub_indices}
    if day.critical is None or day.critical in named or day.value is None:
        return False
    return day.value >= found.value and day.category == category(day.value)


def _moved(day: Published, found: Overall) -> bool:
    pairs = set(zip(WITHOUT_PM25, WITH_PM25, strict=False))
    return any((one, day.critical) in pairs for one in found.critical)


def _why_category(day: Published) -> Why:
    if day.value is None or day.category is None:
        return "unexplained"
    steps = CATEGORIES.index(day.category) - CATEGORIES.index(category(day.value))
    if steps == 1 and whole(day.value) in {last for last, _ in BANDS}:
        return "edge-of-category"
    return "one-category-lower" if steps == -1 else "unexplained"
