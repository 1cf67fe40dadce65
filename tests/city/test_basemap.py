"""The basemap is read by GDAL, an outside judge, and looked at where it could be wrong."""

import numpy as np
import pyogrio.raw
import pytest
import shapely

from pinisi.city.profile import Profile

LARGEST = 600_000
ZOOMS = {"land": 6, "kecamatan": 8, "kelurahan": 10, "kecamatan_label": 9, "kelurahan_label": 12}


def features(makassar: Profile, layer: str, zoom: int) -> tuple[np.ndarray, list[str]]:
    """Geometries in Web Mercator metres and names."""
    assert makassar.basemap is not None
    meta, _, geometries, columns = pyogrio.raw.read(makassar.basemap, layer=layer, ZOOM_LEVEL=zoom)
    fields = list(meta["fields"])
    names = list(columns[fields.index("name")]) if "name" in fields else []
    return shapely.from_wkb(geometries), names


def mercator(lon: float, lat: float) -> shapely.Point:
    radius = 6_378_137.0
    return shapely.Point(radius * np.radians(lon), radius * np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)))


def test_the_basemap_is_small_and_has_its_layers(makassar: Profile) -> None:
    assert makassar.basemap is not None
    assert makassar.basemap.stat().st_size < LARGEST
    assert {str(name) for name, _ in pyogrio.list_layers(makassar.basemap)} == set(ZOOMS)


@pytest.mark.parametrize(("layer", "count"), [("kecamatan", 15), ("kelurahan", 153)])
def test_areas_and_their_labels_are_all_there(makassar: Profile, layer: str, count: int) -> None:
    assert len(set(features(makassar, layer, 14)[1])) >= count - 2
    points, names = features(makassar, f"{layer}_label", 14)
    assert len(points) == len(names) == count


@pytest.mark.parametrize("zoom", [6, 9, 12, 14])
@pytest.mark.parametrize(
    ("lon", "lat", "dry"),
    [
        (119.45, -5.15, True),
        (119.62, -5.05, True),
        (119.60, -5.25, True),
        (119.30, -5.20, False),
        (119.38, -5.05, False),
        (119.0, -5.5, False),
    ],
)
def test_land_is_land_and_sea_is_sea_at_every_zoom(
    makassar: Profile, zoom: int, lon: float, lat: float, dry: bool
) -> None:
    land, _ = features(makassar, "land", zoom)
    assert any(shapely.covers(land, mercator(lon, lat))) == dry


@pytest.mark.parametrize(("zoom", "degrees"), [(9, 1.4), (10, 1.3), (11, 0.66), (12, 0.33)])
def test_the_land_does_not_end_inside_a_wall_screen(makassar: Profile, zoom: int, degrees: float) -> None:
    """East of the city the island goes on to the gulf of Bone (120.4): there is land as far as a view reaches."""
    land, _ = features(makassar, "land", zoom)
    for lon in np.linspace(119.5, min(119.5 + degrees, 120.25), 12):
        assert any(shapely.covers(land, mercator(float(lon), -5.1)))


def test_a_label_lies_inside_its_area(makassar: Profile) -> None:
    points, names = features(makassar, "kecamatan_label", 12)
    areas = {area.name: shapely.geometry.shape(area.geojson) for area in makassar.areas if area.level == "kecamatan"}
    for point, name in zip(points, names, strict=True):
        lon = np.degrees(point.x / 6_378_137.0)
        lat = np.degrees(2 * np.arctan(np.exp(point.y / 6_378_137.0)) - np.pi / 2)
        assert areas[name].covers(shapely.Point(lon, lat))
