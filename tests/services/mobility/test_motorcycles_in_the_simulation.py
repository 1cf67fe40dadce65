"""A share of a scenario's vehicles rides a motorcycle; the rest of the demand stays as it is."""

from pathlib import Path

import built_crossing
from msgspec.structs import replace

from pinisi.services.mobility.twin.child import run_twin
from pinisi.services.mobility.twin.motorcycles import with_motorcycles
from pinisi.services.mobility.twin.run import Run

TRIPS = "".join(f'<trip id="t{number}" type="car" depart="{number}.0" from="a" to="b"/>\n' for number in range(1000))


def test_the_share_is_kept_and_nothing_else_changes() -> None:
    ridden = with_motorcycles(TRIPS, 0.72, 1)
    assert 650 < ridden.count("pinisi_motorcycle") < 790
    assert ridden.replace("pinisi_motorcycle", "car") == TRIPS
    assert with_motorcycles(TRIPS, 0.72, 1) == ridden != with_motorcycles(TRIPS, 0.72, 2)


def test_a_vehicle_without_a_type_gets_one() -> None:
    assert with_motorcycles('<vehicle id="a" depart="0">', 1.0, 1) == (
        '<vehicle type="pinisi_motorcycle" id="a" depart="0">'
    )


def test_motorcycles_give_off_less_and_all_are_counted(tmp_path: Path) -> None:
    cars = Run(str(built_crossing.build(tmp_path)), "ACYCLIC", seconds=300, emissions=True)
    driven, ridden = run_twin(cars), run_twin(replace(cars, motorcycles=1.0))
    assert ridden.due == driven.due
    assert ridden.completed > 0.5 * ridden.due
    assert ridden.co2_g_km is not None
    assert driven.co2_g_km is not None
    assert ridden.co2_g_km < driven.co2_g_km
