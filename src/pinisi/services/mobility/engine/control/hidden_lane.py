"""What is assumed of a lane whose detector is dead: how likely each flow, and each length of its queue, is.

Arrivals make the queue longer; in green it shrinks by those who are seen to come out, and each second in which nobody
comes out makes it likelier that nobody is there, or that the first waits for a gap. A hidden Markov model with one step
a second, over some flows, each with 0 to `assumed_most` vehicles, and what the first of them wants.
"""

from collections.abc import Iterator, Sequence
from math import exp, log

from pinisi.services.mobility.engine.control.hidden_queue import HiddenQueue, Leaves, empty, together
from pinisi.services.mobility.engine.control.hidden_tuning import HiddenTuning
from pinisi.services.mobility.engine.control.junction import Seen

SPACING_M = 7.5
MOVING_MPS = 2.0
STEP_S = 2.0
FLOWS_PER_S = (0.01, 0.03, 0.06, 0.1, 0.16, 0.25)
LEAST_PER_S = 0.005


class HiddenLane:
    """One lane without a detector."""

    def __init__(self, tuning: HiddenTuning) -> None:
        self._tuning = tuning
        self._across = 0.0
        self._stood_s = 0.0
        self._usual = _likely(tuning.assumed_per_s, tuning.flow_spread)
        self._queues = [empty(tuning.assumed_most, each) for each in self._usual]

    @property
    def flow(self) -> float:
        """Arrivals a second, on average of what is likely."""
        return sum(flow * each.whole() for flow, each in zip(FLOWS_PER_S, self._queues, strict=True))

    def leaving(self, leaves: Leaves) -> float:
        """Vehicles a second that go now."""
        queue = together(self._queues)
        return queue.leaving(leaves) + queue.nobody * self.flow

    def expect(self, per_s: float, across: float) -> None:
        """The flow that is usual here; `across`: the share of it that has to give way in some stages."""
        self._usual = _likely(per_s, self._tuning.flow_spread)
        self._across = across

    def second(self, leaves: Leaves, ratio: float) -> None:
        """One second; `ratio` as in `HiddenQueue.served`. Flows change in time: a little goes back to what is usual."""
        queues = _stepped(self._queues, leaves, ratio, self._across)
        change, all_of_them = 1 / self._tuning.memory_s, together(queues)
        whole = all_of_them.whole()
        self._queues = [
            each.mixed((1 - change) / whole, all_of_them, change * usual / whole)
            for each, usual in zip(queues, self._usual, strict=True)
        ]
        self._stood_s += 1
        if leaves:
            self._stood_s *= 1 - sum(each.nobody for each in self._queues)

    def seen(self, leaves: Leaves, least: float, limit_mps: float) -> Iterator[Seen]:
        """Those who are likelier than `least` to stand there, each with his likelihood, and those expected to come.

        As the exits tell, which is some seconds late: so a green is not given up before anything can be known of it.
        In green the queue moves: a lane is not to be taken for blocked by what nobody sees.
        """
        queue = together(self._queues)
        mean, there = queue.mean(), 1 - queue.nobody
        for place, here in enumerate(map(sum, zip(queue.on, queue.across, strict=True))):
            if there < least:
                break
            waited_s = max(self._stood_s * (1 - place / (mean + 1)), 1.0)
            yield Seen(place * SPACING_M, MOVING_MPS if leaves else 0.0, waited_s, min(there, 1.0))
            there -= here
        share = min(STEP_S * self.flow, 1.0)
        for number in range(int(self._tuning.expected_s / STEP_S)):
            yield Seen(mean * SPACING_M + (number + 0.5) * STEP_S * limit_mps, limit_mps, 0.0, share)


def _stepped(queues: Sequence[HiddenQueue], leaves: Leaves, ratio: float, across: float) -> list[HiddenQueue]:
    return [
        each.served(leaves, ratio, across, flow).grown(flow, across)
        for flow, each in zip(FLOWS_PER_S, queues, strict=True)
    ]


def _likely(flow: float, spread: float) -> list[float]:
    """Each flow's likelihood where `flow` is usual: log-normal."""
    weights = [exp(-(log(each / max(flow, LEAST_PER_S)) ** 2) / (2 * spread**2)) for each in FLOWS_PER_S]
    return [each / sum(weights) for each in weights]
