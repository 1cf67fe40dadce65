"""Emissions of counted traffic: activity times published factors, and nothing that was only simulated."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import shapely

from pinisi.runtime.computation import JobFailed
from pinisi.services.mobility.emissions.computing import compute
from pinisi.services.mobility.emissions.entities import entities
from pinisi.services.mobility.emissions.factors import COLUMNS, SHIPPED, BadFactors, factors_of, read_factors
from pinisi.services.mobility.emissions.on_cycle import STANDS_FOR, TIMES, cycle, row
from pinisi.services.mobility.emissions.request import EmissionsAnswer, EmissionsRequest, Ground, Interval, Traffic
from pinisi.services.mobility.twin.sumo_programs import sumo_home
from pinisi.vocabulary.instant import HOUR, MINUTE, parse_instant

SIX = parse_instant("2026-11-26T06:00:00Z")
FACTORS = read_factors(SHIPPED)
EAST = 119.43 + 0.0090277
"""A kilometre east of 119.43 at 5.15 south, near enough."""


def text(geometry: Any) -> str:
    return msgspec.json.encode(shapely.geometry.mapping(geometry)).decode()


ROAD = Ground(id="urn:road:1", name="Jalan 1", ground=text(shapely.LineString([(119.43, -5.15), (EAST, -5.15)])))
HERE = Ground(
    id="urn:area:here", name="Sini", ground=text(shapely.box(119.42, -5.16, 119.45, -5.14)), level="kelurahan"
)
AWAY = Ground(id="urn:area:away", name="Sana", ground=text(shapely.box(119.5, -5.16, 119.6, -5.14)), level="kelurahan")


def turns(begin: float, minutes: float, **vehicles: float) -> Interval:
    at = SIX + round(begin * MINUTE)
    return Interval(
        count=f"urn:turn:{begin:g}",
        road=ROAD.id,
        by="turns",
        begin=at,
        end=at + round(minutes * MINUTE),
        vehicles=vehicles,
    )


def detector(id: str, **vehicles: float) -> Interval:
    return Interval(count=id, road=ROAD.id, by="detector", begin=SIX, end=SIX + HOUR, vehicles=vehicles)


def computed(*intervals: Interval, hours: int = 2) -> EmissionsAnswer:
    factors, own = factors_of(None)
    given = Traffic(
        begin=SIX,
        end=SIX + hours * HOUR,
        intervals=intervals,
        roads=(ROAD,),
        areas=(HERE, AWAY),
        factors=factors,
        own=own,
    )
    return compute(given, lambda share, note="": None)


def test_a_record_is_vehicles_times_length_times_a_factor_with_its_source() -> None:
    answer = computed(turns(0, 15, motorcycle=70, light=30))
    (hour,) = answer.hours
    assert hour.minutes == 15, "what was counted, not an hour made of it"
    assert hour.classes["motorcycle"].km == pytest.approx(70, rel=0.002)
    record, city, area = entities(EmissionsRequest(), answer, SIX)
    co2 = (70 * FACTORS["motorcycle"].co2 + 30 * FACTORS["light"].co2) / 1000
    assert record["co2Mass"]["value"] == pytest.approx(co2, rel=0.002)
    assert record["co2MassLow"]["value"] < record["co2Mass"]["value"] < record["co2MassHigh"]["value"]
    for gas in ("noxMass", "pmMass", "coMass", "hcMass"):
        assert record[gas]["value"] > 0 and record[gas]["unitCode"] == "KGM"
    assert record["emissionActivity"] == {
        "type": "Property", "value": pytest.approx(100, rel=0.002), "unitCode": "KMT",
        "observedAt": "2026-11-26T07:00:00Z",
    }  # fmt: skip
    assert "HBEFA 4.2" in record["factorSource"]["value"] and record["factorYear"]["value"] == 2022
    assert (record["refRoadSegment"]["object"], record["refArea"]["object"]) == (ROAD.id, HERE.id)
    assert record["validFrom"]["value"]["@value"] == "2026-11-26T06:00:00Z"
    assert record["activityByClass"]["json"]["light"]["co2GramsPerKm"] == FACTORS["light"].co2
    assert city["co2Mass"]["value"] == area["co2Mass"]["value"] == record["co2Mass"]["value"]
    assert (area["refArea"]["object"], city["level"]["value"]) == (HERE.id, "city")
    assert "datasetId" not in str([record, city, area])


def test_an_interval_over_two_hours_is_shared_between_them_and_the_sum_stays() -> None:
    answer = computed(turns(45, 30, light=100))
    assert [round(each.classes["light"].km) for each in answer.hours] == [50, 50]
    assert answer.totals[0].classes["light"].km == pytest.approx(100, rel=0.002)
    assert computed(turns(45, 30, light=100), hours=1).totals[0].classes["light"].km == pytest.approx(50, rel=0.002)


def test_no_vehicle_is_counted_twice() -> None:
    answer = computed(
        turns(0, 60, light=400),
        detector("urn:d:a", all=500),
        detector("urn:d:b", light=300),
        detector("urn:d:c", light=9),
    )
    (hour,) = answer.hours
    assert hour.classes["light"].km == pytest.approx(300, rel=0.002)
    assert {each.id: each.reason for each in answer.left_out} == {
        "urn:turn:0": "a detector counts the same road in the same hour",
        "urn:d:a": "the same road is counted by class in the same hour",
        "urn:d:c": "another detector counts the same vehicles there",
    }


def test_vehicles_that_nobody_told_apart_take_the_shares_of_the_turning_counts_or_are_left_out() -> None:
    later = turns(60, 15, motorcycle=75, light=25)
    first, _ = computed(detector("urn:d", all=200), later).hours
    assert first.shared and first.classes["motorcycle"].km == pytest.approx(150, rel=0.002)
    with pytest.raises(JobFailed, match="tells no classes apart"):
        computed(detector("urn:d", all=200))


def test_areas_are_told_apart_by_fifths_and_only_where_somebody_counted() -> None:
    totals = computed(turns(0, 15, light=10)).totals
    assert [(None if each.area is None else each.area.id, each.band) for each in totals] == [(None, None), (HERE.id, 0)]


@pytest.mark.parametrize(
    "kind", [kind if kind == "bus" else pytest.param(kind, marks=pytest.mark.long) for kind in STANDS_FOR]
)
def test_the_shipped_factors_are_what_sumo_says_over_its_urban_cycle(kind: str) -> None:
    speeds = cycle(sumo_home() / "tools" / "emissions" / "nefz.py") * TIMES
    assert (len(speeds), round(3.6 * sum(speeds) / len(speeds), 1)) == (780, 18.9)
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert ",".join(row(kind)[name] for name in COLUMNS) == next(
        line for line in lines if line.startswith(f"{kind},")
    ), kind


def test_a_table_of_the_city_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    own = tmp_path / "emission-factors.csv"
    own.write_text('class,co2,co2_low,co2_high,nox,pm,co,hc,source,year\nlight,"200,5",,,,,,,Uji Dinas,2024\n')
    (factor,), is_own = factors_of(tmp_path)
    assert is_own and (factor.co2, factor.co2_low, factor.nox, factor.source) == (200.5, 200.5, None, "Uji Dinas")
    given = Traffic(
        begin=SIX, end=SIX + HOUR, intervals=(turns(0, 15, light=10, motorcycle=5),), roads=(ROAD,), areas=(),
        factors=(factor,), own=True,
    )  # fmt: skip
    answer = compute(given, lambda share, note="": None)
    record = entities(EmissionsRequest(), answer, SIX)[0]
    assert "noxMass" not in record, "a gas that the table does not tell is not written"
    assert record["modelVersion"]["value"].endswith("city factors")
    assert [each.reason for each in answer.left_out] == ["the table of factors has no motorcycle"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("bike,1,,,,,,,x,2020", "row 2: class: 'bike' is none of"),
        ("light,x,,,,,,,x,2020", "row 2: co2: 'x' is no number"),
        ("light,-1,,,,,,,x,2020", "not between 0 and"),
        ("light,nan,,,,,,,x,2020", "not between 0 and"),
        ("light,,,,,,,,x,2020", "co2: is missing"),
        ("light,5,6,,,,,,x,2020", "does not lie between"),
        ("light,5,,,,,,,,2020", "a factor without its source"),
        ("light,5,,,,,,,x,20", "'20' is no year"),
        ("light,5,,,,,,,x,2020\nlight,5,,,,,,,x,2020", "row 3: class: light stands twice"),
        ("light,5", "a factor without its source"),
        ("", "has no row"),
        ('light,"5', "is no CSV"),
    ],
)
def test_a_bad_table_names_row_column_and_reason(tmp_path: Path, line: str, why: str) -> None:
    file = tmp_path / "emission-factors.csv"
    file.write_text(f"{','.join(COLUMNS)}\n{line}\n")
    with pytest.raises(BadFactors, match=rf"emission-factors\.csv.*{why}"):
        read_factors(file)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadFactors, match="cannot be read as text"):
        read_factors(file)
