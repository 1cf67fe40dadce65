"""Whatever comes from outside under any bytes and any damage: an answer or a refusal in words, at once."""

import os
import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from outside_readers import READERS

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
CASES = int(os.environ.get("FUZZ_CASES", "100"))
HANG_SECONDS = 10
WORD = re.compile(rb'"[^"\n]*"|<[^<>\n]*>|[A-Za-z_@][\w.:-]*|-?\d+(?:\.\d+)?|[\[\]{}(),:=;]')
ODD = b'null true NaN Infinity 1e999 -1 0 "" [ ] { } <a> </a> &b; {x} 2026-02-30 "\\ud800"'.split()
WORDS = st.one_of(
    st.sampled_from([*ODD, b"9" * 400, b'"' + b"x" * 5_000 + b'"', b"[" * 3_000]),
    st.integers().map(lambda number: str(number).encode()),
    st.floats().map(lambda number: str(number).encode()),
    st.text(max_size=8).map(lambda text: b'"' + text.encode("utf-8", "replace") + b'"'),
    st.binary(max_size=6),
)


@st.composite
def damaged(draw: st.DrawFn, sample: bytes) -> bytes:
    """The sample with some of its words replaced, some of its bytes changed, or cut."""
    content = bytearray(sample)
    places = [found.span() for found in WORD.finditer(sample)]
    if places and draw(st.booleans()):
        chosen = draw(st.lists(st.integers(0, len(places) - 1), min_size=1, max_size=4, unique=True))
        for index in sorted(chosen, reverse=True):
            begin, end = places[index]
            content[begin:end] = draw(WORDS)
        return bytes(content)
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(content)))
        content[at : at + draw(st.integers(0, 4))] = draw(st.binary(max_size=6))
    return bytes(content[: draw(st.integers(0, len(content)))] if draw(st.booleans()) else content)


@pytest.mark.parametrize("name", READERS)
def test_a_reader_answers_or_says_what_is_wrong(name: str, cases: dict[str, int]) -> None:
    outside = READERS[name]
    outside.read(outside.sample)

    @settings(max_examples=CASES, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
    @given(body=st.one_of(st.binary(max_size=200), damaged(outside.sample), damaged(outside.sample)))
    def run(body: bytes) -> None:
        start = time.monotonic()
        try:
            outside.read(body)
        except outside.refusals as error:
            assert str(error)
        assert time.monotonic() - start < HANG_SECONDS
        cases["readers"] = cases.get("readers", 0) + 1

    run()
