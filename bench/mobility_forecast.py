"""Speeds of the road network 15 to 60 minutes ahead on the METR-LA week, beside persistence.

The last 20 % are held for the test; everything was chosen on the part before (its own last fifth).
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from figure import figure
from pinisi.services.mobility.engine.forecast.judged import Held, last_fifth, mean_error, persistence, said_of
from pinisi.services.mobility.engine.forecast.network import learn, margins, windows_of
from pinisi.services.mobility.engine.forecast.one_road import RoadPast, forecast_road
from pinisi.services.mobility.engine.forecast.speeds import AHEAD, DAY_STEPS, STEP, Numbers, Speeds, filled
from pinisi.vocabulary.instant import DAY
from shared import shared_folder

FIGURES = ("mobility.forecast.",)
SHAPE = (2_016, 207)
THURSDAY = 3
HORIZONS = {15: 3, 30: 6, 45: 9, 60: 12}
GOALS = {15: "goal 3.0", 60: "goal 3.8"}
WEEK = "METR-LA 1 to 7 March 2012, 207 roads, last 20 % held; "


def main() -> int:
    values, adjacency = read()
    speeds = Speeds(values, THURSDAY * DAY_STEPS + np.arange(values.shape[0], dtype=np.int64))
    held = last_fifth(speeds)
    seconds, learnt = timed(lambda: learn(speeds.until(held.first), adjacency))
    figure("mobility.forecast.learn_s", seconds, "s", "goal: seconds, one core", f"{held.first} steps; CPU time")
    told, said = timed(lambda: said_of(held, learnt.ahead))
    figure("mobility.forecast.tell_ms", told / said.shape[0] * 1e3, "ms/origin", "", "207 roads, 12 steps; CPU time")
    errors(held, said)
    without_filled(values, held, adjacency)
    alone(held)
    interval(held, said, adjacency)
    return 0


def read() -> tuple[Numbers, Numbers]:
    folder = shared_folder() / "data" / "traffic"
    values = np.loadtxt(folder / "los_speed.csv", np.float32, delimiter=",", skiprows=1)
    adjacency = np.loadtxt(folder / "los_adj.csv", np.float32, delimiter=",")
    if values.shape != SHAPE or np.isnan(values).any() or (values <= 0).any():
        raise SystemExit(f"{values.shape} speeds instead of {SHAPE}, or some that are none")
    return values, adjacency


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this process, and what came of it."""
    before = time.process_time()
    result = act()
    return time.process_time() - before, result


def errors(held: Held, said: Numbers) -> None:
    plain = said_of(held, persistence)
    for minutes, ahead in HORIZONS.items():
        again, ours = mean_error(held, plain, ahead), mean_error(held, said, ahead)
        figure(f"mobility.forecast.persistence{minutes}", again, "mph", "", WEEK + "the last speed again")
        note = f"{WEEK}mean of the {ahead} steps up to {minutes} min; persistence {again:.3f}"
        figure(f"mobility.forecast.mae{minutes}", ours, "mph", GOALS.get(minutes, ""), note)


def without_filled(values: Numbers, held: Held, adjacency: Numbers) -> None:
    """The file's makers drew straight lines over gaps, which know what comes: without them, as it would be live."""
    measured = np.where(filled(values), np.nan, values)
    live = Held(Speeds(measured, held.speeds.steps), held.first, held.end)
    learnt = learn(live.speeds.until(live.first), adjacency)
    said, plain = said_of(live, learnt.ahead), said_of(live, persistence)
    share = float(np.isnan(measured[held.first :]).mean())
    for minutes in (15, 60):
        ours, again = (mean_error(live, each, HORIZONS[minutes]) for each in (said, plain))
        note = f"{share:.1%} of the test part were lines: neither looked at nor counted; persistence {again:.3f}"
        figure(f"mobility.forecast.measured_mae{minutes}", ours, "mph", "", note)


def alone(held: Held) -> None:
    """Each road by itself, as the reaction forecasts a road of any city: learnt anew from its past at each origin."""
    every, roads = 12, range(0, held.speeds.roads, 3)
    origins = held.origins[: -AHEAD + 1 : every]
    seconds, missed = timed(lambda: [missed_alone(held, road, origin) for road in roads for origin in origins])
    again = np.mean([persistence_missed(held, road, origin) for road in roads for origin in origins], axis=0)
    figure("mobility.forecast.alone_ms", seconds / len(missed) * 1e3, "ms/forecast", "", "one road; CPU time")
    for minutes in (15, 60):
        ours, plain = (float(each[: HORIZONS[minutes]].mean()) for each in (np.mean(missed, axis=0), again))
        note = f"{len(roads)} roads, an origin an hour, {len(missed)} forecasts; there persistence {plain:.3f}"
        figure(f"mobility.forecast.alone_mae{minutes}", ours, "mph", "", WEEK + note)


def missed_alone(held: Held, road: int, origin: int) -> Numbers:
    past = RoadPast(int(held.speeds.steps[0]) * STEP, held.speeds.values[:, road])
    told = forecast_road(past, past.first + origin * STEP, 4 * DAY)
    if told is None:
        raise SystemExit(f"road {road} is not forecast at row {origin}")
    said = np.array([each.value for each in told.ahead], np.float32)
    return np.abs(said - held.speeds.values[origin + 1 : origin + 1 + AHEAD, road])


def persistence_missed(held: Held, road: int, origin: int) -> Numbers:
    values = held.speeds.values[:, road]
    return np.abs(values[origin] - values[origin + 1 : origin + 1 + AHEAD])


def interval(held: Held, said: Numbers, adjacency: Numbers) -> None:
    seconds, found = timed(lambda: margins(held.speeds.until(held.first), adjacency))
    whole = held.origins[held.origins + AHEAD < held.end]
    level = found.level(windows_of(held.speeds, whole)[:, -1])
    for minutes in (15, 60):
        by = HORIZONS[minutes] - 1
        missed = held.speeds.values[whole + by + 1] - said[: whole.size, by]
        low, high = found.low[level, by], found.high[level, by]
        inside = float(((missed >= low) & (missed <= high)).mean())
        note = f"{float((high - low).mean()):.1f} mph wide on average; learnt in {seconds:.1f} s of CPU time"
        figure(f"mobility.forecast.held{minutes}", inside, "ratio", "promised 0.90", note)


if __name__ == "__main__":
    main()
