"""The supervision system: a socket server that sites connect to (RSMP core 3.2.2, "Transport between site and
supervision system").

One link a site. Questions wait for their answer: the answer to a command names no question, so that the first that fits
is taken, as every supervisor does.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

from msgspec import UNSET

from pinisi.services.mobility.rsmp.catalogue import SXL, catalogue
from pinisi.services.mobility.rsmp.events import Closed, Event, Heard, NotUnderstood, Opened
from pinisi.services.mobility.rsmp.judgement import command_of, judge_report
from pinisi.services.mobility.rsmp.line import Clock, Line
from pinisi.services.mobility.rsmp.messages import (
    AggregatedStatus,
    AggregatedStatusRequest,
    Alarm,
    Asked,
    CommandRequest,
    CommandResponse,
    Content,
    Given,
    StatusName,
    StatusRequest,
    StatusResponse,
    StatusSubscribe,
    StatusUnsubscribe,
    Value,
    Wanted,
)
from pinisi.services.mobility.rsmp.moments import stamp
from pinisi.services.mobility.rsmp.session import NotOpen, Session, Times
from pinisi.services.mobility.rsmp.versions import Introduced

Hear = Callable[[str, Event], None]
"""The site's id, empty where it never said it, and what happened."""
_Reply = TypeVar("_Reply", CommandResponse, StatusResponse, AggregatedStatus, Alarm)
ANY_SITE = Introduced(sxl=SXL)


class SiteRefused(RuntimeError):
    """The site answered MessageNotAck; the text is its reason."""


class LinkLost(RuntimeError):
    """The site is not connected, or went away before it answered."""


class _Waiting:
    """One question: the message, which answer fits it, and who waits."""

    def __init__(self, asked: Content, fits: Callable[[Content], bool]) -> None:
        self.asked, self.fits = asked, fits
        self.answer: asyncio.Future[Content] = asyncio.get_running_loop().create_future()


class Supervisor:
    """`port` is known while `serve` runs."""

    def __init__(self, clock: Clock, heard: Hear, own: Introduced = ANY_SITE, times: Times | None = None) -> None:
        self.port = 0
        self._clock, self._heard, self._own, self._times = clock, heard, own, times
        self._lines: dict[str, Line] = {}
        self._waiting: dict[str, list[_Waiting]] = {}
        self._running: dict[asyncio.Task[None], Line] = {}

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncGenerator["Supervisor"]:
        server = await asyncio.start_server(self._begin, host, port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for line in list(self._running.values()):
                line.close("the supervisor stops")
            if self._running:
                await asyncio.wait(self._running)

    def connected(self) -> list[str]:
        return sorted(self._lines)

    def unacknowledged(self, site: str) -> int:
        """How many of our messages wait for an acknowledgement. Raises LinkLost."""
        return self._line(site).session.unacknowledged

    def cut(self, site: str) -> None:
        """Drop a link as if the cable were cut."""
        self._line(site).cut()

    async def status(self, site: str, component: str, code: str) -> Mapping[str, Value]:
        """All values of a status; a value is None where the site has none.

        Raises:
            SiteRefused, LinkLost, TimeoutError of the caller's `asyncio.timeout`.
        """
        names = tuple(StatusName(code, argument.name) for argument in catalogue().status[code].arguments)
        request = StatusRequest(component=component, asked=names)
        answer = await self._ask(site, request, StatusResponse, lambda reply: {v.code for v in reply.values} == {code})
        return {value.name: value.value for value in answer.values}

    async def command(self, site: str, component: str, code: str, **arguments: str) -> CommandResponse:
        """Order something; the answer holds the arguments as they stand now.

        Raises:
            SiteRefused: wrong security code, a bad argument, or not safe. LinkLost.
        """
        order = command_of(code).order
        given = [Given(code=code, name=name, order=order, value=value) for name, value in arguments.items()]
        request = CommandRequest(component=component, arguments=tuple(given))
        return await self._ask(site, request, CommandResponse, lambda reply: {v.code for v in reply.values} == {code})

    async def aggregated(self, site: str, component: str) -> AggregatedStatus:
        """Ask for the aggregated status (since 3.1.5)."""
        return await self._ask(site, AggregatedStatusRequest(component=component), AggregatedStatus, lambda _: True)

    async def alarm(self, site: str, component: str, code: str, purpose: str) -> Alarm:
        """`purpose` is Request (since 3.1.5), Acknowledge, Suspend or Resume.

        The public schemas want `aTs` in an acknowledgement also of the one who asks; the text does not have it.
        """
        at = stamp(self._clock()) if purpose == "Acknowledge" else UNSET
        request = Alarm(component=component, code=code, purpose=purpose, at=at)
        return await self._ask(site, request, Alarm, lambda reply: reply.code == code)

    def subscribe(self, site: str, component: str, wanted: Iterable[Wanted]) -> None:
        """Raises LinkLost. The updates come as events."""
        self.send(site, StatusSubscribe(component=component, wanted=tuple(wanted)))

    def unsubscribe(self, site: str, component: str, names: Iterable[StatusName]) -> None:
        self.send(site, StatusUnsubscribe(component=component, asked=tuple(names)))

    async def _ask(self, site: str, asked: Asked | Alarm, kind: type[_Reply], fits: Callable[[_Reply], bool]) -> _Reply:
        def fitting(reply: Content) -> bool:
            return isinstance(reply, kind) and reply.component == asked.component and fits(reply)

        waiting = _Waiting(asked, fitting)
        self._waiting.setdefault(site, []).append(waiting)
        try:
            self.send(site, asked)
            answer = await waiting.answer
        finally:
            self._waiting[site].remove(waiting)
        assert isinstance(answer, kind)
        return answer

    def send(self, site: str, message: Content) -> None:
        """Any message; nobody waits for its answer. Raises LinkLost."""
        try:
            self._line(site).send(message)
        except NotOpen as error:
            raise LinkLost(f"{site}: {error}") from None

    def _line(self, site: str) -> Line:
        if site not in self._lines:
            raise LinkLost(f"{site} is not connected")
        return self._lines[site]

    async def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        session = Session("supervisor", self._own, judge_report, self._times)
        line = Line(session, (reader, writer), self._clock, lambda event: self._hear(line, event))
        self._running[task] = line
        try:
            await line.run()
        finally:
            del self._running[task]

    def _hear(self, line: Line, event: Event) -> None:
        site = line.session.sites[0] if line.session.sites else ""
        match event:
            case Opened():
                self._replace(site, line)
            case Closed(reason=reason):
                self._gone(site, line, reason)
            case Heard(message=message):
                self._settle(site, message)
            case NotUnderstood(message=message, reason=reason):
                self._fail(site, message.id, reason)
            case _:
                pass
        self._heard(site, event)

    def _replace(self, site: str, line: Line) -> None:
        """A site that connects anew has lost its old link, even where we have not noticed yet."""
        former = self._lines.get(site)
        self._lines[site] = line
        if former is not None:
            former.close("the site connected anew")

    def _gone(self, site: str, line: Line, reason: str) -> None:
        if self._lines.get(site) is not line:
            return
        del self._lines[site]
        for waiting in self._waiting.get(site, []):
            _fail(waiting, LinkLost(f"{site}: {reason}"))

    def _settle(self, site: str, message: Content) -> None:
        for waiting in self._waiting.get(site, []):
            if not waiting.answer.done() and waiting.fits(message):
                waiting.answer.set_result(message)
                return

    def _fail(self, site: str, id: str, reason: str) -> None:
        for waiting in self._waiting.get(site, []):
            if waiting.asked.id == id:
                _fail(waiting, SiteRefused(reason))


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.answer.done():
        waiting.answer.set_exception(error)
