"""A sensor that speaks every few seconds, brought to what the hourly rules of the judge can weigh."""

from collections.abc import Sequence

from pinisi.services.environment.engine.cleaning import Reading
from pinisi.vocabulary.instant import MINUTE, Instant

DENSE = 300
"""Readings in three days above which a series is thinned: four an hour."""
STEP = 20 * MINUTE


def thinned(readings: Sequence[Reading]) -> Sequence[Reading]:
    """Of a dense series the last reading of each third of an hour; any other series unchanged.

    A value that was really said, and no mean or median: those would look stuck, or hide that a sensor is.
    """
    if len(readings) <= DENSE:
        return readings
    last: dict[Instant, Reading] = {reading.at // STEP: reading for reading in readings}
    return [last[part] for part in sorted(last)]
