"""Custom notifications of NGSI v2 (`httpCustom`): an address, headers and a body made of an entity by `${name}`.

`${id}` and `${type}` are the entity's, any other name is the value of its attribute: texts as they are, the rest as
JSON; `null` stands for what the notification does not hold. A header whose template is empty is not sent ("Custom
Notifications" of NGSI v2).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import quote, unquote, urlsplit

import msgspec

from pinisi.context.ngsi_v2.attributes import default_type
from pinisi.context.problems import OperationNotSupported
from pinisi.context.targets import Target, parse_target
from pinisi.context.validate import refuse, shorten

METHODS = frozenset({"POST", "PUT", "PATCH", "GET", "DELETE"})
MOST = 100
_MACRO = re.compile(r"\$\{([^{}]+)\}")
_EXPRESSION = re.compile(r"[\s|()\[\]'\"<>=?,;&/*+!^%]")
"""What stands in an expression of JEXL, and in the name of hardly an attribute."""
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")
_OWN = frozenset({"host", "content-length", "connection", "transfer-encoding", "upgrade", "te", "trailer", "expect"})
"""Headers of the connection, which no template sets."""
_FIXED = frozenset({"ngsiv2-attrsformat", "fiware-correlator"})
"""Headers that a template may name in vain."""
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")
_encode = msgspec.json.Encoder().encode
Values = Mapping[str, Any]


class Custom(msgspec.Struct, frozen=True):
    """The templates of one subscription; `payload`, `json` and `ngsi` exclude each other, all None: the usual body.

    `ngsi` says what is other in the entity that is told; `silent`: there is no body; `topic`: that of MQTT.
    """

    url: str
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    payload: str | None = None
    json: Any = None
    ngsi: dict[str, Any] | None = None
    silent: bool = False
    topic: str | None = None

    @property
    def has_body(self) -> bool:
        return self.payload is not None or self.json is not None


def read_custom(told: dict[str, Any], url: str, field: str, topic: str | None = None) -> Custom:
    """The templates of `httpCustom` or `mqttCustom`, proved.

    Raises:
        BadRequestData: names the member.
    """
    try:
        host = urlsplit(url).netloc
    except ValueError as error:
        refuse(f"{field}.url", f"{shorten(url)} is no address: {error}")
    if has_macro(host):
        refuse(f"{field}.url", "a host is no template")
    method, payload, json = told.get("method", "POST"), told.get("payload"), told.get("json")
    if not isinstance(method, str) or method not in METHODS:
        refuse(f"{field}.method", f"{shorten(method)} is none of {', '.join(sorted(METHODS))}")
    if payload is not None and not isinstance(payload, str):
        refuse(f"{field}.payload", f"{shorten(payload)} is no text")
    if json is not None and not isinstance(json, dict | list):
        refuse(f"{field}.json", "is an object or a list")
    ngsi = told.get("ngsi")
    if ngsi is not None:
        _check_ngsi(ngsi, f"{field}.ngsi")
    bodies = [name for name in ("payload", "json", "ngsi") if name in told]
    if len(bodies) > 1:
        refuse(f"{field}.{bodies[1]}", f"goes not together with {bodies[0]}")
    headers = _pairs(told, "headers", field)
    for name, _ in headers:
        if not has_macro(name) and not _can_set(name):
            refuse(f"{field}.headers", f"{shorten(name)} cannot be set")
    return Custom(
        url=url,
        method=method,
        headers=headers,
        query=_pairs(told, "qs", field),
        payload=None if payload is None else unquote(payload),
        json=cast(Any, json),
        ngsi=cast(Any, ngsi),
        silent="payload" in told and payload is None,
        topic=topic,
    )


def _check_ngsi(ngsi: Any, field: str) -> None:
    """An entity of which any part may be missing."""
    if not isinstance(ngsi, dict):
        refuse(field, "is an entity of which any part may be missing")
    for name, member in cast(dict[str, Any], ngsi).items():
        if name in ("id", "type"):
            if not isinstance(member, str) or not member:
                refuse(f"{field}.{name}", f"{shorten(member)} is no text")
        elif not isinstance(member, dict) or not cast(dict[str, Any], member).keys() <= {"value", "type", "metadata"}:
            refuse(f"{field}.{name[:80]}", "an attribute is an object with value, type and metadata")


def check_macros(template: Any, field: str) -> None:
    """
    Raises:
        OperationNotSupported: a macro is an expression of JEXL, which would be told as null.
    """
    if isinstance(template, str):
        for macro in _MACRO.findall(unquote(template)):
            if _EXPRESSION.search(macro):
                told = f"{shorten(macro)} is an expression (JEXL), which is not served: a macro is a name, as ${{id}}"
                raise OperationNotSupported(told, field)
    elif isinstance(template, dict):
        for name, member in cast(dict[str, Any], template).items():
            if field.endswith((".headers", ".qs")):
                check_macros(name, field)
            check_macros(member, f"{field}.{name[:80]}")
    elif isinstance(template, list):
        for n, item in enumerate(cast(list[Any], template)):
            check_macros(item, f"{field}[{n}]")


def topic_for(custom: Custom, values: Values) -> str:
    """The topic of the notification of an entity; what MQTT keeps for those who listen is left out."""
    return "".join(letter for letter in fill(custom.topic or "", values) if letter not in "+#\0")


def told_by(custom: Custom, shown: dict[str, Any], values: Values) -> dict[str, Any]:
    """The entity (normalized) that is told in the place of another, by the template `ngsi`."""
    made: dict[str, Any] = _filled(custom.ngsi or {}, values)
    document = dict(shown)
    for name, member in made.items():
        if name in ("id", "type"):
            document[name] = _named(member, document.get(name, ""))
        else:
            value = member.get("value")
            document[name] = {"type": member.get("type", default_type(value)), "value": value,
                              "metadata": member.get("metadata", {})}  # fmt: skip
    return document


def _named(member: Any, own: str) -> str:
    """An id or a type; its own where the template names what is not there."""
    return own if member is None else _text(member)


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
    query = "&".join(
        f"{_in_address(fill(name, values))}={_in_address(fill(text, values))}" for name, text in custom.query
    )
    return parse_target(url + ("" if not query else ("&" if "?" in url else "?") + query))


def headers_for(custom: Custom, values: Values, usual: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The header lines: the usual ones, but for those that the template sets."""
    filled = [(fill(name, values), _UNSAFE.sub(" ", fill(unquote(text), values))) for name, text in custom.headers]
    own = [pair for pair in filled if _can_set(pair[0]) and pair[0].lower() not in _FIXED]
    if custom.payload is not None and not any(name.lower() == "content-type" for name, _ in own):
        own.insert(0, ("Content-Type", "text/plain; charset=utf-8"))
    set = {name.lower() for name, _ in own}
    return [pair for pair in usual if pair[0].lower() not in set] + [pair for pair in own if pair[1]]


def _can_set(header: str) -> bool:
    return _NAME.fullmatch(header) is not None and header.lower() not in _OWN


def body_for(custom: Custom, values: Values) -> bytes:
    """The body of a template that makes one (`has_body`), or nothing (`silent`)."""
    if custom.silent:
        return b""
    if custom.payload is not None:
        return fill(custom.payload, values).encode()
    return _encode(_filled(custom.json, values))


def _filled(template: Any, values: Values) -> Any:
    """A template of JSON: a text that is one macro alone becomes the value itself."""
    if isinstance(template, str):
        alone = _MACRO.fullmatch(template)
        return values.get(alone[1]) if alone else fill(template, values)
    if isinstance(template, dict):
        return {name: _filled(member, values) for name, member in cast(dict[str, Any], template).items()}
    if isinstance(template, list):
        return [_filled(item, values) for item in cast(list[Any], template)]
    return template


def has_macro(template: str) -> bool:
    return _MACRO.search(template) is not None


def fill(template: str, values: Values, form: Callable[[str], str] = str) -> str:
    return _MACRO.sub(lambda macro: form(_text(values.get(macro[1]))), template)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _encode(value).decode()


def _in_address(text: str) -> str:
    return quote(text, safe="")
