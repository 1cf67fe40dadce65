"""`basemap.pmtiles`: land, kecamatan, kelurahan and their labels as vector tiles."""

from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from building.areas import Drawn, close_gaps, read_features
from pinisi.city.area_tiles import Layer, described, joined, label_point, multi, parts_of
from pinisi.city.vector_tiles.archive import write_archive

FIRST_ZOOM, LAST_ZOOM = 6, 14
NEAR = (118.6, -5.7, 120.1, -4.6)
WIDE = (117.5, -7.4, 122.4, -2.6)
NEIGHBOURS = ("73.05", "73.06", "73.09", "73.10", "73.71")
SEAM = 0.004
"""Degrees (about 450 m) within which borders of differently simplified layers are sewn together."""


def write_basemap(areas: list[Drawn], shared: Path, path: Path) -> None:
    """Zoom 6 to 14; the land comes coarser and wider for low zooms, so that it ends nowhere in view."""
    layers = land_layers(shared) + area_layers(areas)
    metadata = {
        "name": "Makassar",
        "description": "Land, kecamatan and kelurahan of Makassar",
        "attribution": "cahyadsn/wilayah_boundaries (MIT); Natural Earth (public domain)",
        "vector_layers": described(layers),
    }
    write_archive(joined(layers), metadata, WIDE, path)


def land_layers(shared: Path) -> list[Layer]:
    land = whole_land(shared)
    near = shapely.clip_by_rect(land, *NEAR)
    wide = shapely.clip_by_rect(shapely.simplify(land, 0.002), *WIDE)
    low = shapely.clip_by_rect(shapely.simplify(land, 0.006), *WIDE)
    return [
        Layer("land", FIRST_ZOOM, 8, pieces(low)),
        Layer("land", 9, 11, pieces(wide)),
        Layer("land", 12, LAST_ZOOM, pieces(near)),
    ]


def whole_land(shared: Path) -> BaseGeometry:
    """Villages of the five regencies, the other regencies of the province, then Natural Earth where nothing finer is.

    Natural Earth lies up to 1.3 km off this coast, so near the finer layers only its inland part is taken: what is
    left of it after the finer land and a rim of 3 km are cut off, unless it touches nothing but that rim.
    """
    folder = shared / "data" / "basemap"
    villages = [g for _, g in read_features(folder / "mamminasata_pangkep_villages_2025.geojson")]
    regencies = [g for p, g in read_features(folder / "sulsel_kabkota_2025.geojson") if p["code"] not in NEIGHBOURS]
    around = shapely.union_all(close_gaps(villages))
    province = sewn(shapely.union_all([around, *map(shapely.make_valid, regencies)]), around)
    natural = shapely.union_all([g for _, g in read_features(folder / "ne10_land_sulsel.geojson")])
    beyond = [part for part in parts_of(natural.difference(province)) if is_inland(part)]
    return without_holes(sewn(shapely.union_all([province, *beyond]), around))


def is_inland(part: BaseGeometry) -> bool:
    """Whether a remainder of Natural Earth is land of its own, not a coast drawn a kilometre off."""
    return not part.buffer(-0.03).is_empty


def sewn(land: BaseGeometry, villages: BaseGeometry) -> BaseGeometry:
    """Close seams between layers that were simplified apart; the coast keeps its own line elsewhere.

    Villages are of one layer and have no seams among themselves: a gap between them is water (Losari, the harbours).
    """
    closed = land.buffer(SEAM, quad_segs=2).buffer(-SEAM, quad_segs=2)
    touched, water_side = land.buffer(1e-6), villages.buffer(1e-6)
    shapely.prepare(touched)
    shapely.prepare(water_side)
    seams = [
        part for part in parts_of(closed.difference(land)) if is_seam(part, touched) and not is_seam(part, water_side)
    ]
    return shapely.union_all([land, *seams])


def is_seam(part: BaseGeometry, land: BaseGeometry) -> bool:
    """Whether a gap is bordered by land on most of its rim."""
    middles = part.boundary.segmentize(SEAM / 20)
    points = shapely.points(shapely.get_coordinates(middles))
    return float(shapely.covers(land, points).mean()) > 0.85


def without_holes(land: BaseGeometry) -> BaseGeometry:
    """Lakes stay; holes under 2 km2 are leftovers of joining."""
    filled = [
        shapely.Polygon(part.exterior, [ring for ring in part.interiors if shapely.Polygon(ring).area > 1.6e-4])
        for part in parts_of(land)
    ]
    return shapely.union_all(filled)


def pieces(land: BaseGeometry) -> list[BaseGeometry]:
    return [shapely.MultiPolygon(parts_of(shapely.make_valid(land)))]


def area_layers(areas: list[Drawn]) -> list[Layer]:
    layers: list[Layer] = []
    for level, first, label_first in (("kecamatan", 8, 9), ("kelurahan", 10, 12)):
        chosen = [area for area in areas if area.level == level]
        polygons = close_gaps([area.geometry for area in chosen])
        codes, names = [area.code for area in chosen], [area.name for area in chosen]
        points = [label_point(polygon) for polygon in polygons]
        layers.append(Layer(level, first, LAST_ZOOM, list(map(multi, polygons)), codes, names))
        layers.append(Layer(f"{level}_label", label_first, LAST_ZOOM, points, codes, names))
    return layers
