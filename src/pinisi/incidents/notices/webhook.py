"""A webhook: a POST whose body is signed as Standard Webhooks 1.0 writes it, so that any receiver can check it."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable

import msgspec

from pinisi.context.delivery import Delivery, HttpSender
from pinisi.context.targets import BadTarget, parse_target
from pinisi.incidents.notices.sending import Answer, Outgoing
from pinisi.vocabulary.instant import SECOND, Instant

TIMEOUT_SECONDS = 15.0
SECRET = "whsec_"
GONE = 410
_BUSY = frozenset({408, 425, 429})
_encode = msgspec.json.Encoder().encode


def new_secret() -> str:
    return SECRET + base64.b64encode(secrets.token_bytes(32)).decode()


def body_of(message: Outgoing) -> bytes:
    """What is posted, and what is published over MQTT."""
    words = {"id": message.id, "language": message.language, "exercise": message.exercise, "subject": message.subject}
    return _encode({**words, "notices": message.parts, "acknowledge": message.link or None})


def signature(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 of `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix(SECRET))
    made = hmac.new(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(made).decode()


class Webhook:
    """`now` is the time on the wall: receivers refuse what is signed for another time."""

    def __init__(self, http: HttpSender, now: Callable[[], Instant], seconds: float = TIMEOUT_SECONDS) -> None:
        self._http, self._now, self._seconds = http, now, seconds

    async def send(self, message: Outgoing) -> Answer:
        try:
            target = parse_target(message.address)
        except BadTarget as error:
            return Answer(False, str(error), final=True)
        body, timestamp = body_of(message), self._now() // SECOND
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Pinisi",
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(message.secret, message.id, timestamp, body),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
        receipt = await self._http.send(Delivery(target, lines, body, self._seconds))
        if receipt.taken:
            return Answer(True, f"HTTP {receipt.status}")
        refused = 400 <= receipt.status < 500 and receipt.status not in _BUSY
        return Answer(False, receipt.reason, final=refused, wait=receipt.retry_after)
