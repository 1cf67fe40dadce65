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
    "HM": ("MTS", 0.44704),
    "KWH": ("KWH", 1),
    "MWH": ("KWH", 1000),
    "C62": ("C62", 1),
    "P1": ("C62", 0.01),
}
_APART = frozenset(
    ("CEL", "KEL", "DD", "GQ", "PAL", "A97", "VLT", "AMP", "WTT", "KWT", "JOU", "HTZ", "LUX", "2N", "G51", "MQS")
)
"""Codes that sensors use and that stand for themselves: there is no way from one to another."""
AREAS = frozenset({"MTK", "HAR", "KMK"})
"""Units of area: a place without any is a gap of the register."""

_NAMES: dict[str, str] = {
    **dict.fromkeys(("kg", "kilogram", "kgs"), "KGM"),
    **dict.fromkeys(("ton", "tons", "t", "tonne", "tonnes", "ton metrik"), "TNE"),
    **dict.fromkeys(("m2", "m²", "sqm", "meter persegi"), "MTK"),
    **dict.fromkeys(("ha", "hektar", "hectare", "hectares"), "HAR"),
    **dict.fromkeys(("km2", "km²", "sqkm"), "KMK"),
    **dict.fromkeys(("m", "meter", "metre"), "MTR"),
    "cm": "CMT",
    "km": "KMT",
    **dict.fromkeys(("km/h", "km/jam", "kmh", "kph"), "KMH"),
    "mph": "HM",
    **dict.fromkeys(("l", "liter", "litre"), "LTR"),
    **dict.fromkeys(("m3", "m³"), "MTQ"),
    **dict.fromkeys(("°c", "c", "celsius"), "CEL"),
    **dict.fromkeys(("%", "persen", "percent"), "P1"),
    **dict.fromkeys(("µg/m3", "ug/m3", "µg/m³", "ug/m³"), "GQ"),
}
_A_TIME = ("/year", "/tahun", "/yr", "/thn", " per year", " per tahun", "/day", "/hari", " per day", " per hari")


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


def unit_named(text: str) -> str | None:
    """The code of a unit as people write it (`kg`, `ton/year`, `m²`) or of the code itself; None when it is none.

    What a figure is of ("a year") stands in its period, not in its unit.
    """
    plain = text.strip().strip("()[].").casefold()
    for suffix in _A_TIME:
        plain = plain.removesuffix(suffix)
    known = _NAMES.get(plain)
    code = text.strip()
    return known or (code if code in _TO_BASE or code in _APART else None)
