"""One link without a socket: patience, order, and whatever comes down the line."""

import json

from hypothesis import given
from hypothesis import strategies as st
from rsmp_sessions import HERE, NOW, SITE, THERE, answers, exchange, opened, sound_messages, spoilt

from pinisi.services.mobility.rsmp.events import Closed, Confirmed, Heard, Ignored, Opened, TurnedDown, WatchdogHeard
from pinisi.services.mobility.rsmp.frames import FORM_FEED, FrameReader, write
from pinisi.services.mobility.rsmp.messages import StatusName, StatusRequest, StatusUpdate, Watchdog
from pinisi.services.mobility.rsmp.moments import stamp
from pinisi.services.mobility.rsmp.outbox import Outbox
from pinisi.services.mobility.rsmp.session import Session
from pinisi.services.mobility.rsmp.versions import numbers
from pinisi.vocabulary.instant import SECOND

ASK = StatusRequest(component="TC", asked=(StatusName("S0014", "status"),))


def closed(session: Session) -> Closed:
    return next(event for event in session.events() if isinstance(event, Closed))


def test_the_site_speaks_first_and_the_supervisor_only_when_it_knows_who_speaks() -> None:
    supervisor, site = Session("supervisor", HERE), Session("site", THERE)
    supervisor.begin(NOW)
    site.begin(NOW)
    assert supervisor.outgoing() == b""
    supervisor.receive(site.outgoing(), NOW)
    assert answers(supervisor) == ["MessageAck", "Version"]


def test_before_the_versions_nothing_is_answered_and_the_other_side_runs_out_of_patience() -> None:
    supervisor = Session("supervisor", HERE)
    supervisor.begin(NOW)
    supervisor.receive(write(Watchdog(at=stamp(NOW))), NOW)
    assert supervisor.outgoing() == b""
    assert [type(event) for event in supervisor.events()] == [Ignored]
    supervisor.tick(NOW + 30 * SECOND)
    assert closed(supervisor).cause == "no introduction"


def test_a_message_that_nobody_acknowledges_closes_the_link_after_thirty_seconds_and_is_given_back() -> None:
    supervisor, _ = opened()
    supervisor.send(ASK, NOW)
    supervisor.tick(NOW + 29 * SECOND)
    assert supervisor.stage == "open"
    supervisor.tick(NOW + 30 * SECOND)
    over = closed(supervisor)
    assert (over.cause, over.unconfirmed) == ("no acknowledgement", (ASK,))


def test_a_side_that_falls_silent_is_given_up_after_two_missed_watchdogs() -> None:
    supervisor, site = opened()
    supervisor.tick(NOW + 60 * SECOND)
    assert answers(supervisor) == ["Watchdog"]
    exchange(supervisor, site)
    patient, _ = opened()
    for second in range(1, 130):
        assert patient.stage == "open"
        patient._waiting.clear()
        patient.tick(NOW + second * SECOND)
    patient._waiting.clear()
    patient.tick(NOW + 130 * SECOND)
    assert closed(patient).cause == "silent"


def test_versions_again_are_turned_down_and_the_link_stays() -> None:
    supervisor, _ = opened()
    again = Session("site", THERE)
    again.begin(NOW)
    supervisor.receive(again.outgoing(), NOW)
    assert answers(supervisor) == ["MessageNotAck"]
    assert supervisor.stage == "open"


def test_an_acknowledgement_of_what_was_never_sent_is_ignored() -> None:
    supervisor, _ = opened()
    supervisor.receive(b'{"mType":"rSMsg","type":"MessageAck","oMId":"never"}\x0c', NOW)
    assert [type(event) for event in supervisor.events()] == [Ignored]


def test_bytes_may_come_one_by_one_or_all_at_once() -> None:
    for size in (1, 7, 10_000):
        supervisor, _ = opened()
        stream = b"".join(sound_messages())
        for start in range(0, len(stream), size):
            supervisor.receive(stream[start : start + size], NOW)
        assert [type(event) for event in supervisor.events()] == [Heard, Heard, Heard, WatchdogHeard]
        assert answers(supervisor) == ["MessageAck"] * 4


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_frames_are_what_lies_between_form_feeds_however_the_stream_is_cut(parts: list[bytes]) -> None:
    stream = b"".join(parts)
    reader = FrameReader()
    frames = [frame for part in parts for frame in reader.feed(part)]
    assert frames == [frame for frame in stream.split(FORM_FEED)[:-1] if frame.strip()]


@given(spoilt())
def test_whatever_comes_is_answered_or_the_link_closes_and_says_why(data: bytes) -> None:
    """Each frame: acknowledged, turned down by MessageNotAck, passed over as an acknowledgement, or the end."""
    supervisor, _ = opened()
    supervisor.receive(data, NOW)
    events = supervisor.events()
    frames = [frame for frame in data.split(FORM_FEED)[:-1] if frame.strip()]
    over = [event for event in events if isinstance(event, Closed)]
    assert over or len(events) == len(frames)
    assert all(event.reason for event in events if isinstance(event, Closed | TurnedDown | Ignored))
    told = [event for event in events if not isinstance(event, Ignored | Closed | Confirmed)]
    assert len(answers(supervisor)) == len(told)


@given(st.binary(max_size=200))
def test_noise_before_the_versions_never_opens_a_link_and_never_fails(data: bytes) -> None:
    for side in (Session("supervisor", HERE), Session("site", THERE)):
        side.begin(NOW)
        side.receive(data + FORM_FEED, NOW)
        assert side.stage in ("introducing", "closed")
        assert not [event for event in side.events() if isinstance(event, Opened)]


def test_versions_are_compared_by_their_numbers() -> None:
    assert numbers("3.2") == numbers("3.2.0") < numbers("3.2.10")
    assert numbers("3.1.5") < numbers("3.2.0")
    assert numbers("latest") == (0, 0, 0)


def test_the_outbox_keeps_ten_thousand_first_in_first_out_and_counts_what_it_loses() -> None:
    frames = [json.loads(frame[:-1]) for frame in sound_messages()]
    update = next(frame for frame in frames if frame["type"] == "StatusUpdate")
    messages = [StatusUpdate(component=str(number), at=update["sTs"], values=()) for number in range(10_003)]
    outbox = Outbox()
    outbox.keep([*messages, Watchdog(at=stamp(NOW)), ASK])
    assert (len(outbox), outbox.lost) == (10_000, 3)
    drained = outbox.drain()
    assert [drained[0].component, drained[-1].component] == ["3", "10002"]
    assert drained[0].id != messages[3].id
    assert (len(outbox), SITE) == (0, THERE.sites[0])
