"""What other sources have a part in of NGSI v2's requests: providers registered in v2, and sources of NGSI-LD alike.

v2 keeps to what is held here: an attribute that is here is read and written here. Of others, those are asked and told
for whom it was registered ("Context providers": a query, or an update of what is not here, is forwarded).
"""

import msgspec

from pinisi.console.federated import Warnings, asker_of, read_legs
from pinisi.console.federated_gathering import Union, union_of
from pinisi.console.federated_parts import OPERATIONS, ask_for, assembled
from pinisi.console.federated_questions import Question, questions
from pinisi.console.federated_search import Search, questions_of
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.console.ngsi_ld_request import Asked, Paging
from pinisi.context.ngsi_v2.changes import Aim
from pinisi.context.registration import Registration
from pinisi.context.registration_matching import Wanted
from pinisi.context.render import View
from pinisi.store.query import EntityQuery, ScopeSelection, TypeIs
from pinisi.store.record import Record

SKIP = "skipForwarding"
"""The word of `options` with which nobody else is asked."""
_UPDATE = ("updateEntity",)


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
    wanted = Wanted(ids=(id,), types=types_meant(own, aim), attributes=missing)
    legs = [
        leg for leg in read_legs(house, asker, warnings, wanted, OPERATIONS) if on_path(leg.registration, aim.scopes)
    ]
    asked_for = [rest for each in questions(legs, wanted) if (rest := _unknown(each, here)) is not None]
    heard = await ask_for(house, call, asker, warnings, asked_for, id, View(attributes=missing))
    return assembled(house, call, own, heard), warnings


def types_meant(own: Record | None, aim: Aim) -> TypeIs | None:
    return TypeIs(own.family.types[0]) if own is not None else None if aim.type is None else TypeIs(aim.type)


def on_path(registration: Registration, scopes: ScopeSelection | None) -> bool:
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
