"""153 kelurahan as the Ministry drew them in 2025, with BPS codes joined, and what dissolves from them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from rapidfuzz import fuzz
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

CITY_CODE = "73.71"
DECIMALS = 6
GAP_METRES = 60.0
DEGREES_A_METRE = 1 / 111_195
SPECK = 1e-9
"""Square degrees (about 12 m2): smaller parts are leftovers of closing gaps."""


@dataclass(frozen=True)
class Drawn:
    """An area: code, name, level, code of the area above, BPS code with the share of overlap, polygon in degrees."""

    code: str
    name: str
    level: str
    parent: str | None
    bps: tuple[str, float] | None
    geometry: BaseGeometry


def read_features(path: Path) -> list[tuple[dict[str, Any], BaseGeometry]]:
    document = json.loads(path.read_text(encoding="utf-8"))
    return [(feature["properties"], shape(feature["geometry"])) for feature in document["features"]]


def read_areas(shared: Path) -> list[Drawn]:
    """City, 15 kecamatan, 153 kelurahan, ordered by code."""
    folder = shared / "data" / "boundaries"
    villages = read_features(folder / "makassar_kel_kepmendagri_2025_simplified.geojson")
    districts = read_features(folder / "makassar_kec_kepmendagri_2025_simplified.geojson")
    district_names = {properties["code"]: properties["name"] for properties, _ in districts}
    bps = bps_codes(villages, read_features(folder / "makassar_kelurahan_hdx_bps_2020.geojson"))
    clean = dict(zip((p["code"] for p, _ in villages), close_gaps([g for _, g in villages]), strict=True))
    drawn = [
        Drawn(p["code"], p["name"], "kelurahan", p["code"][:8], bps.get(p["code"]), rounded(g)) for p, g in villages
    ]
    drawn += [
        Drawn(code, name, "kecamatan", CITY_CODE, None, dissolve(clean, code)) for code, name in district_names.items()
    ]
    drawn.append(Drawn(CITY_CODE, "Makassar", "city", None, None, dissolve(clean, CITY_CODE)))
    return sorted(drawn, key=lambda area: area.code)


def close_gaps(polygons: list[BaseGeometry]) -> list[BaseGeometry]:
    """Polygons whose shared edges fit: each was simplified alone, which left slivers up to 60 m wide."""
    width = GAP_METRES * DEGREES_A_METRE
    cleaned = shapely.coverage_clean(polygons, gap_width=width)
    return [shapely.make_valid(polygon) for polygon in cleaned]


def dissolve(clean: dict[str, BaseGeometry], prefix: str) -> BaseGeometry:
    parts = [polygon for code, polygon in clean.items() if code.startswith(prefix)]
    whole = shapely.get_parts(shapely.union_all(parts))
    return rounded(shapely.union_all([part for part in whole if part.area > SPECK]))


def rounded(geometry: BaseGeometry) -> BaseGeometry:
    """Six decimals (0.1 m), no ring that the rounding made invalid."""
    return shapely.set_precision(geometry, 10**-DECIMALS)


def bps_codes(
    villages: list[tuple[dict[str, Any], BaseGeometry]], older: list[tuple[dict[str, Any], BaseGeometry]]
) -> dict[str, tuple[str, float]]:
    """Kemendagri code -> BPS code and share of overlap, one to one, best pairs first.

    A pair is taken when the polygons overlap by half and the names are alike, or when one of the two holds strongly:
    the BPS layer of 2020 draws outer islands kilometres off, and some names were respelt. A code names a village, not
    a polygon, so the name counts double (the two layers swap the polygons of Antang and Bitowa). The overlap is kept.
    """
    scored: list[tuple[float, str, str, float]] = []
    for properties, polygon in villages:
        for old, old_polygon in older:
            alike = fuzz.ratio(plain(properties["name"]), plain(old["village"])) / 100
            shared = polygon.intersection(old_polygon).area / min(polygon.area, old_polygon.area)
            if (shared > 0.5 and alike > 0.6) or alike > 0.85 or shared > 0.8:
                bps = old["village_code"].removeprefix("id")
                scored.append((shared + 2 * alike, properties["code"], bps, round(shared, 2)))
    found: dict[str, tuple[str, float]] = {}
    taken: set[str] = set()
    for _, code, bps, shared in sorted(scored, key=lambda pair: (-pair[0], pair[1])):
        if code not in found and bps not in taken:
            found[code] = (bps, shared)
            taken.add(bps)
    return found


def plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalpha())


def write_areas(areas: list[Drawn], path: Path) -> None:
    """One feature a line, so that a change of one area is one line of difference."""
    lines = [json.dumps(feature(area), ensure_ascii=False, separators=(",", ":")) for area in areas]
    path.write_text('{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


def feature(area: Drawn) -> dict[str, Any]:
    properties: dict[str, Any] = {"code": area.code, "name": area.name, "level": area.level, "parent": area.parent}
    if area.bps is not None:
        properties["bps"], properties["bpsOverlap"] = area.bps
    return {"type": "Feature", "properties": properties, "geometry": trimmed(mapping(area.geometry))}


def trimmed(geometry: dict[str, Any]) -> dict[str, Any]:
    return {"type": geometry["type"], "coordinates": trimmed_numbers(geometry["coordinates"])}


def trimmed_numbers(numbers: Any) -> Any:
    if isinstance(numbers, float):
        return round(numbers, DECIMALS)
    return [trimmed_numbers(number) for number in numbers]
