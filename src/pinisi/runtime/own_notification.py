"""A source that hears what this city itself told: a notification of one of its own subscriptions.

Taken in, it would be a change, of which the subscription tells, which the source hears, and so for ever; the broker
between them (MQTT) hands no chain on. Whoever wants to make one value of another writes a reaction.
"""

from typing import Any, cast

import msgspec

from pinisi.city.text import Text
from pinisi.context.json_shapes import is_object
from pinisi.context.subscription import FOLLOWING, KIND
from pinisi.runtime.source import Message, Reject
from pinisi.store.protocol import Store

_MARK = b'"subscriptionId"'
_REASON = Text(
    "pemberitahuan dari langganan kota ini sendiri, {id}: tidak diambil, karena akan berputar tanpa akhir",
    "a notification of this city's own subscription {id}: it is not taken in, since it would go round for ever",
    "この都市自身の購読 {id} の通知です。際限なく循環するため、取り込みません",
)
_decode = msgspec.json.Decoder().decode


async def own_notification(store: Store, tenant: str, message: Message) -> Reject | None:
    """The reject of a message that is one, by HTTP or as MQTT wraps it (NGSI-LD 7.2); None for any other."""
    id = _subscription_of(message.body) if _MARK in message.body else None
    if id is None:
        return None
    for kind in (KIND, FOLLOWING):
        if await store.document(tenant, kind, id) is not None:
            words = [getattr(_REASON, language).format(id=id) for language in ("id", "en", "ja")]
            return Reject(key=message.origin, reason=Text(*words), raw=message.body[:4_000].decode("utf-8", "replace"))
    return None


def _subscription_of(body: bytes) -> str | None:
    """The subscription that a notification names."""
    try:
        document: Any = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    for _ in range(2):
        if not is_object(document):
            return None
        id: Any = document.get("subscriptionId")
        if isinstance(id, str) and isinstance(document.get("data"), list):
            return id
        document = cast(Any, document.get("body"))
    return None
