"""What is asked of a played street, and what it tells at its end."""

import time

import msgspec

from pinisi.vocabulary.instant import SECOND, Instant


class Playing(msgspec.Struct, frozen=True, kw_only=True):
    """Args:
    scenario: a SUMO configuration.
    folder: where the layouts of its junctions are written before it begins.
    port: where the house listens.
    seconds: of simulated time; the scenario's own end where that is sooner.
    pace: simulated seconds for each real one.
    start: what the common clock says at `began`, seconds of the real one.
    reconnect: real seconds after which a controller whose line is cut connects again.
    """

    scenario: str
    folder: str
    host: str = "127.0.0.1"
    port: int
    seed: int = 1
    seconds: float = 300.0
    pace: float = 1.0
    start: Instant
    began: float
    reconnect: float = 1.0

    def now(self) -> Instant:
        """The clock that house and street share."""
        return self.start + round((time.time() - self.began) * self.pace * SECOND)


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """Latencies in real milliseconds: from what the detectors told to the wish that came of it, and to the lamps that
    changed after it; `late_s`: the most by which the simulation lagged behind the clock.
    """

    seconds: int
    delay_s: float
    due: int
    completed: int
    wishes: int
    wish_ms: tuple[float, ...]
    lamp_ms: tuple[float, ...]
    step_ms: tuple[float, ...]
    late_s: float
    longest_wait_s: float
