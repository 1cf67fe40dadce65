"""The agent at its socket: answers what it is asked with the right community name, and can be at fault."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pinisi.services.mobility.ntcip.objects import Oid
from pinisi.services.mobility.ntcip.site.ber import GET, GET_NEXT, RESPONSE, SET, Misformed, Pdu, Value, read, write
from pinisi.services.mobility.ntcip.site.controller import Controller

TOO_BIG, NO_SUCH_NAME, GENERAL = 1, 2, 5
Address = tuple[str, int]


@dataclass
class AgentFaults:
    """`mute`: answers nothing. `refuses`: an error-status by object. `lies`: what it says instead, of any type.
    `deaf`: confirms and does nothing. `short`: cuts its answers. `stranger`: answers questions that nobody asked.
    """

    mute: bool = False
    refuses: dict[Oid, int] = field(default_factory=dict[Oid, int])
    lies: dict[Oid, Value] = field(default_factory=dict[Oid, Value])
    deaf: bool = False
    short: bool = False
    stranger: bool = False


class Agent(asyncio.DatagramProtocol):
    """`heard` counts datagrams, those with a wrong community name too: of them it says nothing, as RFC 1157 has it."""

    def __init__(self, controller: Controller, community: str) -> None:
        self.controller, self.community = controller, community.encode()
        self.faults = AgentFaults()
        self.heard = self.port = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Address) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self.heard += 1
        answer = self.answer(data)
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)

    def answer(self, data: bytes) -> bytes | None:
        """None where it says nothing."""
        try:
            asked = read(data)
        except Misformed:
            return None
        if self.faults.mute or asked.community != self.community or asked.kind == RESPONSE:
            return None
        told = self._told(asked)
        if self.faults.stranger:
            told = Pdu(community=told.community, kind=RESPONSE, id=told.id + 1, values=told.values)
        written = write(told)
        return written[: len(written) // 2] if self.faults.short else written

    def _told(self, asked: Pdu) -> Pdu:
        values: list[tuple[Oid, Value]] = []
        known = self.controller.values()
        for at, (oid, value) in enumerate(asked.values, start=1):
            status, told = self._one(asked.kind, oid, value, known)
            if status:
                return Pdu(
                    community=self.community, kind=RESPONSE, id=asked.id, status=status, index=at, values=asked.values
                )
            values.append(told)
        if asked.kind == SET and not self.faults.deaf:
            for oid, value in asked.values:
                assert isinstance(value, int)
                self.controller.set(oid, value)
        return Pdu(community=self.community, kind=RESPONSE, id=asked.id, values=tuple(values))

    def _one(
        self, kind: int, oid: Oid, value: Value, known: Mapping[Oid, int | bytes]
    ) -> tuple[int, tuple[Oid, Value]]:
        """An error-status, or what is told of the object."""
        if oid in self.faults.refuses:
            return self.faults.refuses[oid], (oid, value)
        if kind == GET:
            return self._got(oid, known)
        if kind == GET_NEXT:
            return self._got(_next(oid, sorted(known)), known)
        return self.controller.fault(oid, value), (oid, self.faults.lies.get(oid, value))

    def _got(self, oid: Oid | None, known: Mapping[Oid, int | bytes]) -> tuple[int, tuple[Oid, Value]]:
        if oid is None or oid not in known:
            return NO_SUCH_NAME, (oid or (0, 0), None)
        return 0, (oid, self.faults.lies.get(oid, known[oid]))


def _next(oid: Oid, ordered: Sequence[Oid]) -> Oid | None:
    return next((each for each in ordered if each > oid), None)


@asynccontextmanager
async def serving(agent: Agent, host: str = "127.0.0.1", port: int = 0) -> AsyncGenerator[Agent]:
    """`agent.port` is known while it serves."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: agent, (host, port))
    try:
        yield agent
    finally:
        transport.close()
