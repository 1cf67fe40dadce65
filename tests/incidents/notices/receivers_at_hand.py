"""Receivers on loopback: an HTTP server that keeps what it is told, and a real SMTP server."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import msgspec
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope, Session

from patience import PATIENCE
from ports import free_port


@dataclass(frozen=True)
class Posted:
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return msgspec.json.decode(self.raw)


@dataclass
class HttpReceiver:
    """Answers every POST by `status`; while `held`, not at all."""

    status: int = 200
    more: str = ""
    posted: list[Posted] = field(default_factory=list[Posted])
    port: int = 0

    async def start(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.news = asyncio.Event()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self.open.set()
        self._server.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def wait(self, count: int) -> list[Posted]:
        async with asyncio.timeout(PATIENCE):
            while len(self.posted) < count:
                self.news.clear()
                await self.news.wait()
        return self.posted

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
                self.posted.append(Posted(headers, await reader.readexactly(int(headers["content-length"]))))
                self.news.set()
                await self.open.wait()
                writer.write(f"HTTP/1.1 {self.status} Said\r\n{self.more}Content-Length: 0\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class MailReceiver:
    """A real SMTP server in a thread; `answers` are what it says to a message instead of taking it, one by one."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.receivers: list[str] = []
        self.answers: list[str] = []
        self._port = free_port()
        self._controller: Controller | None = None

    @property
    def address(self) -> str:
        return f"smtp+plain://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self._port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return f"550 5.1.1 <{address}> no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        if self.answers:
            return self.answers.pop(0)
        content = cast("bytes", envelope.content)
        self.mails.append(cast("EmailMessage", message_from_bytes(content, policy=policy.default)))
        self.receivers += envelope.rcpt_tos
        return f"250 2.0.0 Ok: queued as Q{len(self.mails)}"
