"""Answers of sources that are kept for a while are bounded, and end in time."""

from pinisi.context.federation.answer import Answer
from pinisi.context.federation.client import Outgoing
from pinisi.context.federation.kept_answers import ANSWERS_MOST, BYTES_MOST, KeptAnswers
from pinisi.context.targets import parse_target


def question(path: str, headers: bytes = b"") -> Outgoing:
    return Outgoing(method="GET", target=parse_target(f"http://source.example/{path}"), headers=headers)


def test_an_answer_ends_in_time_and_is_the_one_to_the_same_question() -> None:
    now = [0.0]
    kept = KeptAnswers(lambda: now[0])
    answer = Answer(status=200, body=b"[]")
    kept.keep("t", "s", question("a"), answer, 10)
    assert kept.of("t", "s", question("a")) is answer
    assert kept.of("t", "s", question("a", b"X-User: ani\r\n")) is None
    assert kept.of("u", "s", question("a")) is None
    now[0] = 10.0
    assert kept.of("t", "s", question("a")) is None


def test_the_first_ones_give_way() -> None:
    kept = KeptAnswers(lambda: 0.0)
    for number in range(ANSWERS_MOST + 1):
        kept.keep("t", "s", question(str(number)), Answer(status=200, body=b"[]"), 10)
    assert kept.of("t", "s", question("0")) is None
    assert kept.of("t", "s", question(str(ANSWERS_MOST))) is not None
    kept.forget("t", "s")
    assert kept.of("t", "s", question(str(ANSWERS_MOST))) is None


def test_no_more_is_kept_than_there_is_room_for() -> None:
    kept = KeptAnswers(lambda: 0.0)
    kept.keep("t", "s", question("huge"), Answer(status=200, body=b" " * (BYTES_MOST // 8 + 1)), 10)
    assert kept.of("t", "s", question("huge")) is None
    for number in range(9):
        kept.keep("t", "s", question(str(number)), Answer(status=200, body=b" " * (BYTES_MOST // 8)), 10)
    assert [number for number in range(9) if kept.of("t", "s", question(str(number)))] == list(range(1, 9))
