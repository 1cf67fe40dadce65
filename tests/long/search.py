"""A search that ends: so many examples, or as many as fit into its time.

Hypothesis knows no budget of time. It is asked for a few examples at a time, each few from a seed of their own.
"""

import random
import time
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis.strategies import SearchStrategy

AT_ONCE = 20
"""Examples that are drawn together; the time is looked at between."""


def search(inputs: SearchStrategy[Any], check: Callable[[Any], object], most: int, seconds: float, start: int) -> int:
    """Check drawn inputs: at most so many, and no more once `seconds` of this process's CPU are used. Answers how many.

    `start`: the seed. CPU and not the clock is counted, so that a busy machine searches as much.
    """
    draw, end, tried = random.Random(start), time.process_time() + seconds, 0
    while tried < most and (tried == 0 or time.process_time() < end):
        few = min(AT_ONCE, most - tried)

        @seed(draw.randrange(1 << 32))
        @settings(
            max_examples=few, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=False
        )
        @given(drawn=inputs)
        def run(drawn: Any) -> None:
            check(drawn)

        run()
        tried += few
    return tried
