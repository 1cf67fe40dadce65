"""One small net for all roads: what the next hour changes, from the signs of a road and of the network.

Two layers with a short cut, a straight line beside them, and some numbers of each road's own that are learnt with the
rest (as Shao et al. 2022, "Spatial-Temporal Identity", CIKM, who showed that such a net without any graph layer equals
graph networks). It learns the smallest absolute error, so that it tells the middle of what may come and not the mean,
by Adam (Kingma and Ba 2015) with decoupled decay. Its lots are drawn from a numbered seed: the same past always gives
the same net.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinisi.services.mobility.engine.forecast.speeds import AHEAD, Places

Figures = NDArray[np.floating[Any]]

HIDDEN = 64
OWN_NUMBERS = 32
"""Figures of each road's own."""
BATCHES = 160
"""Batches in which all examples are seen once, as far as their sizes allow."""
LEAST_BATCH, MOST_BATCH = 512, 2048
EPOCHS = 6
RATE = 6e-3
WARM = 200
"""Batches over which the rate grows; then it falls as a cosine."""
DECAY = 0.3
EDGE = 0.03
"""Below this error (of the unit learnt in) the loss bends: without it the last steps would tremble."""
FADING, SQUARED_FADING, TINY = 0.9, 0.999, 1e-8
_DECAYED = ("first", "second", "last", "line", "roads")


@dataclass(frozen=True)
class Examples:
    """Attributes:
    own: origin x road x sign; shared: origin x sign, both about 0 and of size 1.
    wanted: origin x road x step, what came less what was last, in the unit learnt in; NaN where it is not known.
    """

    own: Figures
    shared: Figures
    wanted: Figures


@dataclass(frozen=True)
class _Pass:
    """What a batch leaves behind in the net on its way."""

    signs: Figures
    bent: Figures
    raw: Figures
    summed: Figures
    said: Figures


class Net:
    """Weights by name; `said` reads them, `learnt` makes them."""

    def __init__(self, weights: dict[str, Figures]) -> None:
        self.weights = weights

    def said(self, own: Figures, shared: Figures) -> Figures:
        """origin x road x sign -> origin x road x step."""
        origins, roads, _ = own.shape
        of = np.arange(origins * roads, dtype=np.int64) % roads
        flat = own.reshape(origins * roads, -1)
        return self.through(flat, np.repeat(shared, roads, axis=0), of).said.reshape(origins, roads, AHEAD)

    def through(self, own: Figures, shared: Figures, road: Places) -> _Pass:
        w = self.weights
        signs = np.concatenate((own, shared, w["roads"][road]), axis=1)
        bent = np.maximum(signs @ w["first"] + w["first_level"], 0)
        raw = bent @ w["second"] + w["second_level"]
        summed = np.maximum(raw, 0) + bent
        return _Pass(signs, bent, raw, summed, summed @ w["last"] + w["last_level"] + own @ w["line"])

    def slopes(self, own: Figures, road: Places, passed: _Pass, blame: Figures) -> dict[str, Figures]:
        """How the loss changes with each weight; `blame`: with what was said."""
        w = self.weights
        to_sum = blame @ w["last"].T
        to_raw = to_sum * (passed.raw > 0)
        to_bent = (to_raw @ w["second"].T + to_sum) * (passed.bent > 0)
        roads = np.zeros_like(w["roads"])
        np.add.at(roads, road, to_bent @ w["first"][-OWN_NUMBERS:].T)
        return {
            "first": passed.signs.T @ to_bent,
            "first_level": to_bent.sum(axis=0),
            "second": passed.bent.T @ to_raw,
            "second_level": to_raw.sum(axis=0),
            "last": passed.summed.T @ blame,
            "last_level": blame.sum(axis=0),
            "line": own.T @ blame,
            "roads": roads,
        }


def learnt(examples: Examples, seed: int) -> Net:
    """A net that has seen every example `EPOCHS` times."""
    lots = np.random.default_rng(seed)
    origins, roads, signs = examples.own.shape
    net = _begun(lots, roads, signs, examples.shared.shape[1])
    batch = max(LEAST_BATCH, min(MOST_BATCH, origins * roads // BATCHES))
    step = _Adam(net.weights, max(1, origins * roads // batch) * EPOCHS)
    for _ in range(EPOCHS):
        for origin, road in _batches(lots, origins, roads, batch):
            own = examples.own[origin, road]
            passed = net.through(own, examples.shared[origin], road)
            blame = _blame(passed.said, examples.wanted[origin, road])
            step.take(net.slopes(own, road, passed, blame))
    return net


def _begun(lots: np.random.Generator, roads: int, own: int, shared: int) -> Net:
    def drawn(rows: int, columns: int, size: float) -> Figures:
        return (lots.normal(size=(rows, columns)) * size).astype(np.float32)

    inputs = own + shared + OWN_NUMBERS
    return Net(
        {
            "roads": drawn(roads, OWN_NUMBERS, 0.3),
            "first": drawn(inputs, HIDDEN, float(np.sqrt(2 / inputs))),
            "first_level": np.zeros(HIDDEN, np.float32),
            "second": drawn(HIDDEN, HIDDEN, float(np.sqrt(2 / HIDDEN))),
            "second_level": np.zeros(HIDDEN, np.float32),
            "last": drawn(HIDDEN, AHEAD, 0.1 * float(np.sqrt(2 / HIDDEN))),
            "last_level": np.zeros(AHEAD, np.float32),
            "line": np.zeros((own, AHEAD), np.float32),
        }
    )


def _batches(lots: np.random.Generator, origins: int, roads: int, batch: int) -> Iterator[tuple[Places, Places]]:
    """Origins and roads by lot; what does not fill a last batch waits for the next time."""
    order = lots.permutation(origins * roads)
    for start in range(0, max(1, order.size - batch + 1), batch):
        chosen = order[start : start + batch]
        yield chosen // roads, chosen % roads


def _blame(said: Figures, wanted: Figures) -> Figures:
    """The slope of the absolute error; 0 where what came is not known."""
    sign = np.clip((said - wanted) / EDGE, -1, 1) / said.shape[0]
    return np.nan_to_num(sign).astype(np.float32)


class _Adam:
    """Adam upon weights in place, over a known number of batches."""

    def __init__(self, weights: dict[str, Figures], batches: int) -> None:
        self._weights = weights
        self._batches = batches
        self._taken = 0
        self._mean = {name: np.zeros_like(many) for name, many in weights.items()}
        self._square = {name: np.zeros_like(many) for name, many in weights.items()}

    def take(self, slopes: dict[str, Figures]) -> None:
        self._taken += 1
        rate = RATE * min(1, self._taken / WARM) * 0.5 * (1 + float(np.cos(np.pi * self._taken / self._batches)))
        for name, slope in slopes.items():
            mean, square, weight = self._mean[name], self._square[name], self._weights[name]
            mean += (1 - FADING) * (slope - mean)
            square += (1 - SQUARED_FADING) * (slope * slope - square)
            size = np.sqrt(square / (1 - SQUARED_FADING**self._taken)) + TINY
            move = mean / (1 - FADING**self._taken) / size
            weight -= rate * (move + (DECAY * weight if name in _DECAYED else 0))
