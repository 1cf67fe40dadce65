"""Gives commands, in the order of things: rights, validation, safety layer, second person, audit, effect, answer.

An effect comes about at most once: `begun` is on disk before it, what became of it after. Where the server ended in
between, or the other side gave no clear answer, the command is `uncertain` and a person says what happened.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol
from uuid import NAMESPACE_URL, uuid4, uuid5

import msgspec
import structlog

from pinisi.city.profile import Profile
from pinisi.city.text import Text, fill
from pinisi.context.term_table import TermTable
from pinisi.people.errors import Conflict, NotAllowed
from pinisi.runtime import command_texts as texts
from pinisi.runtime.action import NotDone
from pinisi.runtime.command import Command, Person, location_of
from pinisi.runtime.lineage import FromCommand, encode_origin
from pinisi.runtime.permit import Offer, Permits, objections, validate
from pinisi.runtime.record_book import Book, NotInBook
from pinisi.runtime.recording import REPLAY
from pinisi.runtime.results import BadResult, Mark, result_changes
from pinisi.runtime.services import Registry
from pinisi.runtime.typed_input import read_input
from pinisi.store.change import AuditEntry, Change, Refused, StoreUnavailable
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import SECOND, Instant
from pinisi.vocabulary.principal import SYSTEM, Grant, Grants, Principal

GIVEN, APPROVED, DECLINED = "command-given", "command-approved", "command-declined"
BLOCKED, FORBIDDEN, SETTLED = "command-blocked", "command-forbidden", "command-settled"
LOOK_SECONDS = 1.0
RETRY_SECONDS = 2.0
GRACE_SECONDS = 5.0
"""How long the house waits at its end for effects that have begun."""

_log = structlog.get_logger("pinisi.actions")
replace = msgspec.structs.replace
Key = tuple[str, str]
"""Tenant and id of a command."""


class Where(Protocol):
    """What a command has of the tenant it is given in."""

    def is_off(self, service: str) -> bool: ...
    @property
    def profile(self) -> Profile: ...
    @property
    def exercise(self) -> bool: ...
    def now(self) -> Instant: ...


class Actions:
    """All commands of one house. `grants_of` says what a principal may reach now, by his id."""

    def __init__(
        self,
        store: Store,
        table: TermTable,
        registry: Registry,
        where: Callable[[str], Where],
        grants_of: Callable[[str, str], Grants | None],
    ) -> None:
        self._book = Book(store, table, Command, "Command")
        self._permits = Permits(store, table)
        self._registry = registry
        self._where = where
        self._grants_of = grants_of
        self._waiting: dict[Key, Command] = {}
        self._giving: set[Key] = set()
        self._effects: set[asyncio.Task[Command]] = set()
        self._watch: asyncio.Task[None] | None = None

    # what there is

    @property
    def offered(self) -> Sequence[Offer]:
        return [Offer(service, action) for service in self._registry.services for action in service.actions]

    def _on(self, tenant: str, offer: Offer) -> Offer:
        """Raises `Conflict` where an operator has switched its service off."""
        if self._where(tenant).is_off(offer.service.name):
            raise Conflict(f"{offer.service.name} is switched off")
        return offer

    def _offer(self, service: str, name: str) -> Offer:
        found = next((each for each in self.offered if (each.service.name, each.action.name) == (service, name)), None)
        if found is None:
            raise NotInBook(f"action {service}.{name}")
        return found

    def needs_second(self, tenant: str, offer: Offer, command: Any) -> bool:
        """By the action itself, or by the city's written rule."""
        ruled = offer.name in self._where(tenant).profile.rules.commands.two_persons
        return ruled or offer.action.needs_second(command)

    def only_tried(self, tenant: str, offer: Offer) -> bool:
        """Whether commands are only tried here: by the city's written rule, or because it is an exercise."""
        where = self._where(tenant)
        return where.exercise or tenant.startswith(REPLAY) or offer.name in where.profile.rules.commands.shadow

    def unknown_rules(self, tenant: str) -> Sequence[str]:
        """Actions that the city's rules name and no service offers: a rule that protects nothing."""
        rules = self._where(tenant).profile.rules.commands
        known = {offer.name for offer in self.offered}
        return sorted({*rules.two_persons, *rules.shadow} - known)

    async def all(self, tenant: str, grants: Grants, *, limit: int, offset: int = 0) -> tuple[Sequence[Command], int]:
        """Those that the reader may know of, newest first, and how many there are."""
        return await self._book.all(tenant, grants, limit=limit, offset=offset)

    async def one(self, tenant: str, id: str, grants: Grants) -> Command:
        """Raises `NotInBook`."""
        return await self._book.one(tenant, id, grants)

    # giving a command

    async def give(
        self, tenant: str, service: str, name: str, body: bytes, principal: Principal, *, shadow: bool, key: str = ""
    ) -> Command:
        """Give a command; answered when it is over, waits for a second person, or is refused by the safety layer.

        The same `key` of the same person gives no second command.

        Raises:
            NotInBook: no service offers it, or a target is not there.
            NotAllowed: he may not; that is on record.
            BadField, Unfit: the command is wrong; names the fields.
            Conflict: the key was used for another command, or is being used now; or the service is switched off.
        """
        offer = self._on(tenant, self._offer(service, name))
        id = str(uuid5(NAMESPACE_URL, f"{tenant} {principal.id} {offer.name} {key}") if key else uuid4())
        if (tenant, id) in self._giving:
            raise Conflict("this command is being given")
        self._giving.add((tenant, id))
        try:
            known = await self._known(tenant, id, body) if key else None
            return known or await self._give(tenant, offer, id, body, principal, shadow)
        except NotAllowed as error:
            await self._book.note(tenant, principal, AuditEntry(FORBIDDEN, offer.name, {"reason": str(error)}))
            raise
        finally:
            self._giving.discard((tenant, id))

    async def _known(self, tenant: str, id: str, body: bytes) -> Command | None:
        try:
            known = await self._book.record(tenant, id)
        except NotInBook:
            return None
        if bytes(known.body) != body:
            raise Conflict("this key was used for another command")
        return known

    async def _give(
        self, tenant: str, offer: Offer, id: str, body: bytes, principal: Principal, shadow: bool
    ) -> Command:
        where, action = self._where(tenant), offer.action
        self._permits.check_permission(offer, principal)
        given = read_input(body, action.command, "command")
        situation = await self._permits.situation(tenant, offer, given, principal.grants, where.now())
        validate(offer, given)
        command = Command(
            id=id,
            service=offer.service.name,
            action=action.name,
            title=action.title,
            body=msgspec.Raw(body),
            by=_person(principal),
            asked=where.now(),
            state="awaitingSecond",
            shadow=shadow or self.only_tried(tenant, offer),
            exercise=where.exercise or tenant.startswith(REPLAY),
            targets=tuple(situation.targets),
            location=next((location_of(target) for target in situation.targets.values()), None),
        )
        against = objections(offer, given, situation)
        if against:
            return await self._refused(tenant, command, principal, BLOCKED, *against)
        if not self.needs_second(tenant, offer, given):
            return await self._carry_out(tenant, offer, command, given, principal, GIVEN)
        command = replace(command, until=where.now() + round(action.wait_seconds * SECOND))
        self._waiting[(tenant, id)] = command
        try:
            await self._book.keep(tenant, command, principal, _entry(GIVEN, command))
        except BaseException:
            self._waiting.pop((tenant, id), None)
            raise
        return command

    # the second person

    async def approve(self, tenant: str, id: str, principal: Principal) -> Command:
        """Be the second person of a command that waits: all is looked at again, then it is carried out.

        Raises:
            NotInBook: there is no such command, or its target is gone.
            NotAllowed: he is the one who gave it, no person, or may not command this.
            Conflict: it does not wait (any more).
        """
        try:
            return await self._approve(tenant, id, principal)
        except NotAllowed as error:
            await self._book.note(tenant, principal, AuditEntry(FORBIDDEN, f"command/{id}", {"reason": str(error)}))
            raise

    async def _approve(self, tenant: str, id: str, principal: Principal) -> Command:
        offer, command = await self._waits(tenant, id, principal)
        self._on(tenant, offer)
        if principal.kind != "person" or principal.account in ("", command.by.account):
            raise NotAllowed("the second person has to be another one, signed in with an account")
        given = msgspec.json.decode(command.body, type=offer.action.command)
        now = self._where(tenant).now()
        situation = await self._permits.situation(tenant, offer, given, principal.grants, now)
        first = await self._first_may(tenant, offer, command, given, now)
        self._take(tenant, id)
        try:
            if now > command.until:
                return await self._expired(tenant, command)
            tried = command.shadow or self.only_tried(tenant, offer)
            approved = replace(command, second=_person(principal), shadow=tried)
            against = objections(offer, given, situation) if first else (texts.FIRST_MAY_NOT,)
            if against:
                return await self._refused(tenant, approved, principal, BLOCKED, *against)
            return await self._carry_out(tenant, offer, approved, given, principal, APPROVED)
        except StoreUnavailable:
            self._waiting[(tenant, id)] = command
            raise

    async def decline(self, tenant: str, id: str, principal: Principal, note: str) -> Command:
        """Say no to a command that waits, or take one's own back. Raises as `approve`."""
        _, command = await self._waits(tenant, id, principal)
        self._take(tenant, id)
        own = principal.account == command.by.account
        reason = fill(texts.WITHDRAWN if own else texts.DECLINED, note=note or "-")
        return await self._refused(tenant, replace(command, second=_person(principal)), principal, DECLINED, reason)

    async def settle(self, tenant: str, id: str, principal: Principal, *, happened: bool, note: str) -> Command:
        """Say what became of a command that is uncertain.

        Raises:
            NotInBook, NotAllowed: see `approve`.
            Conflict: it is not uncertain.
        """
        command = await self._book.one(tenant, id, principal.grants)
        self._permits.check_permission(self._offer(command.service, command.action), principal)
        if command.state != "uncertain":
            raise Conflict("what became of this command is known")
        reason = fill(texts.SETTLED, note=note)
        command = self._ended(tenant, command, "done" if happened else "failed", *command.reasons, reason)
        await self._book.keep(tenant, command, principal, _entry(SETTLED, command))
        return command

    async def _waits(self, tenant: str, id: str, principal: Principal) -> tuple[Offer, Command]:
        command = await self._book.one(tenant, id, principal.grants)
        if command.state != "awaitingSecond" or (tenant, id) not in self._waiting:
            raise Conflict("this command does not wait for a second person")
        offer = self._offer(command.service, command.action)
        self._permits.check_permission(offer, principal)
        return offer, command

    async def _first_may(self, tenant: str, offer: Offer, command: Command, given: Any, now: Instant) -> bool:
        """Whether the one who gave it still may."""
        grants = self._grants_of(command.by.id, tenant)
        try:
            if grants is not None:
                await self._permits.situation(tenant, offer, given, grants, now)
        except (NotAllowed, NotInBook):
            return False
        return grants is not None

    def _take(self, tenant: str, id: str) -> None:
        """Whoever comes first decides; raises `Conflict` for the next."""
        if self._waiting.pop((tenant, id), None) is None:
            raise Conflict("somebody else was a moment earlier: look at the command again")

    # carrying it out

    async def _carry_out(
        self, tenant: str, offer: Offer, command: Command, given: Any, principal: Principal, act: str
    ) -> Command:
        if command.shadow:
            command = self._ended(tenant, command, "shadow", texts.SHADOW)
            await self._book.keep(tenant, command, principal, _entry(act, command))
            return command
        command = replace(command, state="begun", begun=self._where(tenant).now())
        await self._book.keep(tenant, command, principal, _entry(act, command))
        work = self._effect(tenant, offer, command, given)
        task = asyncio.get_running_loop().create_task(work, name=f"command {command.id}")
        self._effects.add(task)
        task.add_done_callback(self._effects.discard)
        return await asyncio.shield(task)

    async def _effect(self, tenant: str, offer: Offer, command: Command, given: Any) -> Command:
        """The only part that reaches out. What it raises, but `NotDone`, says nothing of whether it came about."""
        try:
            async with asyncio.timeout(offer.action.seconds):
                documents = await offer.action.effect(given, command.id)
        except NotDone as error:
            return await self._written(tenant, offer, self._ended(tenant, command, "failed", error.text))
        except TimeoutError:
            reason = fill(texts.NO_ANSWER, seconds=offer.action.seconds)
        except Exception as error:
            _log.exception("the effect of a command failed", action=offer.name, command=command.id)
            reason = fill(texts.NO_CLEAR_ANSWER, why=f"{type(error).__name__}: {error}"[:300])
        else:
            return await self._acknowledged(tenant, offer, command, documents)
        return await self._written(tenant, offer, replace(command, state="uncertain", reasons=(reason,)))

    async def _acknowledged(self, tenant: str, offer: Offer, command: Command, documents: Any) -> Command:
        """It is done; what the other side said of it is written with it, where it can be."""
        done = self._ended(tenant, command, "done")
        try:
            mark = Mark(offer.action.method, command.entity, command.exercise, self._origin(done))
            changes = result_changes(documents, mark, self._book.table)
            said = replace(done, results=tuple(change.id for change in changes))
            return await self._written(tenant, offer, said, *changes)
        except (BadResult, Refused, TypeError) as error:
            reason = fill(texts.NOT_KEPT, why=str(error)[:300])
            return await self._written(tenant, offer, replace(done, reasons=(reason,)))

    def _origin(self, done: Command) -> bytes:
        version = self._registry.version(done.service)
        return encode_origin(
            FromCommand(service=done.service, version=version, action=done.action, id=done.id, moment=done.ended)
        )

    async def _written(self, tenant: str, offer: Offer, command: Command, *more: Change) -> Command:
        """Write what became of it, and wait for a disk that cannot be written now."""
        types = frozenset(self._book.table.expand_term(name) for name in offer.service.types)
        grants = Grants((Grant(types=types, write=True),))
        principal = Principal(id=f"action:{offer.name}", name=offer.action.title.en, kind="action", grants=grants)
        while True:
            try:
                await self._book.keep(tenant, command, principal, *more)
                return command
            except StoreUnavailable as error:
                _log.warning("a command has to wait for the store", id=command.id, reason=str(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def _refused(self, tenant: str, command: Command, principal: Principal, act: str, *reasons: Text) -> Command:
        command = self._ended(tenant, command, "refused", *reasons)
        await self._book.keep(tenant, command, principal, _entry(act, command))
        return command

    async def _expired(self, tenant: str, command: Command) -> Command:
        command = self._ended(tenant, command, "expired", texts.EXPIRED)
        await self._book.keep(tenant, command, SYSTEM)
        return command

    def _ended(self, tenant: str, command: Command, state: Any, *reasons: Text) -> Command:
        return replace(command, state=state, reasons=reasons, ended=self._where(tenant).now())

    # over a restart

    async def go_on(self, tenants: Sequence[str]) -> None:
        """Take up what waits; what had begun when the server ended is uncertain, and is never begun again."""
        for tenant in tenants:
            for command in await self._book.unfinished(tenant):
                if command.state == "awaitingSecond":
                    self._waiting[(tenant, command.id)] = command
                elif command.state == "begun":
                    await self._book.keep(tenant, replace(command, state="uncertain", reasons=(texts.CUT_OFF,)), SYSTEM)
            for name in self.unknown_rules(tenant):
                _log.error("a rule on commands names an action that no service offers", tenant=tenant, action=name)
        self._watch = asyncio.get_running_loop().create_task(self._look(), name="waiting commands")

    async def _look(self) -> None:
        """End the waiting of those that nobody has approved in time."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            late = [key for key, each in self._waiting.items() if self._where(key[0]).now() > each.until]
            for key in late:
                command = self._waiting.pop(key, None)
                if command is not None:
                    await self._expire(key, command)

    async def _expire(self, key: Key, command: Command) -> None:
        try:
            await self._expired(key[0], command)
        except StoreUnavailable as error:
            _log.warning("a command cannot expire now", id=command.id, reason=str(error))
            self._waiting[key] = command

    def forget(self, tenant: str) -> None:
        """Let go of a tenant that goes."""
        for key in [key for key in self._waiting if key[0] == tenant]:
            del self._waiting[key]

    async def close(self) -> None:
        """Wait a moment for effects that have begun; those that are cut off are uncertain at the next start."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self._effects:
            _, left = await asyncio.wait(self._effects, timeout=GRACE_SECONDS)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)


def _person(principal: Principal) -> Person:
    return Person(principal.id, principal.account, principal.name)


def _entry(act: str, command: Command) -> AuditEntry:
    detail = {"service": command.service, "action": command.action, "state": command.state, "shadow": command.shadow}
    return AuditEntry(act, f"command/{command.id}", detail)
