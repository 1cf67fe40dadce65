"""Bands of green along an arterial: published systems, an exhaustive search beside the programme, what always holds."""

import asyncio
import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinisi.services.mobility.atcs.layout import read_layout
from pinisi.services.mobility.atcs.offset_search import sought
from pinisi.services.mobility.engine.progression.along import Way, along
from pinisi.services.mobility.engine.progression.arterial import (
    Arterial,
    Green,
    NoProgression,
    Signal,
    green_of,
)
from pinisi.services.mobility.engine.progression.bands import Bands, bands
from pinisi.services.mobility.engine.progression.maxband import widest_bands, worth

PLOT = read_layout(Path(__file__).parent / "atcs" / "crossing.toml")


def alike(count: int, cycle: int, travel: float) -> Arterial:
    """Half of the cycle green, the same way to each next signal."""
    green = Green(0, cycle / 2)
    signals = tuple(Signal(id=str(n), out=green, back=green) for n in range(count))
    return Arterial(
        cycle=cycle, signals=signals, travel_out=(travel,) * (count - 1), travel_back=(travel,) * (count - 1)
    )


@st.composite
def arterials(draw: st.DrawFn, most: int = 5, cycle: int | None = None) -> Arterial:
    cycle = cycle or draw(st.integers(20, 120))
    count = draw(st.integers(2, most))
    green = st.builds(Green, st.integers(0, cycle - 1).map(float), st.integers(4, cycle - 2).map(float))
    signals = [
        Signal(id=str(n), out=draw(green), back=draw(green), offset=draw(st.integers(0, cycle - 1)))
        for n in range(count)
    ]
    travel = st.lists(st.integers(1, 60).map(float), min_size=count - 1, max_size=count - 1).map(tuple)
    return Arterial(cycle=cycle, signals=tuple(signals), travel_out=draw(travel), travel_back=draw(travel))


@pytest.mark.parametrize(
    ("count", "travel", "share"),
    [(8, 1 / 2, 1 / 2), (8, 1 / 4, 1 / 4), (9, 1 / 6, 1 / 6)],
    ids=["simple alternate", "double alternate", "triple alternate"],
)
def test_the_alternate_systems_of_the_textbook_come_out(count: int, travel: float, share: float) -> None:
    """Roess, Prassas, McShane, "Traffic Engineering", signal coordination: blocks of C/2, C/4 and C/6 with half of the
    cycle green give bands of 50, 25 and 16.7 % of the cycle both ways.
    """
    found = widest_bands(alike(count, 60, 60 * travel)).bands
    assert (found.out, found.back) == (pytest.approx(60 * share), pytest.approx(60 * share))


def test_the_simple_alternate_system_has_every_other_signal_half_a_cycle_later() -> None:
    assert widest_bands(alike(5, 80, 40.0)).seconds == (0, 40, 0, 40, 0)


@settings(derandomize=True, deadline=None, max_examples=20)
@given(arterial=arterials(most=3, cycle=20))
def test_the_programme_finds_what_an_exhaustive_search_finds(arterial: Arterial) -> None:
    """Every offset of whole seconds there is, for up to three signals."""
    rest = itertools.product(range(20), repeat=len(arterial.signals) - 1)
    best = max(worth(arterial, bands(arterial, (arterial.signals[0].offset, *each))) for each in rest)
    assert worth(arterial, widest_bands(arterial).bands) == best


@settings(derandomize=True, deadline=None, max_examples=10)
@given(arterial=arterials())
def test_what_is_found_is_never_narrower_than_what_is_stored(arterial: Arterial) -> None:
    found = widest_bands(arterial)
    assert worth(arterial, found.bands) >= worth(arterial, bands(arterial, arterial.offsets))
    assert found.seconds[0] == arterial.signals[0].offset
    assert all(0 <= each < arterial.cycle for each in found.seconds)


@given(arterial=arterials())
def test_a_band_never_exceeds_the_least_green(arterial: Arterial) -> None:
    found = bands(arterial, arterial.offsets)
    assert 0 <= found.out <= min(signal.out.length for signal in arterial.signals)
    assert 0 <= found.back <= min(signal.back.length for signal in arterial.signals)


@given(arterial=arterials(), by=st.integers(-500, 500))
def test_all_offsets_moved_alike_leave_the_bands_as_they_are(arterial: Arterial, by: int) -> None:
    moved = [offset + by for offset in arterial.offsets]
    assert bands(arterial, moved) == bands(arterial, arterial.offsets)


@given(arterial=arterials())
def test_the_way_back_seen_from_the_other_end_is_the_way_out(arterial: Arterial) -> None:
    turned = Arterial(
        cycle=arterial.cycle,
        signals=tuple(
            Signal(id=s.id, out=s.back, back=s.out, offset=s.offset) for s in reversed(arterial.signals)
        ),
        travel_out=arterial.travel_back[::-1],
        travel_back=arterial.travel_out[::-1],
    )  # fmt: skip
    found, other = bands(arterial, arterial.offsets), bands(turned, turned.offsets)
    assert (found.out, found.back) == (other.back, other.out)


@settings(derandomize=True, deadline=None)
@given(arterial=arterials(most=4))
def test_who_sets_out_within_the_band_meets_green_at_every_signal(arterial: Arterial) -> None:
    """By trying each second of a cycle; greens and ways are whole seconds here."""
    reached = [0.0, *itertools.accumulate(arterial.travel_out)]
    good = [
        start
        for start in range(arterial.cycle)
        if all(
            (start + at - signal.offset - signal.out.start) % arterial.cycle < signal.out.length
            for signal, at in zip(arterial.signals, reached, strict=True)
        )
    ]
    assert (len(good) > 0) == (bands(arterial, arterial.offsets).out > 0)
    assert len(good) >= bands(arterial, arterial.offsets).out


def test_a_wave_saves_delay_and_a_wave_against_the_traffic_costs_it() -> None:
    arterial = alike(5, 60, 20.0)
    busy = Way(flow=0.2, lanes=(1,) * 5, room=(1e9, *(40.0,) * 4))
    none = Way(flow=0.0, lanes=(1,) * 5, room=(1e9, *(40.0,) * 4))
    with_it = along(arterial, (0, 20, 40, 0, 20), busy, none)
    against = along(arterial, (0, 40, 20, 0, 40), busy, none)
    assert with_it.back == 0
    assert with_it.mean < along(arterial, (0, 0, 0, 0, 0), busy, none).mean < against.mean * 1.5
    assert with_it.mean < 0.5 * against.mean


def test_a_full_road_between_two_signals_holds_back_those_before_it() -> None:
    arterial = alike(2, 60, 10.0)
    wide = Way(flow=0.25, lanes=(1, 1), room=(1e9, 1e9))
    narrow = Way(flow=0.25, lanes=(1, 1), room=(1e9, 4.0))
    none = Way(flow=0.0, lanes=(1, 1), room=(1e9, 1e9))
    assert along(arterial, (0, 40), narrow, none).out > along(arterial, (0, 40), wide, none).out + 1


def test_a_green_goes_on_over_stages_that_share_the_group() -> None:
    plan = PLOT.junction.plan("1")
    assert green_of(PLOT.junction, plan, "north") == Green(5, 25)
    assert green_of(PLOT.junction, plan, "east") == Green(35, 25)
    with pytest.raises(NoProgression, match="group 'west' has no green in plan 1"):
        green_of(PLOT.junction, plan, "west")


def test_the_search_runs_in_a_process_of_its_own() -> None:
    found = asyncio.run(sought(alike(3, 60, 30.0)))
    assert found.bands == Bands(30, 30)
