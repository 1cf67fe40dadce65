"""Demand that agrees with counts, judged on counts that it was made of and on counts that it never saw."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest
from msgspec.structs import replace
from roads_at_hand import HELSINKI

from pinisi.services.mobility.engine.demand.calibration import Count, calibrated, judged
from pinisi.services.mobility.engine.demand.candidates import Place, candidates, gates
from pinisi.services.mobility.engine.demand.fit import geh, within
from pinisi.services.mobility.engine.demand.gravity import INNER, INNER_WEIGHTS, demand_of
from pinisi.services.mobility.engine.demand.ways import Roads, Way, fastest, reached
from pinisi.services.mobility.twin.net_build import NET, Choices, build_net
from pinisi.services.mobility.twin.street_net import StreetNet, read_net
from pinisi.services.mobility.whatif.on_net import breadths, roads_of

GRID = Roads(
    seconds={"a": 1.0, "b": 5.0, "c": 2.0, "d": 1.0},
    then={"a": ("b", "c"), "c": ("d",), "b": ("d",), "d": ()},
)


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> StreetNet:
    folder = tmp_path_factory.mktemp("net")
    built = asyncio.run(build_net(HELSINKI, folder, Choices(driving="right")))
    return read_net(folder / built.digest / NET)


def known_demand(roads: Roads, length_m: dict[str, float], vehicles: int, seed: int) -> list[Way]:
    """Trips between edges anywhere in the city, not only between gates: what a count really counts."""
    drawn = random.Random(seed)
    edges = sorted(roads.seconds)
    weights = [length_m[edge] for edge in edges]
    trees = {start: reached(roads, start) for start in drawn.choices(edges, weights, k=40)}
    ends = drawn.choices(edges, weights, k=40)
    found: list[Way] = []
    while len(found) < vehicles:
        way = trees[drawn.choice(list(trees))].way_to(drawn.choice(ends))
        if len(way) > 2:
            found.append(way)
    return found


@pytest.fixture(scope="module")
def counts(net: StreetNet) -> list[Count]:
    """Sixty edges of the known demand, each counted with an error of five per cent."""
    roads, length = roads_of(net), {id: edge.length_m for id, edge in net.edges.items()}
    volumes = Counter(edge for way in known_demand(roads, length, 3000, 7) for edge in way)
    drawn = random.Random(1)
    busy = sorted((edge for edge in volumes if volumes[edge] >= 30), key=lambda edge: (-volumes[edge], edge))
    chosen = drawn.sample(busy, 60)
    return [
        Count(edge, Place(frozenset([edge])), max(0, round(drawn.gauss(volumes[edge], 0.05 * volumes[edge]))), 1.0)
        for edge in chosen
    ]


def ways(net: StreetNet, counts: list[Count]) -> list[Way]:
    roads = roads_of(net)
    begins, ends = gates(roads, {id: edge.length_m for id, edge in net.edges.items()}, 20)
    return candidates(roads, begins, ends, [each.place for each in counts], 3, 6_000)


def test_of_the_counts_of_a_known_demand_85_in_100_are_within_geh_five(net: StreetNet, counts: list[Count]) -> None:
    fit = calibrated(ways(net, counts), counts)
    assert within(fit.fits) >= 0.85, "the share that UK practice asks for"
    assert sum(fit.vehicles) > 500 and all(number > 0 for number in fit.vehicles)
    assert {each.id for each in fit.fits} == {each.id for each in counts}


def test_counts_that_were_held_out_are_judged_too_and_fit_better_than_no_demand(
    net: StreetNet, counts: list[Count]
) -> None:
    used, held = counts[:45], counts[45:]
    roads, length = roads_of(net), {id: edge.length_m for id, edge in net.edges.items()}
    found = demand_of(roads, length, breadths(net), used)
    fit = found.demand
    assert found == demand_of(roads, length, breadths(net), used)
    assert found.inner in INNER and found.inner_weight in INNER_WEIGHTS and 0 < found.held_geh < 20
    assert within(fit.fits) >= 0.85
    unseen = judged(held, fit.ways, fit.vehicles)
    nothing = judged(held, (), ())
    assert sum(each.geh for each in unseen) < 0.7 * sum(each.geh for each in nothing)
    assert within(unseen) > within(nothing)


def test_a_prior_chooses_among_demands_that_fit_alike_and_fills_what_no_count_is_on() -> None:
    known: list[Way] = [("a", "b", "d"), ("a", "c", "d"), ("x", "y")]
    counts = [Count("all", Place(frozenset("a")), 100, 1.0)]
    fit = calibrated(known, counts, [3.0, 1.0, 2.0])
    assert dict(zip(fit.ways, fit.vehicles, strict=True)) == {known[0]: 75, known[1]: 25, known[2]: 50}
    assert dict(zip(*[calibrated(known, counts).ways, calibrated(known, counts).vehicles], strict=True)).keys() == {
        known[0], known[1]
    }  # fmt: skip


def test_the_same_counts_give_the_same_demand(net: StreetNet, counts: list[Count]) -> None:
    known = ways(net, counts[:20])
    assert calibrated(known, counts[:20]) == calibrated(known, counts[:20])


def test_a_count_that_no_way_passes_says_so_by_its_fit() -> None:
    fit = calibrated([("a", "b")], [Count("x", Place(frozenset("d")), 100, 1.0)])
    assert (fit.vehicles, fit.fits[0].modelled, round(fit.fits[0].geh, 1)) == ((), 0, 14.1)
    assert calibrated([], []).ways == ()


def test_a_turn_is_counted_apart_from_the_road_that_it_leaves() -> None:
    known: list[Way] = [("a", "b", "d"), ("a", "c", "d")]
    turn = Place(turns=frozenset([("a", "b")]))
    fit = calibrated(known, [Count("left", turn, 30, 1.0), Count("road", Place(frozenset("a")), 100, 1.0)])
    assert dict(zip(fit.ways, fit.vehicles, strict=True)) == {known[0]: 30, known[1]: 70}


def test_the_fastest_way_keeps_to_closures_and_to_what_leads_nowhere() -> None:
    assert fastest(GRID, "a", "d") == ("a", "c", "d")
    assert fastest(GRID.without(["c"]), "a", "d") == ("a", "b", "d")
    assert fastest(GRID.without(["c", "b"]), "a", "d") == ()
    assert fastest(GRID, "nowhere", "d") == ()


def test_geh_is_of_hourly_volumes() -> None:
    assert (geh(0, 0), round(geh(110, 100), 2), geh(50, 0)) == (0.0, 0.98, 10.0)
    half = Count("x", Place(frozenset("a")), 50, 0.5)
    assert judged([half], [("a",)], [55.0])[0].geh == pytest.approx(geh(110, 100))
    assert judged([replace(half, hours=1.0)], [("a",)], [55.0])[0].geh == pytest.approx(geh(55, 50))


def test_roads_are_only_what_a_car_may_drive(net: StreetNet, tmp_path: Path) -> None:
    roads = roads_of(net)
    assert roads.seconds.keys() <= net.edges.keys()
    assert all(to in roads.seconds for following in roads.then.values() for to in following)
