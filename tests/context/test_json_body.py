"""Bytes that are no good JSON are met with the right problem, quickly."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.json_body import DEEPEST, read_json, read_list, read_object
from pinisi.context.problems import BadRequestData, InvalidRequest, NgsiLdError, PayloadTooLarge


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"NaN", b"[NaN]", b"[Infinity]", b"[1e999]", b"{", b'{"a":}', b'"\xff"', b'"\xed\xa0\x80"', b"[1] x",
     b"\xef\xbb\xbf{}", b"\x00", b"{'a': 1}", b'"\\ud800"'],
)  # fmt: skip
def test_what_is_no_json_is_an_invalid_request(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        read_json(body)


@pytest.mark.parametrize("depth", [DEEPEST + 1, 300, 1_000, 10_000, 1_000_000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_deep_nesting_is_refused_whatever_its_depth(depth: int, opening: bytes, closing: bytes) -> None:
    began = time.process_time()
    with pytest.raises(BadRequestData, match="nested"):
        read_json(opening * depth + b"1" + closing * depth)
    assert time.process_time() - began < 1


def test_nesting_up_to_the_limit_is_read() -> None:
    body = b"[" * DEEPEST + b"]" * DEEPEST
    assert read_json(body) is not None
    assert len(read_json(b"[" + b"{}," * 1000 + b"{}]")) == 1001
    assert read_json(b'"' + b"[" * 200 + b'"') == "[" * 200


def test_a_large_body_is_refused_unread() -> None:
    with pytest.raises(PayloadTooLarge):
        read_json(b" " * 50_000_001, limit=50_000_000)


def test_a_body_must_be_what_the_operation_takes() -> None:
    with pytest.raises(BadRequestData):
        read_object(b"[]")
    with pytest.raises(BadRequestData):
        read_list(b"{}")
    assert read_object(b'{"a":1,"a":2}') == {"a": 2}


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        read_json(body)
    except NgsiLdError as error:
        assert error.status in (400, 413)


_DECEIVING = ['"["', '"]"', '"{"', '"}"', '"[]"', '"a"', '""', '"\\\\"', '"\\""', '"]["', "1", "[]", "{}"]


@given(st.integers(DEEPEST - 3, DEEPEST + 3), st.lists(st.tuples(*[st.sampled_from(_DECEIVING)] * 2), max_size=12))
def test_texts_with_brackets_hide_no_depth(depth: int, around: list[tuple[str, str]]) -> None:
    """Texts that look like the ends of lists, before and behind each level."""
    body = "1"
    for level in range(depth):
        before, behind = around[level % len(around)] if around else ("0", "0")
        body = f"[{before},{body},{behind}]" if level % 2 else f'{{"a":{before},"b":{body},"c":{behind}}}'
    inner = 1 if any(text in ("[]", "{}") for pair in around[:depth] for text in pair) else 0
    if depth > DEEPEST:
        with pytest.raises(BadRequestData, match="nested"):
            read_json(body.encode())
    elif depth + inner <= DEEPEST:
        assert read_json(body.encode()) is not None
