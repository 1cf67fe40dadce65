"""Where notifications of NGSI v2 go: `http`, `httpCustom`, `mqtt`, `mqttCustom`."""

from urllib.parse import quote, urlsplit

from pinisi.context.json_members import Payload
from pinisi.context.mqtt_target import QOS_KEY, RETAIN_KEY
from pinisi.context.ngsi_v2.members import known_members, object_at
from pinisi.context.ngsi_v2.templates import Custom, has_macro, read_custom
from pinisi.context.subscription import Endpoint, KeyValue
from pinisi.context.validate import refuse, shorten

KINDS = ("http", "httpCustom", "mqtt", "mqttCustom")
CUSTOM = frozenset({"httpCustom", "mqttCustom"})
LONGEST_MS = 1_800_000
_MADE = frozenset({"payload", "json", "ngsi"})
_MQTT = frozenset({"url", "topic", "qos", "retain", "user", "passwd"})
_MEMBERS = {
    "http": frozenset({"url", "timeout"}),
    "httpCustom": frozenset({"url", "timeout", "headers", "qs", "method"}) | _MADE,
    "mqtt": _MQTT,
    "mqttCustom": _MQTT | _MADE,
}
_BY_ENTITY = "by-entity"
"""The topic in the address of a subscription whose topic is made of each entity."""


def read_endpoint(told: Payload) -> Endpoint:
    """The endpoint of `notification`.

    Raises:
        BadRequestData: names the member.
    """
    kind = _kind(told)
    members, field = _members(told, kind)
    if not kind.startswith("mqtt"):
        return Endpoint(uri=_url(members, field), timeout=_timeout(members, field))
    topic, qos = members.get("topic"), members.get("qos", 0)
    if not isinstance(topic, str) or not topic:
        refuse(f"{field}.topic", f"{shorten(topic)} is no topic")
    if isinstance(qos, bool) or qos not in (0, 1, 2):
        refuse(f"{field}.qos", f"{shorten(qos)} is none of 0, 1, 2")
    retain = members.get("retain", False)
    if not isinstance(retain, bool):
        refuse(f"{field}.retain", f"{shorten(retain)} is neither true nor false")
    fixed = _BY_ENTITY if kind == "mqttCustom" and has_macro(topic) else topic
    uri = _with_topic(_url(members, field), fixed, members, field)
    info = (KeyValue(QOS_KEY, str(int(qos))), KeyValue(RETAIN_KEY, str(retain).lower()))
    return Endpoint(uri=uri, notifier_info=info)


def read_custom_endpoint(told: Payload) -> Custom | None:
    """The templates of a custom endpoint; None: it is none."""
    kind = _kind(told)
    if kind not in CUSTOM:
        return None
    members, field = _members(told, kind)
    return read_custom(members, _url(members, field), field, members.get("topic"))


def _kind(told: Payload) -> str:
    found = [kind for kind in KINDS if kind in told]
    if len(found) != 1:
        refuse("notification", f"{', '.join(KINDS[:-1])} or {KINDS[-1]}, one of them")
    return found[0]


def _members(told: Payload, kind: str) -> tuple[Payload, str]:
    field = f"notification.{kind}"
    members = object_at(told[kind], field)
    known_members(members, _MEMBERS[kind], f"{field}.")
    return members, field


def _with_topic(url: str, topic: str, mqtt: Payload, field: str) -> str:
    """One address as NGSI-LD writes it: account, host and topic."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        refuse(f"{field}.url", f"{shorten(url)} is no address: {error}")
    user, password = mqtt.get("user"), mqtt.get("passwd")
    account = ""
    if isinstance(user, str) and isinstance(password, str):
        account = f"{quote(user, safe='')}:{quote(password, safe='')}@"
    elif user is not None or password is not None:
        refuse(f"{field}.user", "user and passwd go together")
    return f"{parts.scheme}://{account}{parts.netloc}/{quote(topic, safe='/')}"


def _url(told: Payload, field: str) -> str:
    url = told.get("url")
    if not isinstance(url, str) or not url:
        refuse(f"{field}.url", f"{shorten(url)} is no address")
    return url


def _timeout(told: Payload, field: str) -> float | None:
    """In seconds; v2 says milliseconds."""
    value = told.get("timeout")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_MS:
        refuse(f"{field}.timeout", f"{shorten(value)} is no number of milliseconds")
    return value / 1000
