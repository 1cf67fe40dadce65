"""Two sessions that speak to each other in memory, and bytes that nobody meant."""

import json
from typing import Any

import msgspec
from hypothesis import strategies as st

from pinisi.services.mobility.rsmp.frames import write
from pinisi.services.mobility.rsmp.judgement import judge_report
from pinisi.services.mobility.rsmp.messages import AggregatedStatus, Alarm, StatusUpdate, StatusValue, Watchdog
from pinisi.services.mobility.rsmp.moments import stamp
from pinisi.services.mobility.rsmp.session import Session
from pinisi.services.mobility.rsmp.versions import Introduced
from pinisi.vocabulary.instant import parse_instant

NOW = parse_instant("2026-11-26T07:00:00Z")
SITE = "KK+MKS001="
HERE = Introduced(sxl="1.2.1")
THERE = Introduced(sxl="1.2.1", sites=(SITE,))


def opened() -> tuple[Session, Session]:
    """Supervisor and site, versions and watchdogs exchanged, all acknowledged."""
    supervisor, site = Session("supervisor", HERE, judge_report), Session("site", THERE)
    supervisor.begin(NOW)
    site.begin(NOW)
    exchange(supervisor, site)
    assert (supervisor.stage, site.stage) == ("open", "open")
    for session in (supervisor, site):
        session.events()
    return supervisor, site


def exchange(one: Session, other: Session, now: int = NOW) -> None:
    """Until neither has anything to say."""
    while (said := one.outgoing()) + (answered := other.outgoing()):
        other.receive(said, now)
        one.receive(answered, now)


def sound_messages() -> list[bytes]:
    """With ids that are always the same, so that the same examples are drawn each time."""
    value = StatusValue(code="S0014", name="status", value="2", quality="recent")
    alarm = Alarm(
        component="TC", code="A0001", purpose="Issue", acknowledged="notAcknowledged", active="Active",
        suspended="notSuspended", at=stamp(NOW), category="D", priority="2", values=(),
    )  # fmt: skip
    aggregated = AggregatedStatus(component="TC", at=stamp(NOW), position=None, state=None, bits=(False,) * 8)
    update = StatusUpdate(component="TC", at=stamp(NOW), values=(value,))
    messages = (alarm, aggregated, update, Watchdog(at=stamp(NOW)))
    ids = (f"2909feca-9561-427c-b923-f5ea6927697{number}" for number in range(len(messages)))
    return [write(msgspec.structs.replace(message, id=id)) for message, id in zip(messages, ids, strict=True)]


ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A sound message with one value replaced, removed or added; or cut, or with bytes of no meaning in it."""
    frame = draw(st.sampled_from(sound_messages()))
    how = draw(st.sampled_from(("value", "missing", "added", "cut", "bytes", "noise")))
    if how in ("value", "missing", "added"):
        message: dict[str, Any] = json.loads(frame[:-1])
        name = draw(st.sampled_from(sorted(message)))
        if how == "missing":
            del message[name]
        else:
            message[name if how == "value" else draw(st.text(max_size=8))] = draw(ANYTHING)
        return json.dumps(message).encode("utf-8", "surrogatepass") + b"\x0c"
    at = draw(st.integers(0, len(frame) - 1))
    if how == "cut":
        return frame[:at] + b"\x0c"
    noise = draw(st.binary(min_size=1, max_size=30))
    return frame[:at] + noise + frame[at:] if how == "bytes" else noise + b"\x0c"


def answers(session: Session) -> list[str]:
    """The kinds of what a session sends, each a whole frame."""
    return [json.loads(frame)["type"] for frame in session.outgoing().split(b"\x0c")[:-1]]
