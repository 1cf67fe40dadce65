"""Documents that people, devices and other brokers send, nearly right and not at all: read, or refused in words."""

import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from broker_readers import BROKER
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from search import search
from test_fuzz_readers import damaged

from pinisi.console.refusals import refusal_of

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))

from any_request import ANY, nearly

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
CASES = int(os.environ.get("FUZZ_CASES", "100")) * 10
SECONDS = float(os.environ.get("FUZZ_SECONDS", "4"))
HANG_SECONDS = 2


def near(sample: Any) -> SearchStrategy[Any]:
    """The same kind of thing with something wrong in it, twice as often as anything at all."""
    if isinstance(sample, bytes):
        spoilt = damaged(sample)
        return st.one_of(st.just(sample), spoilt, spoilt, st.binary(max_size=60))
    if isinstance(sample, str):
        spoilt = damaged(sample.encode()).map(lambda body: body.decode("utf-8", "replace"))
        return st.one_of(st.just(sample), spoilt, spoilt, st.text(max_size=30))
    return st.one_of(st.just(sample), nearly(sample), nearly(sample).flatmap(_again), ANY)


def _again(document: Any) -> SearchStrategy[Any]:
    return nearly(document) if document and isinstance(document, dict | list) else st.just(document)


@pytest.mark.parametrize("name", BROKER)
def test_a_reader_of_the_broker_reads_or_says_what_is_wrong(name: str, cases: dict[str, int], start: int) -> None:
    reading = BROKER[name]
    for sample in reading.samples:
        reading.read(sample)  # else all that is near it is refused at the door

    def tried(given: Any) -> None:
        began = time.monotonic()
        try:
            reading.read(given)
        except reading.refusals as error:
            assert str(error)
        except Exception as error:
            reply = refusal_of(error)
            if reply.status >= 500 and reply.status != 504:
                raise
        assert time.monotonic() - began < HANG_SECONDS

    drawn = st.sampled_from(reading.samples).flatmap(near)
    cases["documents"] = cases.get("documents", 0) + search(drawn, tried, CASES, SECONDS, start)
