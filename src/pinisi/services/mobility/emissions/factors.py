"""Grams that a vehicle of a class emits on a kilometre: the shipped table, or the city's own in its place."""

import csv
from collections.abc import Mapping
from pathlib import Path

import msgspec

SHIPPED = Path(__file__).with_name("factors.csv")
CITY_FILE = "emission-factors.csv"
"""Of the city, in the data folder: it takes the place of the whole shipped table."""
CLASSES = ("motorcycle", "light", "heavy", "bus", "truck")
NUMBERS = ("co2", "co2_low", "co2_high", "nox", "pm", "co", "hc")
COLUMNS = ("class", *NUMBERS, "source", "year")
MOST_GRAMS = 20_000.0


class BadFactors(ValueError):
    """A table that cannot be used; names file, row, column and reason."""


class Factor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Grams a vehicle-kilometre; `co2_low`, `co2_high`: what vehicles of the class emit at the least and at the most.

    A gas that the table does not tell is None: it is not written.
    """

    kind: str
    co2: float
    co2_low: float
    co2_high: float
    nox: float | None
    pm: float | None
    co: float | None
    hc: float | None
    source: str
    year: int


def factors_of(folder: Path | None) -> tuple[tuple[Factor, ...], bool]:
    """The table in force, and whether it is the city's own. Raises `BadFactors`."""
    own = None if folder is None else folder / CITY_FILE
    if own is not None and own.is_file():
        return tuple(read_factors(own).values()), True
    return tuple(read_factors(SHIPPED).values()), False


def read_factors(path: Path) -> Mapping[str, Factor]:
    """By class. Raises `BadFactors`."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadFactors(f"{path.name}: cannot be read as text: {error}") from None
    try:
        rows = list(csv.DictReader(lines, strict=True))
    except csv.Error as error:
        raise BadFactors(f"{path.name}: is no CSV: {error}") from None
    missing = [name for name in COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise BadFactors(f"{path.name}: has no column {', '.join(missing)}" if rows else f"{path.name}: has no row")
    found: dict[str, Factor] = {}
    for number, row in enumerate(rows, start=2):
        factor = _factor(f"{path.name}, row {number}", row)
        if factor.kind in found:
            raise BadFactors(f"{path.name}, row {number}: class: {factor.kind} stands twice")
        found[factor.kind] = factor
    return found


def _factor(where: str, row: Mapping[str, str | None]) -> Factor:
    kind, source = (row["class"] or "").strip(), (row["source"] or "").strip()
    if kind not in CLASSES:
        raise BadFactors(f"{where}: class: {kind!r} is none of {', '.join(CLASSES)}")
    if not source:
        raise BadFactors(f"{where}: source: a factor without its source is not used")
    year = (row["year"] or "").strip()
    if not year.isascii() or not year.isdecimal() or not 1950 <= int(year) <= 2100:
        raise BadFactors(f"{where}: year: {year!r} is no year")
    grams = {name: _grams(f"{where}: {name}", row[name] or "") for name in NUMBERS}
    co2, low, high = grams["co2"], grams["co2_low"], grams["co2_high"]
    if co2 is None:
        raise BadFactors(f"{where}: co2: is missing")
    low, high = co2 if low is None else low, co2 if high is None else high
    if not low <= co2 <= high:
        raise BadFactors(f"{where}: co2: {co2:g} does not lie between co2_low and co2_high")
    return Factor(
        kind=kind,
        co2=co2,
        co2_low=low,
        co2_high=high,
        nox=grams["nox"],
        pm=grams["pm"],
        co=grams["co"],
        hc=grams["hc"],
        source=source[:300],
        year=int(year),
    )


def _grams(where: str, text: str) -> float | None:
    """None where nothing stands; a decimal comma is understood."""
    text = text.strip()
    if not text:
        return None
    try:
        grams = float(text.replace(",", "."))
    except ValueError:
        raise BadFactors(f"{where}: {text!r} is no number") from None
    if not 0 <= grams <= MOST_GRAMS:
        raise BadFactors(f"{where}: {text} is not between 0 and {MOST_GRAMS:g} g/km")
    return grams
