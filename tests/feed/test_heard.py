"""The tail that one process has heard, against the log that it is the tail of."""

from hypothesis import given
from hypothesis import strategies as st

from pinisi.feed import heard as heard_module
from pinisi.feed.heard import Heard
from pinisi.feed.lines import Message
from pinisi.store.log import LogEntry


def line(position: int) -> LogEntry:
    return LogEntry(position=position, time=position, op="update", subject="urn:a")


def message(after: int, position: int, *, hole: bool = False) -> Message:
    return Message(after, position, None if hole else tuple(line(n) for n in range(after + 1, position + 1)))


_spans = st.tuples(st.integers(0, 20), st.integers(1, 5), st.booleans())


@given(st.lists(_spans, max_size=12), st.integers(0, 26))
def test_a_follower_is_told_every_line_or_to_ask_the_store(spans: list[tuple[int, int, bool]], after: int) -> None:
    """Whatever comes: again, late, with gaps. What is told after a position begins right behind it."""
    heard, end = Heard(), -1
    for begin, length, hole in spans:
        heard.take(message(begin, begin + length, hole=hole))
        end = max(end, begin + length)
        piece = heard.after(after, 3)
        if piece is None:
            continue
        told = [entry.position for entry in piece.entries]
        assert told == list(range(after + 1, after + 1 + len(told)))
        assert piece.position == (told[-1] if told else after)
        assert told or after >= end


def test_a_follower_at_the_end_is_woken() -> None:
    heard = Heard()
    heard.take(message(0, 3))
    stirred = heard.stirred
    assert not stirred.is_set()
    heard.take(message(0, 3))
    assert not stirred.is_set()
    heard.take(message(3, 4))
    assert stirred.is_set()


def test_nothing_is_sure_after_a_cut() -> None:
    heard = Heard()
    heard.take(message(0, 3))
    heard.forget()
    assert heard.after(2, 9) is None
    heard.take(message(5, 7))
    assert heard.after(2, 9) is None
    piece = heard.after(6, 9)
    assert piece is not None
    assert [entry.position for entry in piece.entries] == [7]


def test_memory_is_bounded() -> None:
    heard, most = Heard(), heard_module.MOST
    for begin in range(0, 3 * most, 500):
        heard.take(message(begin, begin + 500))
    assert heard.after(100, 9) is None
    piece = heard.after(2 * most, 2)
    assert piece is not None
    assert [entry.position for entry in piece.entries] == [2 * most + 1, 2 * most + 2]
