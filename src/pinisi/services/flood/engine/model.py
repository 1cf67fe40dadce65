"""From evidence to a probability: a logistic sum, so that a duty officer sees what each piece of evidence adds."""

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from pinisi.services.flood.engine.evidence import NAMES, Evidence, Numbers

ROUNDS = 100
CLOSE = 1e-9


class Model(msgspec.Struct, frozen=True):
    """`weights` of the evidence's numbers, in log-odds, by NAMES. From `threshold` on, a neighbourhood is flooded."""

    constant: float
    weights: tuple[float, ...]
    threshold: float

    def probability(self, evidence: Evidence) -> float:
        """That the agency has flagged the neighbourhood or will."""
        return 1 / (1 + math.exp(-self.constant - sum(self.parts(evidence).values())))

    def parts(self, evidence: Evidence) -> dict[str, float]:
        """What each piece of evidence adds, in log-odds."""
        return {
            name: weight * number for name, weight, number in zip(NAMES, self.weights, evidence.numbers, strict=True)
        }


def fitted(evidence: Sequence[Evidence], flooded: Numbers, heavy: Numbers, ridge: float = 10.0) -> Model:
    """Logistic regression with a ridge on the standardised weights, by Newton's method with halved steps.

    Args:
        flooded: 1 where the neighbourhood of the report was flagged at some time, else 0.
        heavy: how much each report counts.
        ridge: keeps weights small that the reports hardly support.

    Raises:
        ValueError: all reports or none lie in flooded neighbourhoods.
    """
    if not 0 < flooded.sum() < flooded.size:
        raise ValueError("nothing to learn: all reports or none lie in flooded neighbourhoods")
    numbers = np.array([each.numbers for each in evidence])
    mean, spread = numbers.mean(axis=0), numbers.std(axis=0) + 1e-9
    table = np.column_stack((np.ones(len(numbers)), (numbers - mean) / spread))
    beta = _newton(table, flooded, heavy, np.array([1e-6] + [ridge] * numbers.shape[1]))
    weights = beta[1:] / spread
    return Model(float(beta[0] - weights @ mean), tuple(float(weight) for weight in weights), 0.5)


def _newton(table: Numbers, flooded: Numbers, heavy: Numbers, ridge: Numbers) -> Numbers:
    beta = np.zeros(table.shape[1])
    loss = _loss(table, flooded, heavy, ridge, beta)
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(table @ beta, -40, 40)))
        slope = table.T @ (heavy * (flooded - chance)) - ridge * beta
        bend = (table * (heavy * chance * (1 - chance))[:, None]).T @ table + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        while (after := _loss(table, flooded, heavy, ridge, beta + step)) > loss and np.abs(step).max() > CLOSE:
            step = step / 2
        beta = beta + step
        if loss - after < CLOSE:
            break
        loss = after
    return beta


def _loss(table: Numbers, flooded: Numbers, heavy: Numbers, ridge: Numbers, beta: Numbers) -> float:
    scores = table @ beta
    return float((heavy * (np.logaddexp(0, scores) - flooded * scores)).sum() + (ridge * beta * beta).sum() / 2)
