"""What-ifs on a small crossing, with real SUMO: two runs side by side, every due vehicle counted, honest words."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

import placed_crossing
from pinisi.runtime.computation import JobFailed
from pinisi.services.mobility.models.whatif import DATASET
from pinisi.services.mobility.twin.net_build import NET, Choices, build_net
from pinisi.services.mobility.twin.street_net import read_net
from pinisi.services.mobility.whatif.asked import Chosen, Counted, PlanSaid, WhatIf, WhatIfAnswer, WhatIfRequest
from pinisi.services.mobility.whatif.entities import entities
from pinisi.services.mobility.whatif.job import WHAT_IF_JOB, compute
from pinisi.services.mobility.whatif.on_net import NetMap, NotOnNet
from pinisi.services.mobility.whatif.trips_known import Departure, grown, of_file
from pinisi.vocabulary.instant import parse_instant
from placed_crossing import CROSSING

NOW = parse_instant("2026-11-26T03:00:00Z")
LON, LAT = CROSSING
JUNCTION = {"type": "Point", "coordinates": [LON, LAT]}


def raw(ground: object) -> str:
    return msgspec.json.encode(ground).decode()


def turn(approach: str, movement: str, vehicles: float) -> Counted:
    id = f"urn:ngsi-ld:TurningCount:j-{approach}-{movement}"
    return Counted(id=id, vehicles=vehicles, hours=0.25, ground=raw(JUNCTION), approach=approach, movement=movement)


COUNTS = (
    turn("Timur", "through", 130),
    turn("Barat", "through", 120),
    turn("Utara", "through", 40),
    turn("Selatan", "through", 45),
    turn("Timur", "right", 20),
    turn("Gerbang", "left", 10),
)
NORTH_ARM = Chosen(id="urn:ngsi-ld:RoadClosure:tree", ground=raw({"type": "Point", "coordinates": [LON, LAT + 0.0015]}))


def is_number(value: Any) -> bool:
    """Whether an attribute says a number."""
    return "value" in value and type(value["value"]) in (int, float)


def dataset_of(value: Any) -> Any:
    return value.get("datasetId")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crossing")
    built = asyncio.run(build_net(placed_crossing.build(folder), folder / "made", Choices()))
    return folder / "made" / built.digest


def given(network: Path, **asked: Any) -> WhatIf:
    request = WhatIfRequest(name="Coba", network="urn:ngsi-ld:TwinNetwork:t", minutes=5, seeds=1, **asked)
    return WhatIf(asked=request, folder=str(network), counts=COUNTS)


def run(what: WhatIf, folder: Path, monkeypatch: pytest.MonkeyPatch) -> WhatIfAnswer:
    folder.mkdir()
    monkeypatch.chdir(folder)
    return compute(what, lambda share, note="": None)


@pytest.fixture(scope="module")
def closed(network: Path, tmp_path_factory: pytest.TempPathFactory) -> WhatIfAnswer:
    with pytest.MonkeyPatch.context() as patch:
        what = replace(given(network, motorcycles_percent=72), closed=(NORTH_ARM,), motorcycles=0.72)
        return run(what, tmp_path_factory.mktemp("runs") / "closed", patch)


def test_a_closure_closes_the_road_in_both_directions_and_drivers_go_around(
    closed: WhatIfAnswer,
) -> None:
    assert closed.closed == ("-1", "1")
    base, variant = closed.base.runs[0], closed.variant.runs[0]
    assert base.due == variant.due > 50
    assert "osm-1" in closed.base.roads and "osm-1" not in closed.variant.roads
    assert closed.variant.roads["osm-6"][0].km > closed.base.roads.get("osm-6", closed.variant.roads["osm-5"])[0].km / 2
    assert variant.delay_s > base.delay_s


def test_the_demand_agrees_with_the_counts_and_a_count_that_cannot_be_placed_says_why(closed: WhatIfAnswer) -> None:
    assert [fit.id for fit in closed.fits] == [each.id for each in COUNTS[:5]]
    assert all(fit.geh < 5 for fit in closed.fits)
    assert [(each.id, "Gerbang" in each.reason) for each in closed.left_out] == [(COUNTS[5].id, True)]


def test_the_same_seed_gives_the_same_answer(
    network: Path, closed: WhatIfAnswer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = replace(given(network, motorcycles_percent=72), closed=(NORTH_ARM,), motorcycles=0.72)
    again = run(what, tmp_path / "again", monkeypatch)
    assert replace(again, faster=0) == replace(closed, faster=0)


def test_a_closure_that_ends_within_the_run_is_driven_on_again_and_cars_only_leave_it_to_motorcycles(
    network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = replace(NORTH_ARM, end=150.0)
    answer = run(replace(given(network), closed=(ends,)), tmp_path / "ends", monkeypatch)
    before, after = (side.roads["osm-1"][0].km for side in (answer.base, answer.variant))
    assert 0.2 * before < after < 0.95 * before, "who has no other way drives when it opens"
    assert answer.variant.runs[0].delay_s > answer.base.runs[0].delay_s + 2
    cars_out = replace(NORTH_ARM, kinds=("car",), begin=60.0)
    what = replace(given(network, growth_percent=1), closed_now=(cars_out,), motorcycles=0.5)
    answer = run(what, tmp_path / "cars", monkeypatch)
    assert 0 < answer.base.roads["osm-1"][0].km < 0.8 * before
    assert [each.id for each in answer.basis.closures] == [NORTH_ARM.id]


def test_who_finds_no_way_counts_in_full(network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = run(given(network, closed_edges=("2", "-2")), tmp_path / "cut", monkeypatch)
    base, variant = answer.base.runs[0], answer.variant.runs[0]
    assert answer.cut_off > 10
    assert variant.due == base.due and variant.never_inserted >= answer.cut_off
    assert variant.completed + answer.cut_off <= variant.due
    assert variant.co2_kg < base.co2_kg and variant.delay_s > base.delay_s + 5


def test_growth_and_another_plan_and_a_bus_lane_change_what_they_name(
    network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = PlanSaid(id="urn:ngsi-ld:SignalPlan:j-1", place=CROSSING, greens=(60.0, 12.0))
    what = replace(given(network, growth_percent=30, bus_edges=("4", "-4")), plans=(plan,))
    answer = run(what, tmp_path / "more", monkeypatch)
    assert answer.signals == ("c",)
    assert answer.bus == ("4",)
    assert 1.2 < answer.variant.runs[0].due / answer.base.runs[0].due < 1.4
    assert answer.faster > 1


def test_everything_that_is_told_is_simulated_and_replaces_nothing(closed: WhatIfAnswer) -> None:
    request = WhatIfRequest(name="Tutup Utara", network="urn:ngsi-ld:TwinNetwork:t", minutes=5, seeds=1)
    told = entities(request, closed, NOW)
    assert WHAT_IF_JOB.method == "simulated"
    whole = told[0]
    assert whole["id"] == "urn:ngsi-ld:WhatIf:tutup-utara"
    datasets = {dataset_of(value) for each in told for value in each.values() if is_number(value)}
    assert datasets == {DATASET}
    assert "no saving achieved" in whole["methodNote"]["languageMap"]["en"]
    assert "MC_4S_le250cc_Euro-3" in whole["emissionModel"]["value"]
    assert whole["comparison"]["json"]["secondModel"]["model"] == "PHEMlight5/PC_EU4_G"
    assert whole["countsWithinFive"]["value"] == 100
    assert whole["meanDelay"]["value"] > whole["meanDelayBefore"]["value"]


def test_emission_records_say_activity_gas_factor_model_interval_and_period(closed: WhatIfAnswer) -> None:
    request = WhatIfRequest(name="Coba", network="urn:ngsi-ld:TwinNetwork:t", minutes=5, seeds=1)
    records = [each for each in entities(request, closed, NOW) if each["type"] == "EmissionRecord"]
    assert len(records) >= 5
    for record in records:
        km, co2 = record["emissionActivity"]["value"], record["co2Mass"]["value"]
        assert record["emissionFactor"]["value"] == pytest.approx(1000 * co2 / km, rel=0.05)
        assert record["co2MassLow"]["value"] <= co2 <= record["co2MassHigh"]["value"]
        assert record["noxMass"]["value"] > 0 and record["pmMass"]["value"] >= 0
        assert record["validFrom"]["value"]["@value"] == "2026-11-26T03:00:00Z"
        assert record["validTo"]["value"]["@value"] == "2026-11-26T03:05:00Z"
        assert record["factorYear"]["value"] == 2022 and record["location"]["value"]["type"] == "LineString"
    whole = sum(hour.co2_g for road, of in closed.base.roads.items() if road for hour in of) / 1000
    assert sum(record["co2Mass"]["value"] for record in records) == pytest.approx(whole, rel=0.01)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, "nothing changes"),
        ({"closed_edges": ("99",)}, "99: the network has no such piece of road"),
        ({"bus_edges": ("1",)}, "no bus lane fits there"),
        ({"growth_percent": 5, "demand": "file"}, "no file of trips came with this network"),
    ],
)
def test_what_cannot_be_simulated_is_said_in_three_languages(
    network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], why: str
) -> None:
    with pytest.raises(JobFailed, match=why) as failed:
        run(given(network, **change), tmp_path / "x", monkeypatch)
    assert failed.value.text.ja != failed.value.text.en


def test_without_sumo_a_what_if_says_how_to_get_it_and_counted_emissions_go_on(
    network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pinisi.services.mobility.emissions.factors import factors_of
    from pinisi.services.mobility.twin import sumo_programs

    def nothing(_name: str) -> None:
        return None

    monkeypatch.setattr(sumo_programs.importlib.util, "find_spec", nothing)
    with pytest.raises(JobFailed, match=r"needs SUMO .*pip install 'pinisi\[mobility\]'"):
        run(given(network, growth_percent=5), tmp_path / "none", monkeypatch)
    assert {each.kind for each in factors_of(None)[0]} >= {"motorcycle", "light", "heavy"}


def test_a_plan_with_another_number_of_stages_and_a_place_at_sea_are_refused(
    network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = PlanSaid(id="p", place=CROSSING, greens=(30.0, 30.0, 30.0, 30.0))
    with pytest.raises(JobFailed, match="has 2 stages in the network, the plan has 4"):
        run(replace(given(network), plans=(wrong,)), tmp_path / "a", monkeypatch)
    far = Chosen(id="urn:x", ground=raw({"type": "Point", "coordinates": [118.0, -5.0]}))
    with pytest.raises(JobFailed, match="urn:x: no road of the network lies there"):
        run(replace(given(network), closed=(far,)), tmp_path / "b", monkeypatch)


@pytest.mark.parametrize(
    "ground",
    [{"type": "Point"}, [], {"type": "Point", "coordinates": ["a", "b"]}, {"type": "LineString", "coordinates": []}, 7],
)
def test_ground_that_is_none_is_a_clear_refusal(network: Path, ground: object) -> None:
    with pytest.raises(NotOnNet):
        NetMap(read_net(network / NET)).edges(Chosen(id="x", ground=raw(ground)))


def test_growth_keeps_who_is_there_and_a_decline_takes_some_away() -> None:
    there = [Departure(f"v{number}", float(number), ("1",)) for number in range(1000)]
    more, fewer = grown(there, 25, 1000), grown(there, -25, 1000)
    assert set(there) <= set(more) and 1200 < len(more) < 1300
    assert set(fewer) <= set(there) and 700 < len(fewer) < 800
    assert grown(there, 25, 1000) == more


@pytest.mark.parametrize(
    "text",
    [
        "<routes><vehicle id='a' depart='0'><route edges='nowhere'/></vehicle></routes>",
        "<routes><trip id='a' from='1' to='7'/></routes>",
        "<routes><flow id='a' from='1' to='7' begin='0' end='x' number='3'/></routes>",
        "<routes><flow id='a' from='1' to='7' begin='0' end='9' number='900000000'/></routes>",
        "<routes",
        "",
    ],
)
def test_a_route_file_that_is_none_is_refused_with_its_name(network: Path, tmp_path: Path, text: str) -> None:
    from pinisi.services.mobility.twin.child import TwinFailed
    from pinisi.services.mobility.whatif.on_net import roads_of

    (tmp_path / "bad.rou.xml").write_text(text)
    with pytest.raises(TwinFailed, match=r"bad\.rou\.xml"):
        of_file(tmp_path / "bad.rou.xml", roads_of(read_net(network / NET)), 600)
