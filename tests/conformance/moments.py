"""What ends soon, and what has to be seen before it does, also on a machine that stands still for a moment."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from patience import PATIENCE

T = TypeVar("T")


def soon(seconds: float = 1.0) -> str:
    """The moment that comes after so many seconds."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def until(moment: str) -> str:
    """How long it still is until then, as a duration (ISO 8601)."""
    return f"PT{max(0.001, (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds()):.3f}S"


def is_over(moment: str) -> bool:
    return datetime.fromisoformat(moment) <= datetime.now(UTC)


def wait_until(moment: str) -> None:
    while not is_over(moment):
        time.sleep(max(0.0, (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds()))


def before_the_end(see: Callable[[str], T], seconds: float = 0.5) -> T:
    """What is seen before the end that it is given; answered when that has come.

    What was not seen in time says nothing: it is looked at again with a later end, so `see` makes it anew.
    """
    while seconds < PATIENCE:
        end = soon(seconds)
        try:
            seen = see(end)
        except AssertionError:
            if not is_over(end):
                raise
        else:
            if not is_over(end):
                wait_until(end)
                return seen
        seconds *= 3
    raise AssertionError(f"not seen within {seconds / 3:g} seconds")
