"""Closures within a run: when they hold, for whom, and what drivers do."""

from math import inf
from pathlib import Path

from pinisi.services.mobility.engine.demand.ways import Roads
from pinisi.services.mobility.whatif.change import Change
from pinisi.services.mobility.whatif.closing import Closing, around, lasting, passing
from pinisi.services.mobility.whatif.fleet import kind_of
from pinisi.services.mobility.whatif.run_files import write_changed_net, write_looks
from pinisi.services.mobility.whatif.trips_known import Departure

ROADS = Roads(
    seconds={"a": 10.0, "fast": 10.0, "slow": 60.0, "b": 10.0},
    then={"a": ("fast", "slow"), "fast": ("b",), "slow": ("b",), "b": ()},
)
FAST, SLOW = ("a", "fast", "b"), ("a", "slow", "b")
BOTH = frozenset({"car", "motorcycle"})
CLOSED = Closing(frozenset({"fast"}), BOTH, 100.0, 200.0)


def leaving(*seconds: float, way: tuple[str, ...] = FAST) -> list[Departure]:
    return [Departure(f"v{second:g}", second, way) for second in seconds]


def test_only_who_would_come_to_the_road_while_it_is_closed_goes_around() -> None:
    found = around(leaving(0, 89, 91, 189, 191), [CLOSED], ROADS, 0.0, 600)
    assert [(each.second, each.way) for each in found.departures] == [
        (0, FAST), (89, FAST), (91, SLOW), (189, SLOW), (191, FAST)
    ]  # fmt: skip
    assert (found.held_s, found.waits) == (0.0, ())


def test_who_has_no_other_way_leaves_when_it_opens_and_his_wait_counts() -> None:
    shut = Closing(frozenset({"b"}), BOTH, 0.0, 200.0)
    found = around(leaving(50), [shut], ROADS, 0.0, 600)
    assert [(each.second, each.way) for each in found.departures] == [(200, FAST)]
    assert (found.held_s, found.waits) == (150.0, ())
    never = around(leaving(50), [Closing(frozenset({"b"}), BOTH, 0.0, inf)], ROADS, 0.0, 600)
    assert (never.departures, never.waits) == ((), (550.0,))


def test_a_closure_to_cars_lets_motorcycles_pass() -> None:
    everybody = [Departure(f"v{number}", 0.0, FAST) for number in range(200)]
    cars_out = Closing(frozenset({"fast"}), frozenset({"car"}), 0.0, inf)
    found = around(everybody, [cars_out], ROADS, 0.5, 600)
    ways = {(kind_of(each.id, 0.5), each.way) for each in found.departures}
    assert ways == {("car", SLOW), ("motorcycle", FAST)}


def test_two_closures_one_after_the_other_are_both_gone_around() -> None:
    roads = Roads(
        {"a": 1.0, "x": 1.0, "y": 5.0, "z": 9.0, "b": 1.0},
        {"a": ("x", "y", "z"), "x": ("b",), "y": ("b",), "z": ("b",), "b": ()},
    )
    shut = [Closing(frozenset({name}), BOTH, 0.0, inf) for name in ("x", "y")]
    (found,) = around([Departure("v", 0.0, ("a", "x", "b"))], shut, roads, 0.0, 600).departures
    assert found.way == ("a", "z", "b")


def test_a_closure_of_the_whole_time_is_in_the_net_and_one_that_begins_or_ends_changes_with_time(
    tmp_path: Path,
) -> None:
    cars_out = Closing(frozenset({"e"}), frozenset({"car"}), 0.0, inf)
    assert lasting([cars_out, CLOSED], 600) == {"e": {"car"}}
    assert passing([cars_out, CLOSED], 600) == [CLOSED]
    net = tmp_path / "net.xml"
    net.write_text('<net><edge id="e"><lane id="e_0"/><lane id="e_1" allow="passenger bus"/></edge></net>')
    write_changed_net(net, tmp_path / "out.xml", Change((cars_out,)), 600)
    assert '<lane id="e_0" disallow="passenger" /><lane id="e_1" allow="bus" />' in (tmp_path / "out.xml").read_text()
    write_changed_net(net, tmp_path / "all.xml", Change((Closing(frozenset({"e"}), BOTH, 0.0, inf),)), 600)
    assert (tmp_path / "all.xml").read_text().count('disallow="all"') == 2
    write_looks(tmp_path / "looks.xml", 600, [cars_out, CLOSED], ROADS.turned().then)
    looks = (tmp_path / "looks.xml").read_text()
    assert '<interval begin="100" end="200"><closingReroute id="fast" disallow="passenger motorcycle"/>' in looks
    assert 'edges="a"' in looks and '"e"' not in looks
