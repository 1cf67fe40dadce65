"""Units of measure (UN/CEFACT Recommendation 20) that the registers use, and the way between them."""

_TO_BASE: dict[str, tuple[str, float]] = {
    "KGM": ("KGM", 1),
    "TNE": ("KGM", 1000),
    "MTK": ("MTK", 1),
    "HAR": ("MTK", 10_000),
    "KMK": ("MTK", 1_000_000),
}


class UnitMismatch(ValueError):
    """The units measure different things."""


def in_unit(value: float, unit: str | None, wanted: str | None) -> float:
    """A value in another unit of the same kind (tonnes as kilograms, m2 as hectares).

    Raises:
        UnitMismatch: when there is no way between the units.
    """
    if unit == wanted or wanted is None:
        return value
    base, factor = _TO_BASE.get(unit or "", ("", 1))
    wanted_base, wanted_factor = _TO_BASE.get(wanted, ("?", 1))
    if base != wanted_base:
        raise UnitMismatch(f"{unit or 'no unit'} cannot be written in {wanted}")
    return value * factor / wanted_factor
