"""The forecast of the network as it runs by itself: a day of turns on the METR-LA week, learnt anew every six hours.

What each turn says is compared with what came by the job's own track record, as a city sees it.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import sys
import time

import msgspec

from figure import figure
from mobility_forecast import read
from pinisi.services.mobility.engine.forecast.speeds import Numbers
from pinisi.services.mobility.network_forecast.computing import LOOKED_AT, compute
from pinisi.services.mobility.network_forecast.learnt import frame_of
from pinisi.services.mobility.network_forecast.matrix import STEP
from pinisi.services.mobility.network_forecast.request import DetectorPast, NetworkForecastAnswer, NetworkPast
from pinisi.services.mobility.network_forecast.track_record import missed, record_of
from pinisi.vocabulary.instant import HOUR, parse_instant

FIGURES = ("mobility.forecast_turn.",)
FIRST = parse_instant("2012-03-01T08:00:00Z")
BEGIN, END, EVERY = 1_440, 1_747, 3
"""Rows: five days are known at the first turn; the last one is a day and an hour later."""


def main() -> int:
    values, _ = read()
    learnt, told = b"", b""
    learning: list[float] = []
    telling: list[float] = []
    answer: NetworkForecastAnswer | None = None
    for rows in range(BEGIN, END, EVERY):
        now = FIRST + rows * STEP - 1
        known = learnt if learnt and frame_of(learnt, now) is not None else b""
        given = past(values, rows, now, known, told)
        before = time.process_time()
        answer = compute(given, lambda share, note="": None)
        (telling if known else learning).append(time.process_time() - before)
        learnt, told = answer.learnt or learnt, answer.told
    found = None if answer is None else missed(record_of(told))
    if found is None or len(learning) != 5:
        sys.exit(f"learnt {len(learning)} times; compared: {found}")
    note = "METR-LA, 207 roads, 6 March 2012 by turns of 15 minutes, learnt anew every six hours; CPU time of the job"
    start = "mobility.forecast_turn"
    figure(f"{start}.tell_s", statistics.median(telling), "s", "", f"a turn that need not learn; {note}")
    figure(f"{start}.learn_s", max(learning), "s", "limit 900 s", f"a turn that learns of five to six days; {note}")
    figure(f"{start}.kept_mb", (len(learnt) + len(told)) / 1e6, "MB", "", "what it keeps from turn to turn")
    for minutes in ("15", "60"):
        plain = found.last_speed[minutes]
        words = (
            f"mean of the steps up to {minutes} min, {found.compared} values; persistence {plain:.3f}; as the job told"
        )
        figure(f"{start}.mae{minutes}", found.errors[minutes], "mph", "", words)
    figure(f"{start}.held", found.held, "%", "promised 90", f"values in the interval; {found.compared} values")
    return 0


def past(values: Numbers, rows: int, now: int, learnt: bytes, told: bytes) -> NetworkPast:
    first = rows - LOOKED_AT - 1 if learnt else 0
    steps = tuple(FIRST // STEP + row for row in range(first, rows))
    detectors = tuple(
        DetectorPast(id=f"urn:la-{road:03}", place=None, steps=steps, speeds=tuple(values[first:rows, road].tolist()))
        for road in range(values.shape[1])
    )
    given = NetworkPast(now=now, ahead_of_utc=-8 * HOUR, detectors=detectors, learnt=learnt, told=told)
    return msgspec.msgpack.decode(msgspec.msgpack.encode(given), type=NetworkPast)


if __name__ == "__main__":
    sys.exit(main())
