"""Units of measure (UN/CEFACT Recommendation 20) that the registers use, and the way between them."""

_TO_BASE: dict[str, tuple[str, float]] = {
    "GRM": ("KGM", 0.001),
    "KGM": ("KGM", 1),
    "TNE": ("KGM", 1000),
    "MTK": ("MTK", 1),
    "HAR": ("MTK", 10_000),
    "KMK": ("MTK", 1_000_000),
    "MMT": ("MTR", 0.001),
    "CMT": ("MTR", 0.01),
    "MTR": ("MTR", 1),
    "KMT": ("MTR", 1000),
    "LTR": ("MTQ", 0.001),
    "MTQ": ("MTQ", 1),
    "SEC": ("SEC", 1),
    "MIN": ("SEC", 60),
    "HUR": ("SEC", 3600),
    "DAY": ("SEC", 86_400),
    "MTS": ("MTS", 1),
    "KMH": ("MTS", 1 / 3.6),
    "KWH": ("KWH", 1),
    "MWH": ("KWH", 1000),
    "C62": ("C62", 1),
    "P1": ("C62", 0.01),
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
