"""What waits for a reader of the stream: everything that he must hear, and never more than a bounded heap."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.console.pending import MOST_ACTS, MOST_ENTITIES, Pending
from pinisi.store.log import LogEntry, LogSlice
from pinisi.vocabulary.terms import INCIDENT

OPS = st.sampled_from(["create", "update", "delete", "document", "audit"])
LINES = st.lists(st.tuples(OPS, st.integers(0, 5), st.booleans(), st.booleans()), max_size=40)


def entry(position: int, op: str, subject: str, incident: bool = False) -> LogEntry:
    types = (INCIDENT,) if incident else ("urn:T",)
    return LogEntry(
        position=position,
        time=0,
        op=op,
        subject=subject,
        types=types,
        attributes=("urn:a",),  # type: ignore[arg-type]
    )


@given(LINES)
def test_every_change_is_told_exactly_once_however_the_stream_takes_it(
    lines: list[tuple[str, int, bool, bool]],
) -> None:
    async def run() -> None:
        pending = Pending(0)
        acts: dict[str, int] = {}
        changed: set[str] = set()
        expected_acts: dict[str, int] = {}
        expected: set[str] = set()
        for position, (op, number, incident, take) in enumerate(lines, start=1):
            subject = f"urn:{'i' if incident else 'e'}:{number}"
            pending.note(LogSlice([entry(position, op, subject, incident)], position), incidents=True)
            if op in ("create", "update", "delete"):
                if incident and op != "delete":
                    expected_acts[subject] = expected_acts.get(subject, 0) + 1
                else:
                    expected.add(subject)
            if take or position == len(lines):
                news = pending.take()
                assert (news.position, pending.told, pending.settled) == (position,) * 3
                changed |= set(news.changed)
                for id, number in news.incidents.items():
                    acts[id] = acts.get(id, 0) + number
        assert (acts, changed) == (expected_acts, expected)

    asyncio.run(run())


@pytest.mark.parametrize("incident", [True, False])
def test_too_much_becomes_a_reset_and_nothing_is_kept(incident: bool) -> None:
    pending = Pending(0)
    for position in range(1, max(MOST_ACTS, MOST_ENTITIES) * 3):
        piece = LogSlice([entry(position, "update", f"urn:x:{position}", incident)], position)
        pending.note(piece, incidents=True)
    assert pending.settled == 0
    news = pending.take()
    assert (news.reset, news.changed, news.incidents) == (True, {}, {})
    assert not pending.take().reset


def test_the_place_to_resume_from_never_passes_what_is_untold() -> None:
    pending = Pending(5)
    pending.note(LogSlice([entry(6, "audit", "x")], 6), incidents=True)
    assert pending.settled == 6
    pending.note(LogSlice([entry(7, "update", "urn:x:1")], 7), incidents=True)
    assert pending.settled == 5
    pending.take()
    assert pending.settled == 7
