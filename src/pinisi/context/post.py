"""The post: brings a sealed notification to its receiver by the protocol of its address."""

import asyncio
from typing import Protocol

from pinisi.context.delivery import Delivery, HttpSender, Receipt
from pinisi.context.mqtt_delivery import MqttMessage, MqttSender
from pinisi.context.targets import Targets

Sealed = Delivery | MqttMessage


class Sender(Protocol):
    async def send(self, delivery: Sealed) -> Receipt:
        """Deliver once; never raises but when cancelled."""
        ...

    async def close(self) -> None: ...


class Post:
    """HTTP and MQTT, to the targets that the operator lists."""

    def __init__(self, targets: Targets) -> None:
        self._http = HttpSender(targets)
        self._mqtt = MqttSender(targets)

    async def send(self, delivery: Sealed) -> Receipt:
        if isinstance(delivery, Delivery):
            return await self._http.send(delivery)
        return await self._mqtt.send(delivery)

    async def close(self) -> None:
        await asyncio.gather(self._http.close(), self._mqtt.close())
