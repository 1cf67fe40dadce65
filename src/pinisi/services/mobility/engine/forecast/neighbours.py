"""Who tells of a road what it does not tell itself: those beside it, and those that the past says go before it."""

from dataclasses import dataclass

import numpy as np

from pinisi.services.mobility.engine.forecast.speeds import Numbers, Places

LEADERS = 10
"""Learnt neighbours whose weighted mean is looked at; the first `NAMED` also one by one."""
NAMED = 5
CHANGE = 6
"""Steps: leaders are those that go with what a road does within so many."""


@dataclass(frozen=True)
class Leaders:
    """Attributes:
    roads: a row a road, the best leader first.
    shares: of the weighted mean, with their sign; a row sums to 1 in size.
    """

    roads: Places
    shares: Numbers

    def signs(self, values: Numbers) -> Numbers:
        """... x road -> ... x road x what is looked at."""
        led = values[..., self.roads]
        named = led[..., :NAMED] * np.sign(self.shares[:, :NAMED])
        return np.concatenate((named, (led * self.shares).sum(axis=-1, keepdims=True)), axis=-1)


def beside(adjacency: Numbers) -> Numbers:
    """Road x road shares of the neighbours, the road itself left out; a row without a neighbour is 0."""
    away = adjacency.copy()
    np.fill_diagonal(away, 0.0)
    return np.asarray(away / (away.sum(axis=1, keepdims=True) + 1e-6), np.float32)


def second(shares: Numbers) -> Numbers:
    """The neighbours of the neighbours."""
    return beside(shares @ shares)


def changes(away: Numbers) -> Numbers:
    """What each road does within `CHANGE` steps beyond what its own distance from the usual lets expect."""
    now = away[:-CHANGE]
    change = away[CHANGE:] - now
    slope = (now * change).sum(axis=0) / ((now * now).sum(axis=0) + 1e-6)
    return change - slope * now


def leaders(change: Numbers, told: Numbers) -> Leaders:
    """Those whose `told` (a row a step) goes most with the `change` of a road."""
    found = _standard(change).T @ _standard(told) / np.float32(change.shape[0])
    np.fill_diagonal(found, 0.0)
    count = min(LEADERS, found.shape[0])
    order = np.argsort(-np.abs(found), axis=1, kind="stable")[:, :count]
    strength = np.take_along_axis(found, order, axis=1)
    return Leaders(order, strength / (np.abs(strength).sum(axis=1, keepdims=True) + 1e-6))


def _standard(values: Numbers) -> Numbers:
    spread = values.std(axis=0) + np.float32(1e-6)
    return np.asarray((values - values.mean(axis=0)) / spread, np.float32)
