"""Where a notification over MQTT goes, and how: `mqtt[s]://user:password@host:port/topic/sub` (NGSI-LD 7.2)."""

from collections.abc import Iterable
from typing import Literal
from urllib.parse import unquote, urlsplit

import msgspec

from pinisi.context.targets import LONGEST_URI, BadTarget, plain_host

Version = Literal["mqtt3.1.1", "mqtt5.0"]
Qos = Literal[0, 1, 2]
VERSION_KEY, QOS_KEY, RETAIN_KEY = "MQTT-Version", "MQTT-QoS", "MQTT-Retain"
"""Keys of `notifierInfo`; the last is no word of NGSI-LD: `retain` of NGSI v2 is kept so."""
_VERSIONS: dict[str, Version] = {"mqtt3.1.1": "mqtt3.1.1", "mqtt5.0": "mqtt5.0"}
_QOS: dict[str, Qos] = {"0": 0, "1": 1, "2": 2}
_RETAIN = {"false": False, "true": True}
_PORTS = {"mqtt": 1883, "mqtts": 8883}
LONGEST_TOPIC = 65_535


class MqttTarget(msgspec.Struct, frozen=True, kw_only=True):
    """An MQTT URI taken apart, with `notifierInfo` (Table 7.2-1). `user` and `password` None: not given.

    `retain`: the broker keeps the last message of the topic for those who come later (MQTT 5, 3.3.1.3).
    """

    tls: bool
    host: str
    port: int
    user: str | None
    password: str | None
    topic: str
    version: Version = "mqtt5.0"
    qos: Qos = 0
    retain: bool = False


class BadNotifierInfo(ValueError):
    """`notifierInfo` asks for what MQTT does not have; `key` names the pair."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(reason)
        self.key = key


def is_mqtt(uri: str) -> bool:
    return uri.partition(":")[0].lower() in _PORTS


def parse_mqtt_target(uri: str, notifier_info: Iterable[tuple[str, str]] = ()) -> MqttTarget:
    """Take an MQTT URI apart. User, password and topic may be percent-encoded.

    Raises:
        BadTarget: the URI names no host, no usable port or no topic that can be published to.
        BadNotifierInfo: the version or the quality of service is none of those of Table 7.2-1.
    """
    if len(uri) > LONGEST_URI or not uri.isascii() or any(char <= " " or char == "\x7f" for char in uri):
        raise BadTarget("is no URI: at most 2048 ASCII characters without spaces")
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError as error:
        raise BadTarget(f"is no URI: {error}") from None
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise BadTarget(f"the scheme {parts.scheme or '(none)'!r} is neither mqtt nor mqtts")
    host = plain_host(parts.hostname)
    if not host or port == 0:
        raise BadTarget("has no usable port" if host else "names no host")
    if "?" in uri or "#" in uri:
        raise BadTarget("a topic with ? or # in it is written percent-encoded")
    version, qos, retain = _protocol(notifier_info)
    return MqttTarget(
        tls=scheme == "mqtts",
        host=host,
        port=port or _PORTS[scheme],
        user=None if parts.username is None else _unquoted(parts.username, "the user name"),
        password=None if parts.password is None else _unquoted(parts.password, "the password"),
        topic=_topic(parts.path),
        version=version,
        qos=qos,
        retain=retain,
    )


def _topic(path: str) -> str:
    """What stands after the first slash; wildcards are for those who listen (MQTT 5, 4.7.1)."""
    topic = _unquoted(path[1:], "the topic")
    if not topic:
        raise BadTarget("names no topic: mqtt://host/topic")
    if any(char in topic for char in "+#\0") or len(topic.encode()) > LONGEST_TOPIC:
        raise BadTarget("the topic holds a wildcard (+ or #), or is too long")
    return topic


def _unquoted(text: str, what: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise BadTarget(f"{what} is not percent-encoded UTF-8") from None


def _protocol(pairs: Iterable[tuple[str, str]]) -> tuple[Version, Qos, bool]:
    version: Version = "mqtt5.0"
    qos: Qos = 0
    retain = False
    for key, value in pairs:
        if key == VERSION_KEY:
            if value not in _VERSIONS:
                raise BadNotifierInfo(key, f"{value[:40]!r} is none of {', '.join(_VERSIONS)}")
            version = _VERSIONS[value]
        elif key == QOS_KEY:
            if value not in _QOS:
                raise BadNotifierInfo(key, f"{value[:40]!r} is none of {', '.join(_QOS)}")
            qos = _QOS[value]
        elif key == RETAIN_KEY:
            if value not in _RETAIN:
                raise BadNotifierInfo(key, f"{value[:40]!r} is none of {', '.join(_RETAIN)}")
            retain = _RETAIN[value]
    return version, qos, retain
