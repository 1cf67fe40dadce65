"""The pairs that an endpoint brings along (NGSI-LD 5.2.22): `receiverInfo`, sent as headers, and `notifierInfo`."""

import re
from typing import Any

from pinisi.context.json_members import array_of, object_of
from pinisi.context.subscription import KeyValue
from pinisi.context.validate import check_text, refuse, shorten

MOST = 500
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OUR_HEADERS = frozenset(
    {
        "host",
        "content-length",
        "content-type",
        "transfer-encoding",
        "connection",
        "link",
        "expect",
        "upgrade",
        "te",
        "trailer",
        "keep-alive",
        "proxy-connection",
        "ngsild-tenant",
        "ngsild-snapshot",
    }
)


def read_pairs(value: Any, field: str) -> tuple[KeyValue, ...]:
    """An array of pairs; an empty tuple where nothing was said, or an empty array.

    Raises:
        BadRequestData: names the element.
    """
    if value in ((), []):
        return ()
    pairs: list[KeyValue] = []
    for number, pair in enumerate(array_of(value, field, MOST)):
        place = f"{field}[{number}]"
        both = object_of(pair, place)
        key, said = check_text(both.get("key"), f"{place}.key"), both.get("value")
        if not isinstance(said, str):
            refuse(f"{place}.value", f"{shorten(said)} is not a text")
        pairs.append(KeyValue(key, said))
    return tuple(pairs)


def read_receiver_info(value: Any, field: str) -> tuple[KeyValue, ...]:
    """The same of what is sent as headers: each must be one, and none of those that the notifier writes.

    Raises:
        BadRequestData: names the element.
    """
    pairs = read_pairs(value, field)
    for number, pair in enumerate(pairs):
        if _HEADER_NAME.fullmatch(pair.key) is None:
            refuse(f"{field}[{number}].key", f"{shorten(pair.key)} is no name of an HTTP header")
        if pair.key.lower() in _OUR_HEADERS:
            refuse(f"{field}[{number}].key", f"the header {pair.key} is the notifier's own")
        if not pair.value.isprintable():
            refuse(f"{field}[{number}].value", "holds characters that no HTTP header may hold")
    return pairs
