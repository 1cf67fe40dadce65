"""Registers other context sources, and reads what an answer warns of."""

from typing import Any

import httpx
from broker_at_hand import Broker


class Registrar:
    """Registers the partner here."""

    def __init__(self, broker: Broker, address: str) -> None:
        self.broker = broker
        self.address = address
        self._number = 0

    def __call__(
        self, *, mode: str = "inclusive", operations: list[str] | None = None, info: dict[str, Any] | None = None,
        properties: list[str] | None = None, endpoint: str | None = None, **more: Any,
    ) -> str:  # fmt: skip
        self._number += 1
        id = f"urn:ngsi-ld:ContextSourceRegistration:{self._number}"
        information: dict[str, Any] = {"entities": [info or {"type": "Bus"}]}
        if properties is not None:
            information["propertyNames"] = properties
        body: dict[str, Any] = {
            "id": id, "type": "ContextSourceRegistration", "mode": mode, "information": [information],
            "endpoint": endpoint or self.address, "tenant": self.broker.tenant, **more,
        }  # fmt: skip
        if operations is not None:
            body["operations"] = operations
        answer = self.broker.call("POST", "/csourceRegistrations", body)
        assert answer.status_code == 201, answer.text
        return id


def warnings(answer: httpx.Response) -> str:
    return answer.headers.get("ngsild-warning", "")
