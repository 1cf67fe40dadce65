"""How well neighbourhoods are found: what was called flooded, when, beside what the agency flagged, and when.

Learning and judging never share a neighbourhood. The threshold of a model is chosen on the learning side alone, on
parts of it that the weights have not seen: five folds by place, so that neighbours stay together.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from pinisi.services.flood.engine.evidence import Evidence, Numbers
from pinisi.services.flood.engine.model import Model, fitted
from pinisi.vocabulary.instant import HOUR, Instant

FOLDS = 5


class Said(msgspec.Struct, frozen=True):
    """One report in a neighbourhood, with what was known when it came."""

    neighbourhood: int
    at: Instant
    evidence: Evidence


class Score(msgspec.Struct, frozen=True):
    """`called` neighbourhoods, of them `right` ones, of `flooded` in all; of the right ones `before` came before the
    official flag, and `lead_h` is the median time between, in hours.
    """

    called: int
    right: int
    flooded: int
    before: int
    lead_h: float

    @property
    def precision(self) -> float:
        return self.right / self.called if self.called else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.flooded if self.flooded else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / max(1, self.called + self.flooded)

    @property
    def strict_f1(self) -> float:
        """The same where only what came before the official flag counts as right."""
        return 2 * self.before / max(1, self.called + self.flooded)


def learned(said: Sequence[Said], flags: Mapping[int, Instant], folds: Numbers, flooded: int) -> Model:
    """Weights and threshold from the reports of some neighbourhoods.

    Args:
        folds: of each neighbourhood, by its number: which part it belongs to when the threshold is chosen.
        flooded: how many of those neighbourhoods were flagged, with or without a report.
    """
    unseen: dict[int, float] = {}
    for fold in range(FOLDS):
        rest = [each for each in said if folds[each.neighbourhood] != fold]
        part = [each for each in said if folds[each.neighbourhood] == fold]
        if rest and part:
            model = _weights(rest, flags)
            for each in part:
                chance = model.probability(each.evidence)
                unseen[each.neighbourhood] = max(chance, unseen.get(each.neighbourhood, 0.0))
    return msgspec.structs.replace(_weights(said, flags), threshold=_best_threshold(unseen, flags, flooded))


def called(said: Sequence[Said], model: Model) -> dict[int, Instant]:
    """The neighbourhoods that a model calls flooded, and when first."""
    first: dict[int, Instant] = {}
    for each in said:
        if each.neighbourhood not in first and model.probability(each.evidence) >= model.threshold:
            first[each.neighbourhood] = each.at
    return first


def one_report(said: Sequence[Said]) -> dict[int, Instant]:
    """The naive rule: a neighbourhood is flooded from its first report."""
    first: dict[int, Instant] = {}
    for each in said:
        first.setdefault(each.neighbourhood, each.at)
    return first


def scored(first: Mapping[int, Instant], flags: Mapping[int, Instant]) -> Score:
    """What was called, and when, beside the first official flags."""
    leads = [(flags[each] - at) / HOUR for each, at in first.items() if each in flags]
    lead = float(np.median(leads)) if leads else 0.0
    return Score(len(first), len(leads), len(flags), sum(lead > 0 for lead in leads), lead)


def _weights(said: Sequence[Said], flags: Mapping[int, Instant]) -> Model:
    """Each neighbourhood's reports count as the square root of their number."""
    there = np.array([each.neighbourhood for each in said])
    heavy = 1 / np.sqrt(np.bincount(there)[there])
    flooded = np.array([each.neighbourhood in flags for each in said], dtype=np.float64)
    return fitted([each.evidence for each in said], flooded, heavy)


def _best_threshold(chances: Mapping[int, float], flags: Mapping[int, Instant], flooded: int) -> float:
    """The one with the greatest F1."""
    ordered = sorted(chances.items(), key=lambda item: -item[1])
    right = np.cumsum([each in flags for each, _ in ordered])
    f1 = 2 * right / (np.arange(len(ordered)) + 1 + flooded)
    return ordered[int(f1.argmax())][1]
