"""Custom notifications of NGSI v2 (`httpCustom`): an address, headers and a body made of an entity by `${name}`.

`${id}` and `${type}` are the entity's, any other name is the value of its attribute: texts as they are, the rest as
JSON; nothing stands for what the notification does not hold ("Custom Notifications" of NGSI v2).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import quote, unquote, urlsplit

import msgspec

from pinisi.context.targets import Target, parse_target
from pinisi.context.validate import refuse, shorten

METHODS = frozenset({"POST", "PUT", "PATCH", "GET", "DELETE"})
MOST = 100
_MACRO = re.compile(r"\$\{([^{}]+)\}")
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")
_OWN = frozenset({"host", "content-length", "connection", "transfer-encoding", "upgrade", "te", "trailer", "expect"})
"""Headers of the connection, which no template sets."""
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")
_encode = msgspec.json.Encoder().encode
Values = Mapping[str, Any]


class Custom(msgspec.Struct, frozen=True):
    """The templates of one subscription; `payload` and `json` exclude each other, both None: the usual notification."""

    url: str
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    payload: str | None = None
    json: Any = None

    @property
    def has_body(self) -> bool:
        return self.payload is not None or self.json is not None


def read_custom(told: dict[str, Any], url: str, field: str) -> Custom:
    """The templates of `httpCustom`, proved.

    Raises:
        BadRequestData: names the member.
    """
    if _MACRO.search(urlsplit(url).netloc):
        refuse(f"{field}.url", "a host is no template")
    method, payload, json = told.get("method", "POST"), told.get("payload"), told.get("json")
    if method not in METHODS:
        refuse(f"{field}.method", f"{shorten(method)} is none of {', '.join(sorted(METHODS))}")
    if payload is not None and not isinstance(payload, str):
        refuse(f"{field}.payload", f"{shorten(payload)} is no text")
    if json is not None and not isinstance(json, dict | list):
        refuse(f"{field}.json", "is an object or a list")
    if payload is not None and json is not None:
        refuse(f"{field}.json", "goes not together with payload")
    headers = _pairs(told, "headers", field)
    for name, _ in headers:
        if _NAME.fullmatch(name) is None or name.lower() in _OWN:
            refuse(f"{field}.headers", f"{shorten(name)} cannot be set")
    return Custom(
        url, method, headers, _pairs(told, "qs", field), None if payload is None else unquote(payload), cast(Any, json)
    )


def _pairs(told: dict[str, Any], name: str, field: str) -> tuple[tuple[str, str], ...]:
    value = told.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in cast(dict[str, Any], value).values()):
        refuse(f"{field}.{name}", "is an object of texts")
    pairs = cast(dict[str, str], value)
    if len(pairs) > MOST:
        refuse(f"{field}.{name}", f"has more than {MOST} members")
    return tuple(pairs.items())


def target_for(custom: Custom, values: Values) -> Target:
    """Where the notification of an entity goes.

    Raises:
        BadTarget: what came out is no address.
    """
    url = fill(custom.url, values, _in_address)
    query = "&".join(f"{_in_address(name)}={_in_address(fill(text, values))}" for name, text in custom.query)
    return parse_target(url + ("" if not query else ("&" if "?" in url else "?") + query))


def headers_for(custom: Custom, values: Values, usual: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The header lines: the usual ones, but for those that the template sets."""
    own = [(name, _UNSAFE.sub(" ", fill(text, values))) for name, text in custom.headers]
    if custom.payload is not None and not any(name.lower() == "content-type" for name, _ in own):
        own.insert(0, ("Content-Type", "text/plain; charset=utf-8"))
    set = {name.lower() for name, _ in own}
    return [pair for pair in usual if pair[0].lower() not in set] + own


def body_for(custom: Custom, values: Values) -> bytes:
    if custom.payload is not None:
        return fill(custom.payload, values).encode()
    return _encode(_filled(custom.json, values))


def _filled(template: Any, values: Values) -> Any:
    """A template of JSON: a text that is one macro alone becomes the value itself."""
    if isinstance(template, str):
        alone = _MACRO.fullmatch(template)
        return values.get(alone[1]) if alone else fill(template, values)
    if isinstance(template, dict):
        return {fill(name, values): _filled(member, values) for name, member in cast(dict[str, Any], template).items()}
    if isinstance(template, list):
        return [_filled(item, values) for item in cast(list[Any], template)]
    return template


def fill(template: str, values: Values, form: Callable[[str], str] = str) -> str:
    return _MACRO.sub(lambda macro: form(_text(values.get(macro[1]))), template)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else _encode(value).decode()


def _in_address(text: str) -> str:
    return quote(text, safe="")
