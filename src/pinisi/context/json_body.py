"""Bytes of a request -> JSON, safely."""

from typing import Any

import msgspec

from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.problems import BadRequestData, InvalidRequest, PayloadTooLarge

MEGABYTE = 1_000_000
LIMIT = 10 * MEGABYTE
DEEPEST = 100

_NEITHER_BRACKET_NOR_QUOTE = bytes(set(range(256)) - set(b'[]{}"'))

_decode = msgspec.json.Decoder().decode


def read_json(body: bytes, limit: int = LIMIT) -> Any:
    """Decode the body of a request; of a repeated member the last one counts.

    Raises:
        PayloadTooLarge: for more than `limit` bytes.
        InvalidRequest: for an empty body, for what is no JSON (NaN, wrong UTF-8 ...), for numbers beyond a float.
        BadRequestData: for lists and objects nested more than 100 deep.
    """
    if len(body) > limit:
        raise PayloadTooLarge(f"the body has {len(body)} bytes, {limit} are accepted")
    if not body:
        raise InvalidRequest("the body is empty, JSON is expected")
    try:
        document = _decode(body)
    except RecursionError:
        raise BadRequestData(f"lists and objects are nested more than {DEEPEST} deep") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"the body is no valid JSON: {error}") from None
    if body.count(b"[") + body.count(b"{") > DEEPEST and not _is_shallow(body):
        _check_depth(document)
    return document


def _is_shallow(body: bytes) -> bool:
    """Whether it can be seen from the brackets alone that nothing is nested too deep: 1 us an entity instead of 5.

    Of the body only brackets and quotes stay, and of the quotes none that stand together: those of a text without
    brackets. A quote that stays belongs to a text with brackets, which would deceive; so would one behind a backslash.
    """
    if b"\\" in body:
        return False
    left = body.translate(None, _NEITHER_BRACKET_NOR_QUOTE).replace(b'""', b"")
    if b'"' in left:
        return False
    for _ in range(DEEPEST // 2):
        left = left.replace(b"{}", b"").replace(b"[]", b"")
        if not left:
            return True
    return False


def _check_depth(document: Any) -> None:
    """Walk level by level, so that no depth can exhaust the stack."""
    level: list[Any] = [document]
    for _ in range(DEEPEST):
        level = [
            child
            for parent in level
            for child in (parent.values() if parent.__class__ is dict else parent)
            if child.__class__ is dict or child.__class__ is list
        ]
        if not level:
            return
    raise BadRequestData(f"lists and objects are nested more than {DEEPEST} deep")


def read_object(body: bytes, limit: int = LIMIT) -> dict[str, Any]:
    """As `read_json`, for a body that must be one JSON object."""
    document = read_json(body, limit)
    if not is_object(document):
        raise BadRequestData("the body must be a JSON object")
    return document


def read_list(body: bytes, limit: int = LIMIT) -> list[Any]:
    """As `read_json`, for a body that must be a JSON array (batch operations)."""
    document = read_json(body, limit)
    if not is_list(document):
        raise BadRequestData("the body must be a JSON array")
    return document
