"""The post: brings a sealed notification to its receiver by the protocol of its address."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from pinisi.context.delivery import Delivery, HttpSender, Receipt
from pinisi.context.mqtt_delivery import MqttMessage, MqttSender
from pinisi.context.mqtt_target import MqttTarget
from pinisi.context.targets import Reachable, Target, Targets

Sealed = Delivery | MqttMessage


class Sender(Protocol):
    async def send(self, delivery: Sealed) -> Receipt:
        """Deliver once; never raises but when cancelled."""
        ...

    def post(self, delivery: Sealed, answered: Callable[[Receipt | None], None]) -> Callable[[], None] | None:
        """Deliver once without waiting, where a connection is at hand; None where there is none: nothing was sent.

        `answered` is called once, later: with None when the connection was lost before the answer. What is given back
        ends the connection.
        """
        ...

    def idle(self, target: Reachable) -> bool:
        """Whether `post` will find a connection to this target, as far as is known."""
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

    def post(self, delivery: Sealed, answered: Callable[[Receipt | None], None]) -> Callable[[], None] | None:
        if isinstance(delivery, Delivery):
            return self._http.post(delivery, answered)
        return self._mqtt.post(delivery, answered)

    def idle(self, target: Reachable) -> bool:
        if isinstance(target, Target):
            return self._http.idle(target)
        return isinstance(target, MqttTarget) and self._mqtt.idle(target)

    async def close(self) -> None:
        await asyncio.gather(self._http.close(), self._mqtt.close())
