"""The frame reader of RSMP under everything: it never fails, and it answers or closes."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "services" / "mobility"))

from rsmp_sessions import NOW, answers, opened, spoilt

from pinisi.services.mobility.rsmp.catalogue import catalogue
from pinisi.services.mobility.rsmp.events import Closed, Confirmed, Ignored
from pinisi.services.mobility.rsmp.frames import FORM_FEED
from pinisi.services.mobility.rsmp.values import BadValue, check

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
CASES = int(os.environ.get("FUZZ_CASES", "100")) * 40
many = settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
ARGUMENTS = [
    argument
    for table in (catalogue().status, catalogue().command, catalogue().alarm)
    for entry in table.values()
    for argument in entry.arguments
]


@many
@given(st.lists(spoilt() | st.binary(max_size=60).map(lambda noise: noise + FORM_FEED), max_size=6))
def test_a_stream_of_spoilt_messages_is_answered_frame_by_frame_or_closed(stream: list[bytes]) -> None:
    for side in opened():
        side.receive(b"".join(stream), NOW)
        events = side.events()
        told = [event for event in events if not isinstance(event, Ignored | Closed | Confirmed)]
        assert len(answers(side)) == len(told)
        assert all(event.reason for event in events if isinstance(event, Closed | Ignored))
        frames = [frame for frame in b"".join(stream).split(FORM_FEED)[:-1] if frame.strip()]
        assert side.stage == "closed" or len(events) == len(frames)


@many
@given(st.sampled_from(ARGUMENTS), st.text(max_size=30) | st.none() | st.integers() | st.lists(st.text(max_size=3)))
def test_a_value_fits_its_argument_or_is_refused_by_the_arguments_name(argument, value) -> None:
    try:
        check(argument, value)
    except BadValue as error:
        assert str(error).startswith(f"{argument.name}: ")
