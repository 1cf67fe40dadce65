"""Eight real roads of one week, and the whole network where it is there."""

from pathlib import Path

import numpy as np

from pinisi.services.mobility.engine.forecast.speeds import DAY_STEPS, Numbers, Speeds

CUTS = Path(__file__).parents[1] / "mobility_examples"
THURSDAY = 3


def eight_roads() -> Speeds:
    return week(np.loadtxt(CUTS / "metr_la_eight_roads.csv", np.float32, delimiter=",", skiprows=1))


def near_of_eight() -> Numbers:
    return np.loadtxt(CUTS / "metr_la_eight_roads_near.csv", np.float32, delimiter=",")


def week(values: Numbers) -> Speeds:
    """Rows from Thursday 1 March 2012, 00:00."""
    return Speeds(values, THURSDAY * DAY_STEPS + np.arange(values.shape[0], dtype=np.int64))
