"""What other sources have a part in of NGSI v2's requests: providers registered in v2, and sources of NGSI-LD alike.

v2 keeps to what is held here: an attribute that is here is read and written here. Of others, those are asked and told
for whom it was registered ("Context providers": a query, or an update of what is not here, is forwarded).
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pinisi.console.federated import Warnings, all_of, asker_of, read_legs, write_matches
from pinisi.console.federated_gathering import Union, union_of
from pinisi.console.federated_parts import OPERATIONS, ask_for, assembled
from pinisi.console.federated_questions import Question, questions
from pinisi.console.federated_search import Search, questions_of
from pinisi.console.federated_write import may_write
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.console.ngsi_ld_request import Asked, Paging
from pinisi.context.federation.answer import Answer
from pinisi.context.federation.outcome import problem_of
from pinisi.context.federation.plan import Leg, plan_write
from pinisi.context.federation.sources import Asker, Errand
from pinisi.context.ngsi_v2.changes import Aim
from pinisi.context.ngsi_v2.entities import default_instance
from pinisi.context.ngsi_v2.names import entity_id, name_of
from pinisi.context.ngsi_v2.unprocessable import Unprocessable
from pinisi.context.ngsi_v2.written import Writing
from pinisi.context.problems import NgsiLdError, ResourceNotFound
from pinisi.context.registration import Registration
from pinisi.context.registration_matching import Wanted
from pinisi.context.render import View, entity_document
from pinisi.context.term_table import CORE_TABLE
from pinisi.store.change import Forbidden
from pinisi.store.query import EntityQuery, ScopeSelection, TypeIs
from pinisi.store.record import Record
from pinisi.vocabulary.entity import Entity, Instance

SKIP = "skipForwarding"
"""The word of `options` with which nobody else is asked."""
_UPDATE = ("updateEntity",)


class SourceFailed(NgsiLdError):
    """A source that alone could do it did not."""

    type_uri = "urn:pinisi:error:SourceFailed"
    title = "A context provider did not do it"

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


def takes_part(house: House, call: Call) -> bool:
    """Whether anybody else may have a part in the request."""
    return house.registrations.any(call.tenant) and SKIP not in call.query.get("options", "").split(",")


async def entity_everywhere(
    house: House, call: Call, id: str, aim: Aim, attributes: frozenset[str] | None
) -> tuple[Record | None, Warnings]:
    """An entity as it is known here and by its providers.

    Args:
        attributes: those that are asked for, as IRIs; None: all.
    """
    own = await house.store.entity(call.tenant, id, call.grants)
    if own is not None and not aim.checks()(own.entity):
        own = None
    asker = asker_of(house, call, house.pinisi_table)
    warnings = Warnings(asker)
    here = frozenset[str]() if own is None else frozenset(own.entity.attributes)
    missing = None if attributes is None else attributes - here
    if missing is not None and not missing:
        return own, warnings
    wanted = Wanted(ids=(id,), types=_types(own, aim), attributes=missing)
    legs = [
        leg for leg in read_legs(house, asker, warnings, wanted, OPERATIONS) if _on_path(leg.registration, aim.scopes)
    ]
    asked_for = [rest for each in questions(legs, wanted) if (rest := _unknown(each, here)) is not None]
    heard = await ask_for(house, call, asker, warnings, asked_for, id, View(attributes=missing))
    return assembled(house, call, own, heard), warnings


def _types(own: Record | None, aim: Aim) -> TypeIs | None:
    return TypeIs(own.family.types[0]) if own is not None else None if aim.type is None else TypeIs(aim.type)


def _on_path(registration: Registration, scopes: ScopeSelection | None) -> bool:
    return scopes is None or not registration.scopes or registration.in_scope(scopes)


def _unknown(question: Question, here: frozenset[str]) -> Question | None:
    """The question without what is here, where a provider of v2 is asked; None: nothing is left of it."""
    inquiry = question.inquiry
    if question.leg.registration.provider is None or inquiry.attributes is None:
        return question
    left = inquiry.attributes - here
    return (
        msgspec.structs.replace(question, inquiry=msgspec.structs.replace(inquiry, attributes=left)) if left else None
    )


async def page_everywhere(
    house: House, call: Call, queries: tuple[EntityQuery, ...], page: Paging, attributes: frozenset[str] | None
) -> tuple[Union, Warnings] | None:
    """One page of entities as they are known here and by their providers; None: nobody else knows of them."""
    asker = asker_of(house, call, house.pinisi_table)
    warnings = Warnings(asker)
    how = Asked(house.pinisi_table, "json")
    search = Search(queries, page, how, View(attributes=attributes), {}, unsaid=True)
    asked_for = questions_of(house, asker, warnings, search)
    if not asked_for:
        return None
    return await union_of(house, call, asker, warnings, search, asked_for), warnings


async def told_elsewhere(house: House, call: Call, id: str, aim: Aim, writing: Writing) -> Writing:
    """Have providers write those attributes that are not here and were registered; gives what is left.

    Nothing is sent where one of the attributes is neither here nor registered.

    Raises:
        Unprocessable, SourceFailed, Forbidden, ResourceNotFound
    """
    own = await house.store.entity(call.tenant, id, call.grants)
    if own is not None and not aim.checks()(own.entity):
        own = None
    told = frozenset(writing.attributes)
    missing = frozenset(iri for iri in told if own is None or _lacks(own.entity, iri))
    if not missing:
        return writing
    asker = asker_of(house, call, house.pinisi_table)
    wanted = Wanted(ids=(id,), types=_types(own, aim), attributes=missing)
    matches = [each for each in write_matches(house, asker, wanted) if _on_path(each.registration, aim.scopes)]
    legs = plan_write(matches, missing, _UPDATE).legs
    covered = frozenset[str]().union(*(leg.attributes for leg in legs))
    if not covered:
        return writing
    if missing - covered:
        raise Unprocessable(f"attributes do not exist: {_named(house, missing - covered)}")
    computed = [iri for iri in covered if writing.attributes[iri].operation is not None]
    if computed:
        raise Unprocessable(f"{_named(house, computed)}: a provider is sent values, and no operators")
    if asker.loops:
        raise SourceFailed(508, "the request came back to where it had been")
    known = () if own is None else own.family.types
    _check(call, legs, known)
    instances = {iri: [writing.attributes[iri].instance] for iri in covered}
    answers = await all_of([_send(house, asker, leg, id, known, instances) for leg in legs])
    _check_taken(id, legs, answers)
    return writing.only(told - covered)


def _named(house: House, iris: Iterable[str]) -> str:
    return ", ".join(sorted(name_of(iri, house.pinisi_table) for iri in iris))


def _lacks(entity: Entity, iri: str) -> bool:
    return default_instance(entity.attributes.get(iri, ())) is None


def _check(call: Call, legs: Sequence[Leg], known: tuple[str, ...]) -> None:
    for leg in legs:
        if not leg.served:
            raise Unprocessable(f"{leg.registration.id} holds this and takes no updates")
        if not may_write(call, known, leg.types, leg.attributes):
            raise Forbidden(f"your grants do not reach what {leg.registration.id} would have to write")


async def _send(
    house: House, asker: Asker, leg: Leg, id: str, known: tuple[str, ...], attributes: Mapping[str, list[Instance]]
) -> Answer:
    types = list(known) or sorted(leg.types)
    part = Entity(id, types, {iri: many for iri, many in attributes.items() if iri in leg.attributes})
    document = {name: member for name, member in entity_document(part, CORE_TABLE).items() if name not in _NAMING}
    errand = Errand(method="PATCH", path=("entities", id, "attrs"), document=document, table=CORE_TABLE, slash=True)
    return await house.sources.ask(asker, leg.registration, errand)


def _check_taken(id: str, legs: Sequence[Leg], answers: Sequence[Answer]) -> None:
    for leg, answer in zip(legs, answers, strict=True):
        problem = problem_of(answer)
        if problem is None and answer.status != 207:
            continue
        reason = "it did a part of it" if problem is None else problem.detail
        detail = f"the provider of {entity_id(id)} ({leg.registration.endpoint.partition('?')[0]}): {reason}"
        status = 422 if problem is None else problem.status
        raise ResourceNotFound(detail) if status == 404 else SourceFailed(status, detail)


_NAMING = frozenset({"id", "type", "scope"})
