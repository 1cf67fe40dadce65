"""Reads the stream in its order, each message once, from where it stood before a cut.

The consumer is an ephemeral one of JetStream that is thrown away and made anew, from the sequence after the last that
was heard, whenever its server goes silent or a message is missing: its state is this number, and nothing on a server.
"""

import asyncio
import contextlib
from collections.abc import Callable

import structlog
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from pinisi.feed.lines import tenant_of
from pinisi.feed.nats_link import AGAIN_SECONDS, FAULTS, NatsLink

BEAT_SECONDS = 1.0
SILENCE_SECONDS = 3.5
FORGOTTEN_SECONDS = 30.0
_log = structlog.get_logger("pinisi.feed")


class Missed(Exception):
    """The server has sent more than has come."""


class NatsReader:
    """`take` is given the tenant and the bytes of each message."""

    def __init__(self, link: NatsLink, take: Callable[[str, bytes], None]) -> None:
        self._link = link
        self._take = take
        self._last = 0
        self._began = False
        self.listening = asyncio.Event()

    async def run(self) -> None:
        while True:
            await self._link.wait()
            try:
                await self._link.see_to_stream()
                await self._follow()
            except (*FAULTS, Missed) as error:
                _log.info("reading the stream anew", reason=str(error) or repr(error))
                await asyncio.sleep(AGAIN_SECONDS)

    async def _follow(self) -> None:
        link = self._link
        inbox = link.client.new_inbox()
        subscription = await link.client.subscribe(inbox)
        try:
            info = await link.jetstream.add_consumer(link.address.stream, await self._config(inbox))
            try:
                self.listening.set()
                await self._listen(subscription)
            finally:
                self.listening.clear()
                with contextlib.suppress(*FAULTS):
                    await link.jetstream.delete_consumer(link.address.stream, info.name)
        finally:
            with contextlib.suppress(*FAULTS):
                await subscription.unsubscribe()

    async def _config(self, inbox: str) -> ConsumerConfig:
        """From the end at first; later from where it stood, or from the beginning of a stream that is a new one."""
        last = (await self._link.jetstream.stream_info(self._link.address.stream)).state.last_seq
        if not self._began:
            self._began, self._last = True, last
        elif last < self._last:
            self._last = 0
        return ConsumerConfig(
            deliver_subject=inbox,
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=self._last + 1,
            ack_policy=AckPolicy.NONE,
            idle_heartbeat=BEAT_SECONDS,
            inactive_threshold=FORGOTTEN_SECONDS,
            mem_storage=True,
            num_replicas=1,
        )

    async def _listen(self, subscription: Subscription) -> None:
        delivered = 0
        while True:
            message = await subscription.next_msg(timeout=SILENCE_SECONDS)
            if not message.reply:
                _check_beat(message, delivered)
                continue
            sequence = message.metadata.sequence
            delivered += 1
            if sequence.consumer != delivered:
                raise Missed(f"message {delivered} of the consumer")
            self._last = sequence.stream
            self._take(tenant_of(message.subject), message.data)


def _check_beat(message: Msg, delivered: int) -> None:
    """A sign of life says how many were sent."""
    told = (message.headers or {}).get("Nats-Last-Consumer")
    if told is not None and int(told) > delivered:
        raise Missed(f"the server has sent {told}, {delivered} have come")
