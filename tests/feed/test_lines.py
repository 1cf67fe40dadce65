"""What goes over the wire comes back; whatever else comes is refused."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.feed.lines import MOST_BYTES, BadMessage, Message, messages, read_message, subject_of, tenant_of
from pinisi.store.log import LogEntry, LogSlice
from pinisi.store.tenant_name import TENANT_NAME


def line(position: int, attributes: int = 1, detail: bytes | None = None) -> LogEntry:
    names = tuple(f"https://city.example/{position}/{n}" for n in range(attributes))
    return LogEntry(position=position, time=position, op="update", subject="urn:a", attributes=names, detail=detail)


def test_states_stay_in_the_store() -> None:
    ((message, body),) = messages(3, LogSlice([line(4, detail=b'{"name": "Ani"}')], 4))
    assert b"Ani" not in body
    assert read_message(body) == message == Message(3, 4, (line(4),))


def test_a_long_slice_goes_in_messages_that_follow_one_another() -> None:
    made = list(messages(0, LogSlice([line(n, 400) for n in range(1, 101)], 100)))
    assert len(made) > 1
    assert all(len(body) <= MOST_BYTES for _, body in made)
    assert [message.after for message, _ in made] == [0, *(message.position for message, _ in made[:-1])]
    assert [each.position for message, _ in made for each in message.lines or ()] == list(range(1, 101))


def test_a_line_that_is_too_long_is_left_to_the_store() -> None:
    made = list(messages(6, LogSlice([line(7), line(8, 20_000), line(9)], 9)))
    assert [(message.after, message.position, message.lines is None) for message, _ in made] == [
        (6, 7, False),
        (7, 8, True),
        (8, 9, False),
    ]


def test_what_was_trimmed_from_the_log_is_left_to_the_store() -> None:
    assert [message for message, _ in messages(3, LogSlice((), 90, reset=True))] == [Message(3, 90, None)]


def test_nothing_is_no_message() -> None:
    assert list(messages(3, LogSlice((), 3))) == []


@given(st.from_regex(TENANT_NAME, fullmatch=True))
def test_a_tenant_is_one_word_of_a_subject(tenant: str) -> None:
    subject = subject_of("pinisi", tenant)
    assert subject.count(".") == 2
    assert tenant_of(subject) == tenant


@given(st.one_of(st.binary(max_size=200), st.binary(min_size=1, max_size=9).map(lambda noise: b'["' + noise + b'"]')))
def test_any_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(BadMessage):
        read_message(body)


_places = st.integers(-2, 6)


@given(_places, _places, st.none() | st.lists(_places, max_size=4))
def test_only_lines_that_follow_one_another_are_taken(after: int, position: int, places: list[int] | None) -> None:
    lines = None if places is None else tuple(line(each) for each in places)
    body = msgspec.json.encode(Message(after, position, lines))
    ordered = places is None or (places == sorted(set(places)) and places and after < places[0])
    if ordered and after < position and (places is None or places[-1] == position):
        assert read_message(body) == Message(after, position, lines)
    else:
        with pytest.raises(BadMessage):
            read_message(body)
