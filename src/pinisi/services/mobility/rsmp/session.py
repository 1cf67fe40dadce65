"""One link from its first byte to its last, without any I/O: bytes and moments in, bytes and events out.

RSMP core 3.2.2: "Message acknowledgement", "RSMP/SXL version", "Watchdog", "Communication establishment between sites
and supervision system", "Communication rejection", "Communication disruption".
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from pinisi.services.mobility.rsmp.dialect import understood, written
from pinisi.services.mobility.rsmp.events import (
    Cause,
    Closed,
    Confirmed,
    Event,
    Heard,
    Ignored,
    NotUnderstood,
    Opened,
    TurnedDown,
    WatchdogHeard,
)
from pinisi.services.mobility.rsmp.frames import Broken, FrameReader, Misread, read, write
from pinisi.services.mobility.rsmp.messages import (
    Content,
    Message,
    MessageAck,
    MessageNotAck,
    Numbered,
    SiteId,
    Spoken,
    Version,
    Watchdog,
)
from pinisi.services.mobility.rsmp.moments import stamp
from pinisi.services.mobility.rsmp.versions import Introduced, Unfit, agreed
from pinisi.vocabulary.instant import SECOND, Instant, NotAnInstant, parse_instant

Side = Literal["site", "supervisor"]
Stage = Literal["introducing", "greeting", "open", "closed"]
Judge = Callable[[Content], str]
"""Why a message that is well formed cannot be taken; empty where it can."""


class Times(msgspec.Struct, frozen=True):
    """Microseconds: how long an acknowledgement may take ("default 30 seconds"), how often a watchdog is sent ("default
    once a minute"), and after how long without a word the other side counts as gone (two watchdogs missed).
    """

    acknowledgement: int = 30 * SECOND
    watchdog: int = 60 * SECOND
    silence: int = 130 * SECOND


class NotOpen(RuntimeError):
    """Content can be sent only on an open link."""


class Session:
    """Of one side. After `Closed` nothing happens any more: the socket's owner sends what is left and hangs up."""

    def __init__(self, side: Side, own: Introduced, judge: Judge = lambda _: "", times: Times | None = None) -> None:
        self.stage: Stage = "introducing"
        self.version = ""
        self.sites: tuple[str, ...] = own.sites if side == "site" else ()
        self._side, self._own, self._judge = side, own, judge
        self._times = times or Times()
        self._reader = FrameReader()
        self._waiting: dict[str, tuple[Instant, Numbered]] = {}
        self._began = self._last_heard = self._last_watchdog = 0
        self._outgoing = bytearray()
        self._events: list[Event] = []

    def begin(self, now: Instant) -> None:
        """The socket stands. A site introduces itself at once."""
        self._began = self._last_heard = now
        if self._side == "site":
            self._send(self._introduction(), now)

    def receive(self, data: bytes, now: Instant) -> None:
        try:
            for frame in self._reader.feed(data):
                if self.stage == "closed":
                    return
                self._take(read(frame), now)
        except Broken as error:
            self._close("broken stream", str(error), now)

    def send(self, message: Content, now: Instant) -> None:
        """Raises:
        NotOpen: versions and watchdogs are not exchanged yet, or the link is closed.
        NotInVersion: the agreed version has no such message.
        """
        if self.stage != "open":
            raise NotOpen(f"the link is {self.stage}")
        self._send(written(message, self.version), now)

    def tick(self, now: Instant) -> None:
        """What time alone brings: watchdogs, and the ends of patience."""
        if self.stage == "closed":
            return
        overdue = [message for at, message in self._waiting.values() if now - at >= self._times.acknowledgement]
        if overdue:
            kind = type(overdue[0]).__name__
            self._close("no acknowledgement", f"{kind} {overdue[0].id} was not acknowledged in time", now)
        elif self.stage != "open" and now - self._began >= self._times.acknowledgement:
            self._close("no introduction", "versions and watchdogs were not exchanged in time", now)
        elif now - self._last_heard >= self._times.silence:
            self._close("silent", f"nothing heard for {self._times.silence // SECOND} s", now)
        elif self.stage == "open" and now - self._last_watchdog >= self._times.watchdog:
            self._watchdog(now)

    def lost(self, reason: str, now: Instant) -> None:
        """The socket is gone."""
        self._close("cut", reason, now)

    def close(self, reason: str, now: Instant) -> None:
        """Our own will."""
        self._close("closed", reason, now)

    def outgoing(self) -> bytes:
        """Bytes to be sent, once."""
        data = bytes(self._outgoing)
        self._outgoing.clear()
        return data

    def events(self) -> list[Event]:
        """What happened since the last call."""
        events, self._events = self._events, []
        return events

    @property
    def unacknowledged(self) -> int:
        return len(self._waiting)

    def _take(self, message: Message | Misread, now: Instant) -> None:
        self._last_heard = now
        match message:
            case MessageAck() | MessageNotAck():
                self._answered(message, now)
            case Misread(id=id, reason=reason):
                self._misread(id, reason, now)
            case Version():
                self._introduced(message, now)
            case _ if self.stage == "introducing":
                self._ignore(f"{type(message).__name__} before the versions were exchanged", now)
            case Watchdog():
                self._heard_watchdog(message, now)
            case _:
                self._content(message, now)

    def _misread(self, id: str, reason: str, now: Instant) -> None:
        if self.stage == "introducing":
            self._ignore(f"before the versions were exchanged: {reason}", now)
        else:
            self._turn_down(id, reason, now)

    def _answered(self, answer: MessageAck | MessageNotAck, now: Instant) -> None:
        sent = self._waiting.pop(answer.of, None)
        if sent is None:
            self._ignore(f"{type(answer).__name__} of {answer.of[:60]!r}, which waits for none", now)
            return
        at, message = sent
        if isinstance(answer, MessageAck):
            self._events.append(Confirmed(now, message, now - at))
            return
        self._events.append(NotUnderstood(now, message, answer.reason))
        if isinstance(message, Version):
            self._close("rejected", answer.reason or "the other side gave no reason", now)

    def _introduced(self, theirs: Version, now: Instant) -> None:
        if self.stage != "introducing":
            self._turn_down(theirs.id, "versions were exchanged already", now)
            return
        try:
            self.version = agreed(self._own, theirs)
        except Unfit as error:
            self._turn_down(theirs.id, str(error), now)
            self._close("rejected", str(error), now)
            return
        self._write(MessageAck(of=theirs.id))
        self.sites = tuple(site.id for site in theirs.sites)
        self.stage = "greeting"
        if self._side == "supervisor":
            self._send(self._introduction(), now)
        else:
            self._watchdog(now)

    def _heard_watchdog(self, watchdog: Watchdog, now: Instant) -> None:
        try:
            ahead = parse_instant(watchdog.at) - now
        except NotAnInstant as error:
            self._turn_down(watchdog.id, f"wTs: {error}", now)
            return
        self._write(MessageAck(of=watchdog.id))
        if self.stage == "greeting":
            if self._side == "supervisor":
                self._watchdog(now)
            self.stage = "open"
            self._events.append(Opened(now, self.version, self.sites))
        self._events.append(WatchdogHeard(now, ahead))

    def _content(self, message: Content, now: Instant) -> None:
        message = understood(message, self.version)
        if reason := self._judge(message):
            self._turn_down(message.id, reason, now)
            return
        self._write(MessageAck(of=message.id))
        self._events.append(Heard(now, message))

    def _introduction(self) -> Version:
        return Version(
            spoken=tuple(map(Spoken, self._own.core)), sites=tuple(map(SiteId, self.sites)), sxl=self._own.sxl
        )

    def _watchdog(self, now: Instant) -> None:
        self._last_watchdog = now
        self._send(Watchdog(at=stamp(now)), now)

    def _turn_down(self, id: str, reason: str, now: Instant) -> None:
        self._write(MessageNotAck(of=id, reason=reason))
        self._events.append(TurnedDown(now, id, reason))

    def _ignore(self, reason: str, now: Instant) -> None:
        self._events.append(Ignored(now, reason))

    def _send(self, message: Message, now: Instant) -> None:
        if isinstance(message, Numbered):
            self._waiting[message.id] = (now, message)
        self._write(message)

    def _write(self, message: Message) -> None:
        self._outgoing += write(message)

    def _close(self, cause: Cause, reason: str, now: Instant) -> None:
        if self.stage == "closed":
            return
        self.stage = "closed"
        left = tuple(message for _, message in self._waiting.values())
        self._waiting.clear()
        self._events.append(Closed(now, cause, reason, left))
