"""The other context sources of one process: asked within time, left alone after failures, and kept account of."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.context.contexts import Contexts
from pinisi.context.federation.answer import Answer, warning
from pinisi.context.federation.breaker import Breaker
from pinisi.context.federation.client import Outgoing, SourceClient
from pinisi.context.federation.kept_answers import KeptAnswers
from pinisi.context.federation.log_book import LogBook
from pinisi.context.federation.outgoing import Tongue, address, body_for, header_lines, tongue_of
from pinisi.context.federation.v2_provider import Said, outgoing_v2, understood
from pinisi.context.federation.via import hops, onward
from pinisi.context.problems import BadRequestData, NgsiLdError
from pinisi.context.registration import Registration
from pinisi.context.registration_index import Registrations
from pinisi.context.targets import BadTarget, Targets, parse_target
from pinisi.context.term_table import CORE_TABLE, TermTable
from pinisi.vocabulary.instant import SECOND, Instant

HOP_SHARE = 0.8
"""A request that has come over n sources waits 0.8^n of the time: who asks us must not give up before we answer."""
LONGEST_KEPT = 86_400.0
"""Seconds that an answer is kept at most, whatever a registration allows."""
_LOOP = 508


class Asker(msgspec.Struct, frozen=True):
    """Where a request comes from: its tenant here, the way it came, its headers and the terms it speaks in."""

    tenant: str
    alias: str
    via: str | None
    headers: Mapping[bytes, bytes]
    table: TermTable

    @property
    def came_over(self) -> tuple[str, ...]:
        return hops(self.via)

    @property
    def loops(self) -> bool:
        """Whether the request was here before."""
        return self.via is not None and self.alias in self.came_over


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """One operation at a source. `document` is in the terms of `table`; None: in those of the request.

    `scoped` False: the operation has no parameter `local`. `entity_map`: the source's own map to go on with (5.5.14).
    """

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str] = {}
    document: Any = None
    table: TermTable | None = None
    slash: bool = False
    scoped: bool = True
    entity_map: str = ""

    @property
    def reads(self) -> bool:
        """Whether it is an operation of consumption (5.7)."""
        return self.method == "GET" or (self.method == "POST" and self.path[-1:] == ("query",))


class Sources:
    def __init__(
        self,
        registrations: Registrations,
        contexts: Contexts,
        now: Callable[[], Instant],
        targets: Iterable[str],
        timeout: float,
        v2_names: TermTable = CORE_TABLE,
    ) -> None:
        """
        Args:
            targets: which addresses may be asked, as the operator lists them (setting `context_source_targets`).
            timeout: seconds, for sources whose registration says nothing.
            v2_names: the terms in which providers of NGSI v2 are spoken to.

        Raises:
            ValueError: `targets` has an entry that cannot be read.
        """
        self._registrations = registrations
        self._contexts = contexts
        self._now = now
        self._timeout = timeout
        self._v2_names = v2_names
        self._client = SourceClient(Targets(targets, "context_source_targets"))
        self.breaker = Breaker(lambda: asyncio.get_running_loop().time())
        self._kept = KeptAnswers(lambda: asyncio.get_running_loop().time())
        registrations.watch(self._changed)
        self.log_book = LogBook()

    async def close(self) -> None:
        await self._client.close()

    def tongue(self, asker: Asker, registration: Registration) -> Tongue | None:
        """How to speak to a source; None where the @context that it wants has no local copy."""
        try:
            return tongue_of(registration, asker.table, self._contexts)
        except NgsiLdError:
            return None

    def patience(self, asker: Asker, registration: Registration) -> float:
        """Seconds that an answer of a source is waited for."""
        return (registration.timeout or self._timeout) * HOP_SHARE ** len(asker.came_over)

    async def ask_once(
        self, asker: Asker, whole: Registration, all: Sequence[Registration], errand: Errand, until: float
    ) -> Answer:
        """Ask one question for several registrations of one provider; how it fared is kept for each of them.

        Args:
            whole: a registration that speaks for all of them.
            until: the moment of the loop's clock after which nobody waits.
        """
        left = until - asyncio.get_running_loop().time()
        if left <= 0:
            return Answer(fault="timeout", reason="was not asked: the time of the request was over")
        asked = next((one for one in all if self.breaker.may_ask(asker.tenant, one.id)), None)
        if asked is None:
            return Answer(fault="cooldown", reason="the source failed a moment ago and is left alone for a while")
        share = min(1.0, left / self.patience(asker, whole))
        short = msgspec.structs.replace(whole, id=asked.id, timeout=(whole.timeout or self._timeout) * share)
        clock = asyncio.get_running_loop().time
        began = clock()
        answer = await self._asked(asker, short, errand, admitted=True)
        seconds = clock() - began
        for other in {one.id: one for one in all if one.id != asked.id}.values():
            self._note(asker, other, errand, answer, seconds)
        return answer

    async def ask(self, asker: Asker, registration: Registration, errand: Errand) -> Answer:
        """Have a source do something; never raises but when cancelled."""
        return await self._asked(asker, registration, errand)

    async def _asked(
        self, asker: Asker, registration: Registration, errand: Errand, *, admitted: bool = False
    ) -> Answer:
        tongue = self.tongue(asker, registration)
        if tongue is None:
            return Answer(fault="refused", status=0, reason="the @context that the source wants has no local copy")
        if registration.alias is not None and registration.alias in (asker.alias, *asker.came_over):
            return Answer(fault="loop", status=_LOOP, reason="the source is one that the request came over")
        try:
            outgoing = self._outgoing(asker, registration, errand, tongue)
        except BadTarget as error:
            return Answer(fault="unreachable", reason=f"its address {error}")
        except BadRequestData as error:
            return Answer(fault="refused", status=error.status, reason=f"it cannot be said in NGSI v2: {error}")
        kept = self._kept_of(asker, registration, errand, outgoing)
        if kept is not None:
            return kept
        if not admitted and not self.breaker.may_ask(asker.tenant, registration.id):
            return Answer(fault="cooldown", reason="the source failed a moment ago and is left alone for a while")
        clock = asyncio.get_running_loop().time
        began = clock()
        answer = await self._client.exchange(outgoing)
        seconds = clock() - began
        if registration.provider is not None:
            answer = understood(answer, self._said(asker, errand), self._v2_names)
        if answer.status == _LOOP:
            answer = msgspec.structs.replace(answer, fault="loop", reason="the request came back to where it had been")
        self._note(asker, registration, errand, answer, seconds)
        self._keep(asker, registration, errand, outgoing, answer)
        return answer

    def _note(self, asker: Asker, registration: Registration, errand: Errand, answer: Answer, seconds: float) -> None:
        """Keep how a source fared."""
        self.breaker.told(asker.tenant, registration.id, answer, registration.cooldown)
        self.log_book.told(asker.tenant, registration.id, answer, seconds)
        good = answer.taken or (answer.empty and errand.reads)
        self._registrations.told(asker.tenant, registration.id, good, self._now())

    def _kept_of(self, asker: Asker, registration: Registration, errand: Errand, outgoing: Outgoing) -> Answer | None:
        """What the source answered to the same a moment ago, where its registration allows; with a word that it is old
        (110)."""
        if registration.cache_duration is None or not errand.reads:
            return None
        kept = self._kept.of(asker.tenant, registration.id, outgoing)
        if kept is None:
            return None
        stale = warning(110, asker.alias, f"{registration.id}: an answer of a moment ago, by its cacheDuration")
        return msgspec.structs.replace(kept, warnings=(stale, *kept.warnings))

    def _keep(
        self, asker: Asker, registration: Registration, errand: Errand, outgoing: Outgoing, answer: Answer
    ) -> None:
        if not errand.reads:
            self._kept.forget(asker.tenant, registration.id)
            return
        duration = registration.cache_duration
        if duration is None or answer.status != 200 or answer.fault or answer.entity_map:
            return
        seconds = duration.after(0) / SECOND
        self._kept.keep(asker.tenant, registration.id, outgoing, answer, min(seconds, LONGEST_KEPT))

    def _changed(self, tenant: str, registration: str) -> None:
        """A registration is new, changed or gone: nothing that was learnt of the old one holds."""
        self.breaker.forget(tenant, registration)
        self._kept.forget(tenant, registration)

    def spoiled(self, asker: Asker, registration: Registration, answer: Answer) -> None:
        """An answer could not be used after all (it was no NGSI-LD)."""
        self._kept.forget(asker.tenant, registration.id)
        self.log_book.spoiled(asker.tenant, registration.id, answer)
        self.breaker.told(asker.tenant, registration.id, answer, registration.cooldown)
        self._registrations.told(asker.tenant, registration.id, False, self._now())

    def _said(self, asker: Asker, errand: Errand) -> Said:
        return Said(
            method=errand.method,
            path=errand.path,
            query=errand.query,
            document=errand.document,
            table=errand.table or asker.table,
        )

    def _outgoing(self, asker: Asker, registration: Registration, errand: Errand, tongue: Tongue) -> Outgoing:
        via = onward(asker.via, asker.alias)
        timeout = self.patience(asker, registration)
        if registration.provider is not None:
            said = self._said(asker, errand)
            return outgoing_v2(registration, registration.provider, said, self._v2_names, via, timeout)
        query = dict(errand.query)
        if registration.local_only and errand.scoped:
            query["local"] = "true"
        uri = address(registration.endpoint, errand.path, query, slash=errand.slash)
        body = None if errand.document is None else body_for(tongue, errand.document, errand.table or asker.table)
        headers = header_lines(
            registration, tongue, via, asker.headers, body=body is not None, entity_map=errand.entity_map
        )
        return Outgoing(
            method=errand.method,
            target=parse_target(uri),
            headers=headers,
            body=body if errand.method not in ("POST", "PUT", "PATCH") else body or b"",
            timeout=timeout,
        )
