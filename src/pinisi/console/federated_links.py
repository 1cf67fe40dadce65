"""Entities that relationships lead to, wherever they are (NGSI-LD 4.5.23): here, and at other context sources.

A source is asked for those that it is registered for, by their type: that of what is held here of them, or the
`objectType` of the relationship; of what nobody says the type, nobody is asked. Requests of one level go out together,
many ids in one. What could not be asked is told in a warning, with the registration: the rest is answered in time.
"""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from pinisi.console.federated import Warnings, all_of, asker_of, parts_seen, read_legs
from pinisi.console.federated_parts import Heard, assembled, entities_of
from pinisi.console.federated_questions import Question, by_id, by_query, questions
from pinisi.console.house import House
from pinisi.console.http import Call, Reply
from pinisi.context.federation.plan import any_of
from pinisi.context.linked_walk import SeenEntity
from pinisi.context.registration_matching import Wanted
from pinisi.context.render import View
from pinisi.context.term_table import TermTable
from pinisi.store.query import EntityQuery
from pinisi.store.record import Record
from pinisi.store.seen import projection_of
from pinisi.vocabulary.principal import WHOLE

OPERATIONS = ("queryEntity", "queryBatch", "retrieveEntity")
IDS_AT_ONCE = 50
"""Entities in one request."""
REQUESTS_MOST = 100
"""Requests to sources for the linked entities of one answer."""
SECONDS_MOST = 10.0
"""After which no further source is asked for linked entities of the same answer."""


def seen_of(record: Record, call: Call) -> SeenEntity:
    return record.entity, projection_of(record, call.grants) or WHOLE


class LinkedEntities:
    """Fetches the linked entities of one answer (`linked_walk.Fetch`)."""

    def __init__(self, house: House, call: Call, table: TermTable, view: View, *, local: bool = False) -> None:
        self._house = house
        self._call = call
        self._view = View(datasets=view.datasets)
        self._warnings: Warnings | None = None
        if not local and house.registrations.any(call.tenant):
            self._asker = asker_of(house, call, table)
            self._warnings = Warnings(self._asker)
        self._left = REQUESTS_MOST
        self._until = 0.0
        self._silent: set[str] = set()

    async def __call__(self, ids: Mapping[str, frozenset[str]]) -> dict[str, SeenEntity]:
        call = self._call
        page = await self._house.store.find(call.tenant, EntityQuery(ids=tuple(ids)), call.grants, limit=len(ids))
        here = {record.id: record for record in page.records}
        if self._warnings is None:
            return {id: seen_of(record, call) for id, record in here.items()}
        types = {id: said | frozenset(here[id].family.types if id in here else ()) for id, said in ids.items()}
        heard = await self._elsewhere(types, self._warnings)
        records = [assembled(self._house, call, here.get(id), heard.get(id, ())) for id in ids]
        return {record.id: seen_of(record, call) for record in records if record is not None}

    def warned(self, reply: Reply) -> Reply:
        """The reply, with what the reader must know of sources that did not answer."""
        return reply if self._warnings is None else self._warnings.on(reply)

    async def _elsewhere(self, types: Mapping[str, frozenset[str]], warnings: Warnings) -> dict[str, list[Heard]]:
        """What sources know of these entities."""
        alike: dict[frozenset[str], list[str]] = {}
        for id, said in types.items():
            if said:
                alike.setdefault(said, []).append(id)
        asked_for = [one for said, ids in alike.items() for one in self._questions(said, ids, warnings)]
        heard: dict[str, list[Heard]] = {}
        for some in await all_of([self._ask(question, warnings) for question in asked_for]):
            for one in some:
                heard.setdefault(one.part.entity.id, []).append(one)
        return heard

    def _questions(self, types: frozenset[str], ids: Sequence[str], warnings: Warnings) -> list[Question]:
        """To each source what it is registered for, so many ids at a time; one by one where it offers no query."""
        found: list[Question] = []
        wanted = Wanted(ids=tuple(ids), types=any_of(sorted(types)), datasets=self._view.datasets)
        for question in questions(read_legs(self._house, self._asker, warnings, wanted, OPERATIONS), wanted):
            asked = question.inquiry.ids or ()
            size = 1 if question.leg.operation == "retrieveEntity" else IDS_AT_ONCE
            for start in range(0, len(asked), size):
                inquiry = msgspec.structs.replace(
                    question.inquiry, ids=tuple(asked[start : start + size]), id_pattern=None
                )
                found.append(Question(question.leg, inquiry))
        return found

    async def _ask(self, question: Question, warnings: Warnings) -> list[Heard]:
        registration, ids = question.leg.registration, list(question.inquiry.ids or ())
        if registration.id in self._silent:
            return []
        now = asyncio.get_running_loop().time()
        self._until = self._until or now + SECONDS_MOST
        if self._left <= 0 or now >= self._until:
            reason = "too many requests" if self._left <= 0 else "no time left"
            warnings.say(f"{registration.id}: {reason}: linked entities of it are missing")
            return []
        self._left -= 1
        tongue = self._house.sources.tongue(self._asker, registration)
        errand = None
        if tongue is not None and question.leg.operation == "retrieveEntity":
            errand = by_id(question, ids[0], tongue, self._view)
        elif tongue is not None:
            errand = by_query(question, tongue, self._view, {}, len(ids), 0)
        answer, entities = await entities_of(self._house, self._asker, warnings, question, tongue, errand)
        if answer.fault in ("timeout", "unreachable"):
            self._silent.add(registration.id)
        wished = [entity for entity in entities if entity.id in ids]
        parts = await parts_seen(self._house, self._call, wished)
        return [Heard(question.leg, part) for part in parts if part is not None]
