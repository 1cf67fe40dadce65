"""Areas are found by position and by name."""

import pytest

from pinisi.city.areas import AreaIndex
from pinisi.city.profile import Profile


@pytest.fixture(scope="module")
def index(makassar: Profile) -> AreaIndex:
    return AreaIndex(makassar.areas)


def test_a_position_lies_in_city_kecamatan_and_kelurahan(index: AreaIndex) -> None:
    landfill = index.at(119.488938, -5.175991)
    assert [area.name for area in landfill] == ["Makassar", "Manggala", "Tamangapa"]


def test_a_position_at_sea_lies_nowhere_but_has_a_nearest_kelurahan(index: AreaIndex) -> None:
    assert index.at(119.2, -5.2) == []
    nearest = index.nearest(119.327637, -5.036057, "kelurahan")
    assert nearest is not None
    assert (nearest[0].name, round(nearest[1], -1)) == ("Barrang Lompo", 1080)


def test_an_empty_city_has_no_nearest_area() -> None:
    empty = AreaIndex(())
    assert empty.at(0, 0) == []
    assert empty.nearest(0, 0, "kelurahan") is None
    assert empty.named("Manggala", "kecamatan") is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [("PANAKKUKAG", "Panakkukang"), ("MAARISO", "Mariso"), ("Biring Kanaya", "Biringkanaya"), ("Jakarta", None)],
)
def test_a_kecamatan_is_known_however_it_is_spelt(index: AreaIndex, written: str, meant: str | None) -> None:
    found = index.named(written, "kecamatan")
    assert (found.name if found else None) == meant


def test_codes_tell_what_lies_in_what(makassar: Profile) -> None:
    kelurahan = [area for area in makassar.areas if area.level == "kelurahan"]
    assert all(area.parent == area.code[:8] for area in kelurahan)
