"""What goes around a notification: the headers of HTTP (NGSI-LD 6.3.8), or the `metadata` of MQTT (7.2)."""

from typing import Any, cast

import msgspec

from pinisi.context.delivery import Delivery, opening_of
from pinisi.context.mqtt_delivery import MqttMessage
from pinisi.context.mqtt_target import MqttTarget, is_mqtt, parse_mqtt_target
from pinisi.context.subscription import Endpoint
from pinisi.context.targets import Target, parse_target
from pinisi.context.term_table import TermTable

TIMEOUT = 10.0
LONGEST_TIMEOUT = 60.0
_CONTEXT_RELATION = "http://www.w3.org/ns/json-ld#context"
_CORE = "/ngsi-ld-core-context"
_encode = msgspec.json.Encoder().encode


class HttpEnvelope(msgspec.Struct, frozen=True):
    target: Target
    headers: bytes
    timeout: float
    opening: bytes

    def seal(self, body: bytes) -> Delivery:
        return Delivery(self.target, self.headers, body, self.timeout, self.opening)


class MqttEnvelope(msgspec.Struct, frozen=True):
    target: MqttTarget
    opening: bytes
    timeout: float

    def seal(self, body: bytes) -> MqttMessage:
        return MqttMessage(self.target, b"".join((self.opening, body, b"}")), self.timeout)


Envelope = HttpEnvelope | MqttEnvelope


def target_of(endpoint: Endpoint) -> Target | MqttTarget:
    """Where the endpoint is.

    Raises:
        BadTarget: its URI is none that is served.
        BadNotifierInfo: what it asks of MQTT does not exist.
    """
    if is_mqtt(endpoint.uri):
        return parse_mqtt_target(endpoint.uri, ((pair.key, pair.value) for pair in endpoint.notifier_info))
    return parse_target(endpoint.uri)


def envelope_of(endpoint: Endpoint, table: TermTable, tenant: str | None, snapshot: str | None = None) -> Envelope:
    """The same for all notifications of a subscription. `tenant`, `snapshot` None: it is not named.

    Raises:
        BadTarget: the endpoint's URI is none that is served.
    """
    timeout = min(endpoint.timeout or TIMEOUT, LONGEST_TIMEOUT)
    named = _named(endpoint, table, tenant, snapshot)
    target = target_of(endpoint)
    if isinstance(target, MqttTarget):
        return MqttEnvelope(target, b'{"metadata":' + _encode(dict(named)) + b',"body":', timeout)
    headers = "".join(f"{name}: {value}\r\n" for name, value in named).encode()
    return HttpEnvelope(target, headers, timeout, opening_of(target, headers))


def _named(endpoint: Endpoint, table: TermTable, tenant: str | None, snapshot: str | None) -> list[tuple[str, str]]:
    lines = [("Content-Type", endpoint.accept)]
    if not carries_context(endpoint):
        lines.append(("Link", f'<{link_of(table)}>; rel="{_CONTEXT_RELATION}"; type="application/ld+json"'))
    if tenant is not None:
        lines.append(("NGSILD-Tenant", tenant))
    if snapshot is not None:
        lines.append(("NGSILD-Snapshot", snapshot))
    return lines + [(pair.key, pair.value) for pair in endpoint.receiver_info]


def carries_context(endpoint: Endpoint) -> bool:
    """Whether the @context stands in the body and not in a Link header: with JSON-LD, and with GeoJSON unless the
    receiver prefers `body=json` (5.3.1, 6.3.8)."""
    if endpoint.accept == "application/geo+json":
        return not any(pair.key.lower() == "prefer" and pair.value == "body=json" for pair in endpoint.receiver_info)
    return endpoint.accept == "application/ld+json"


def link_of(table: TermTable) -> str | None:
    """The address for the Link header; a list is named by the one address in it that is not the core's."""
    return table.link if table.link is not None else address_of(table.served)


def address_of(context: Any) -> str | None:
    """Where a @context that is an address, or a list of the core's and one more, can be had; None: nowhere as one."""
    if not isinstance(context, list):
        return context if isinstance(context, str) else None
    others = [item for item in cast(list[Any], context) if not (isinstance(item, str) and _CORE in item)]
    return others[0] if len(others) == 1 and isinstance(others[0], str) else None
