"""Bodies of requests: what is wrong is named by its path."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.people.account_register import AccountChange
from pinisi.people.errors import BadField
from pinisi.people.interface import AccountRequest, TokenRequest
from pinisi.people.requests import read_request


@pytest.mark.parametrize(
    ("body", "field", "why"),
    [
        (b"", "body", "is not JSON"),
        (b"\xff", "body", "is not JSON"),
        (b"[" * 10_000, "body", "is not JSON|expected"),
        (b"[]", "body", "expected `object`"),
        (b'{"account": "budi"}', "assignments", "is missing"),
        (b'{"account": 7, "assignments": []}', "account", "expected `str`"),
        (b'{"account": "budi", "assignments": [{"role": 1}]}', "assignments[0].role", "expected `str`"),
        (b'{"account": "budi", "assignments": [{"role": "viewer", "area": []}]}', "assignments[0].area", "not known"),
        (b'{"account": "budi", "assignments": [], "admin": true}', "admin", "is not known here"),
    ],
)
def test_a_bad_member_is_named(body: bytes, field: str, why: str) -> None:
    with pytest.raises(BadField, match=why) as bad:
        read_request(body, AccountRequest)
    assert bad.value.field == field


def test_a_misspelt_limit_of_a_token_does_not_pass_for_no_limit() -> None:
    with pytest.raises(BadField) as bad:
        read_request(b'{"label": "x", "permissions": [], "grants": [{"type": ["urn:t"]}]}', TokenRequest)
    assert bad.value.field == "grants[0].type"


def test_what_is_not_given_is_not_changed() -> None:
    assert read_request(b"{}", AccountChange) == AccountChange()


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        read_request(body, AccountChange)
    except BadField as bad:
        assert bad.field


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_any_json_is_read_or_refused(value: object) -> None:
    try:
        body = msgspec.json.encode(value)
    except (OverflowError, UnicodeEncodeError):
        return
    try:
        read_request(body, AccountRequest)
    except BadField as bad:
        assert bad.field
