"""Carries what is due to its receivers, and puts on record what each receiver's server answered.

What is due to one contact at the same time goes as one message. A message is on disk as under way, under an id that
never changes, before the first byte goes out: an attempt that the house did not survive is made again under that id,
and is marked as one that may have come twice. What was taken, or was given up, is a line of the incident's story.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import groupby
from uuid import NAMESPACE_URL, uuid5

import msgspec
import structlog

from pinisi.incidents.acts import Told
from pinisi.incidents.desk import Desk, as_desk
from pinisi.incidents.notices.composing import composed
from pinisi.incidents.notices.contact import Channel, Contact
from pinisi.incidents.notices.happening import Notice
from pinisi.incidents.notices.outbox import BROKER, HERALD, Delivery, Outbox
from pinisi.incidents.notices.sending import LONGEST_ANSWER, Answer, Outgoing, Sender
from pinisi.incidents.notices.where import Where
from pinisi.incidents.queue import NoSuchIncident
from pinisi.incidents.requirements import ActDoesNotFit
from pinisi.store.change import AuditEntry, Change, StoreUnavailable, VersionConflict
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import MINUTE, SECOND, Instant

FIRST_WAIT, LONGEST_WAIT = 30 * SECOND, 30 * MINUTE
MOST_ATTEMPTS = 10
"""Then it is given up (after about two and a half hours), stays in the list, and can be sent again."""
MOST_TOGETHER = 50
AT_ONCE = 8
TRIES = 5
LOOK_SECONDS = 1.0
RETRY_SECONDS = 5.0
NO_CONTACT = "the contact is not listed any more"
_log = structlog.get_logger("pinisi.notices")
Warned = Callable[[str], Awaitable[Outgoing]]
"""Identifier of a released warning -> what is published of it."""


class Courier:
    """For one tenant. `link_of` makes the link by which one says that one has read a message; empty: none."""

    def __init__(
        self,
        store: Store,
        desk: Desk,
        outbox: Outbox,
        senders: Mapping[Channel, Sender],
        where: Where,
        link_of: Callable[[str], str],
        warned: Warned,
    ) -> None:
        self._store, self._desk, self._outbox, self._senders = store, desk, outbox, senders
        self._where, self._link_of, self._warned = where, link_of, warned
        self._woken = asyncio.Event()
        self._waiting = True
        self._stranded = False
        self._under_way: dict[str, asyncio.Task[None]] = {}

    def owing(self) -> None:
        """Something new is owed."""
        self._waiting = True
        self._woken.set()

    async def carry(self) -> None:
        """For ever. A receiver that is slow or dead keeps nobody else waiting."""
        self._stranded = True
        try:
            while True:
                try:
                    self._woken.clear()
                    await self.set_out()
                except StoreUnavailable as error:
                    _log.warning("notices wait for the store", tenant=self._where.tenant, reason=str(error))
                    await asyncio.sleep(RETRY_SECONDS)
                except Exception:
                    _log.exception("notices cannot be sent", tenant=self._where.tenant)
                    await asyncio.sleep(RETRY_SECONDS)
                await self._rest()
        finally:
            for task in self._under_way.values():
                task.cancel()
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return

    async def take_up(self) -> None:
        """What was under way when the house ended is due again."""
        now = self._where.now()
        for message in await self._outbox.interrupted():
            await self._store.apply(self._where.tenant, [self._outbox.take_up(message, now)], HERALD)

    async def deliver(self) -> None:
        """Send all that is due, and wait until its receivers have answered."""
        await self.set_out()
        await asyncio.gather(*self._under_way.values())

    async def set_out(self) -> None:
        """Begin to send what is due, to so many receivers at once."""
        if not self._waiting:
            return
        if self._stranded and not self._under_way:
            self._stranded = False
            await self.take_up()
        due = sorted(await self._outbox.due(self._where.now()), key=lambda each: (each.contact, each.message, each.due))
        if not due and await self._outbox.next_due() is None:
            self._waiting = bool(self._under_way)
        for contact, group in groupby(due, key=lambda each: each.contact):
            if contact not in self._under_way and len(self._under_way) < AT_ONCE:
                ready = await self._in_turn(contact, list(group))
                if ready:
                    self._start(contact, ready)

    async def _in_turn(self, contact: str, due: list[Delivery]) -> list[Delivery]:
        """A warning is published after those before it, or after they were given up: no cancel overtakes its alert."""
        if contact != BROKER:
            return due
        first = await self._outbox.first_to(BROKER)
        return [each for each in due if each.key == first]

    def _start(self, contact: str, due: list[Delivery]) -> None:
        """One message at a time to each: those that were tried together stay together."""
        first = due[0].message
        together = [each for each in due if each.message == first][:MOST_TOGETHER]
        task = asyncio.get_running_loop().create_task(self._carry(contact, together), name=f"notice to {contact}")
        self._under_way[contact] = task
        task.add_done_callback(lambda done: self._back(contact, done))

    def _back(self, contact: str, task: asyncio.Task[None]) -> None:
        self._under_way.pop(contact, None)
        self._woken.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._stranded = self._waiting = True
            _log.error("a notice could not be carried", tenant=self._where.tenant, error=repr(error))

    # one message

    async def _carry(self, contact: str, due: Sequence[Delivery]) -> None:
        message = due[0].message or str(uuid5(NAMESPACE_URL, " ".join(each.key for each in due)))
        now = self._where.now()
        try:
            begun = [self._outbox.begin(each.key, message, now) for each in due]
            await self._store.apply(self._where.tenant, begun, HERALD)
        except VersionConflict:
            return
        notices = [await self._outbox.notice(each.notice) for each in due]
        answer = await self._sent(contact, message, notices)
        await self._settle(message, due, notices, answer)

    async def _sent(self, contact: str, message: str, notices: Sequence[Notice]) -> Answer:
        try:
            if contact == BROKER:
                outgoing = await self._warned(notices[0].about)
                return await self._through("mqtt", outgoing)
            known = next((each for each in await self._outbox.book() if each.key == contact), None)
            return await self._to(known, message, notices) if known else Answer(False, NO_CONTACT, final=True)
        except StoreUnavailable:
            raise
        except Exception as error:
            _log.exception("a notice could not be made into a message", tenant=self._where.tenant)
            return Answer(False, f"it could not be made into a message: {type(error).__name__}")

    async def _to(self, contact: Contact, message: str, notices: Sequence[Notice]) -> Answer:
        reached = await self._outbox.reached(contact.key)
        if reached is None:
            return Answer(False, NO_CONTACT, final=True)
        city = self._where.profile.city.name
        answer = await self._through(
            contact.channel, composed(message, contact, reached, notices, city, self._link_of(message))
        )
        return Answer(answer.taken, _without(answer.said, reached.address), answer.final, answer.wait)

    async def _through(self, channel: Channel, message: Outgoing) -> Answer:
        sender = self._senders.get(channel)
        if sender is None:
            return Answer(False, f"this house has no way out by {channel}: see the settings", final=True)
        return await sender.send(message)

    # what became of it

    async def _settle(self, message: str, due: Sequence[Delivery], notices: Sequence[Notice], answer: Answer) -> None:
        now, attempts = self._where.now(), due[0].attempts + 1
        if not answer.taken and not answer.final and attempts < MOST_ATTEMPTS:
            later = now + _wait(attempts, answer.wait)
            await self._store.apply(self._where.tenant, [self._outbox.postpone(message, answer.said, later)], HERALD)
            self.owing()
            return
        state = "taken" if answer.taken else "dead"
        changes = [self._outbox.end(message, state, answer.said, now), self._proof(message, due, answer)]
        if not answer.taken:
            _log.error("a notice was given up", tenant=self._where.tenant, message=message, reason=answer.said)
        await self._with_story(changes, due, notices, answer)
        if not answer.taken:
            await self._hurry(notices, now)

    def _proof(self, message: str, due: Sequence[Delivery], answer: Answer) -> AuditEntry:
        act = "notice-taken" if answer.taken else "notice-given-up"
        said = {"contact": due[0].contact, "channel": due[0].channel, "answer": answer.said}
        return AuditEntry(act, f"notice/{message}", {**said, "notices": [each.notice for each in due]})

    async def _with_story(
        self, changes: Sequence[Change], due: Sequence[Delivery], notices: Sequence[Notice], answer: Answer
    ) -> None:
        """With a line in the story of each incident that it speaks of; where a person was a moment earlier, again."""
        told = {notice.incident: _line(each, notice, answer) for each, notice in zip(due, notices, strict=True)}
        told.pop("", None)
        for _ in range(TRIES):
            lines = [line for id, deed in told.items() for line in await self._line_of(id, deed)]
            try:
                await self._store.apply(self._where.tenant, [*changes, *lines], as_desk(HERALD))
                return
            except VersionConflict:
                continue
        await self._store.apply(self._where.tenant, changes, HERALD)

    async def _line_of(self, incident: str, deed: Told) -> Sequence[Change]:
        try:
            return await self._desk.changes(self._where.tenant, incident, deed, HERALD, self._where.now())
        except (NoSuchIncident, ActDoesNotFit):
            return ()

    async def _hurry(self, notices: Sequence[Notice], now: Instant) -> None:
        """Nobody of a level can be reached: the next one need not wait for an answer that cannot come."""
        for notice in notices:
            others = [each for each in await self._outbox.deliveries_of(notice.key) if each.level == notice.level]
            if notice.next_at > now and all(each.state == "dead" for each in others):
                await self._sooner(notice.key, now)

    async def _sooner(self, key: str, now: Instant) -> None:
        before = await self._outbox.notice(key)
        if before.state != "asks":
            return
        after = msgspec.structs.replace(before, next_at=now)
        try:
            await self._store.apply(self._where.tenant, [self._outbox.go_on(before, after)], HERALD)
        except VersionConflict:
            return


def _line(delivery: Delivery, notice: Notice, answer: Answer) -> Told:
    return Told(
        notice=notice.key,
        on=notice.on,
        contact=delivery.contact,
        way=delivery.channel,
        became="taken" if answer.taken else "given-up",
        said=answer.said[:LONGEST_ANSWER],
    )


def _wait(attempts: int, asked: float) -> Instant:
    """Twice as long each time; at least as long as the receiver asks for."""
    return max(min(FIRST_WAIT << (attempts - 1), LONGEST_WAIT), min(round(asked * SECOND), LONGEST_WAIT))


def _without(said: str, address: str) -> str:
    """What a server said, without the address, which stays in the book of contacts."""
    short = " ".join(said.split())[:LONGEST_ANSWER]
    return short.replace(address, "(address)") if address else short
