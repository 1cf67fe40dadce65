"""Which neighbourhoods are probably under water now, as the reports come in."""

from collections.abc import Mapping

import msgspec

from pinisi.services.flood.engine.evidence import Evidence, Listener
from pinisi.services.flood.engine.ground import Ground
from pinisi.services.flood.engine.model import Model
from pinisi.vocabulary.instant import HOUR, Instant

HOLDS = 6 * HOUR
"""So long the newest report of a neighbourhood speaks for it: official states of that flood held about as long."""

JAKARTA_2017 = Model(constant=-1.699, weights=(1.508, 0.1736, 0.5533), threshold=0.483)
"""Learnt from the whole of one flood: 1,204 reports of Jakarta, 20 to 22 February 2017, and 292 flagged RW."""


class Judgement(msgspec.Struct, frozen=True):
    """What a report says of its neighbourhood, at the time of its coming.

    `parts` is what each piece of evidence adds to the odds, as a logarithm; `flooded`: the probability reaches the
    model's threshold.
    """

    neighbourhood: str
    at: Instant
    probability: float
    flooded: bool
    evidence: Evidence
    parts: Mapping[str, float]


class Picture:
    """The city's neighbourhoods by what their newest reports say."""

    def __init__(self, ground: Ground, model: Model = JAKARTA_2017) -> None:
        self._ground = ground
        self._model = model
        self._listener = Listener()
        self._newest: dict[str, Judgement] = {}

    def report(self, lon: float, lat: float, at: Instant) -> Judgement | None:
        """Hear a report, in the order of coming; None where it lies in no neighbourhood (it is heard all the same)."""
        number = self._ground.of(lon, lat)
        there = None if number is None else self._ground.neighbourhoods[number]
        evidence = self._listener.report(lon, lat, at, prone=there is not None and there.prone)
        if there is None:
            return None
        chance = self._model.probability(evidence)
        parts = self._model.parts(evidence)
        judgement = Judgement(there.id, at, chance, chance >= self._model.threshold, evidence, parts)
        self._newest[there.id] = judgement
        return judgement

    def now(self, at: Instant) -> list[Judgement]:
        """What still holds, the most probable first."""
        self._newest = {id: each for id, each in self._newest.items() if at - each.at <= HOLDS}
        return sorted(self._newest.values(), key=lambda each: (-each.probability, each.neighbourhood))
