"""Updates of NGSI v2 that others have a part in: what is not here is written by whoever was registered for it.

A provider gets its part of a request in one `op/update`, a hundred entities at most, as it gets questions: an IoT agent
registers its devices one by one, and a command to all of them is one request to it.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pinisi.console.federated import all_of, asker_of, write_matches
from pinisi.console.federated_providers import AT_ONCE, SIDE_BY_SIDE
from pinisi.console.federated_write import may_write
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.console.v2_sources import on_path, types_meant
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
from pinisi.context.registration_matching import Wanted
from pinisi.context.render import entity_document
from pinisi.context.term_table import CORE_TABLE
from pinisi.store.change import Forbidden, Refused
from pinisi.vocabulary.entity import Entity, Instance

_UPDATE = ("updateEntity",)
_NAMING = frozenset({"id", "type", "scope"})


class SourceFailed(NgsiLdError):
    """A source that alone could do it did not."""

    type_uri = "urn:pinisi:error:SourceFailed"
    title = "A context provider did not do it"

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Share(msgspec.Struct, frozen=True):
    """One entity of an update: what others write of it, and what is `left` to be written here.

    `types`: as it is known here. `attributes`: those that others write.
    """

    id: str
    types: tuple[str, ...]
    legs: tuple[Leg, ...]
    attributes: Mapping[str, list[Instance]]
    left: Writing


async def told_elsewhere(house: House, call: Call, id: str, aim: Aim, writing: Writing) -> Writing:
    """Have others write those attributes that are not here and were registered; gives what is left.

    What is neither here nor registered is left, too: whoever writes it here finds that it does not exist.

    Raises:
        Unprocessable, SourceFailed, Forbidden, ResourceNotFound
    """
    asker = asker_of(house, call, house.pinisi_table)
    share = await share_of(house, call, asker, id, aim, writing)
    (error,) = await forward(house, asker, [share])
    if error is not None:
        raise error
    return share.left


async def share_of(house: House, call: Call, asker: Asker, id: str, aim: Aim, writing: Writing) -> Share:
    """Who writes what of an entity.

    Raises:
        Unprocessable, SourceFailed, Forbidden
    """
    own = await house.store.entity(call.tenant, id, call.grants)
    if own is not None and not aim.checks()(own.entity):
        own = None
    told = frozenset(writing.attributes)
    missing = frozenset(iri for iri in told if own is None or _lacks(own.entity, iri))
    known = () if own is None else own.family.types
    if not missing:
        return Share(id, known, (), {}, writing)
    wanted = Wanted(ids=(id,), types=types_meant(own, aim), attributes=missing)
    matches = [each for each in write_matches(house, asker, wanted) if on_path(each.registration, aim.scopes)]
    legs = plan_write(matches, missing, _UPDATE).legs
    covered = frozenset[str]().union(*(leg.attributes for leg in legs))
    if not covered:
        return Share(id, known, (), {}, writing)
    computed = [iri for iri in covered if writing.attributes[iri].operation is not None]
    if computed:
        raise Unprocessable(f"{_named(house, computed)}: a provider is sent values, and no operators")
    if asker.loops:
        raise SourceFailed(508, "the request came back to where it had been")
    _check(call, legs, known)
    instances = {iri: [writing.attributes[iri].instance] for iri in covered}
    return Share(id, known, legs, instances, writing.only(told - covered))


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


class _Part(msgspec.Struct, frozen=True):
    """What one source gets of one share, which is the `share`-th."""

    share: int
    id: str
    leg: Leg
    document: dict[str, object]


async def forward(house: House, asker: Asker, shares: Sequence[Share]) -> list[Refused | None]:
    """Send to others what they are to write, all within one time; of each share the error of a source that failed."""
    parts = [_Part(n, share.id, leg, _document(share, leg)) for n, share in enumerate(shares) for leg in share.legs]
    groups = _groups(parts)
    patience = max((house.sources.patience(asker, part.leg.registration) for part in parts), default=0.0)
    until = asyncio.get_running_loop().time() + patience
    answers = await all_of([_send(house, asker, group, until) for group in groups], SIDE_BY_SIDE)
    errors: list[Refused | None] = [None] * len(shares)
    for group, answer in zip(groups, answers, strict=True):
        for part in group:
            errors[part.share] = errors[part.share] or _error_of(part, answer, len(group))
    return errors


def _document(share: Share, leg: Leg) -> dict[str, object]:
    types = list(share.types) or sorted(leg.types)
    part = Entity(share.id, types, {iri: many for iri, many in share.attributes.items() if iri in leg.attributes})
    return {name: member for name, member in entity_document(part, CORE_TABLE).items() if name not in _NAMING}


def _groups(parts: Sequence[_Part]) -> list[list[_Part]]:
    """What one request carries: to providers of NGSI v2 at one address and in one service many entities, else one."""
    alike: dict[tuple[object, ...], list[list[_Part]]] = {}
    alone: list[list[_Part]] = []
    for part in parts:
        registration = part.leg.registration
        if registration.provider is None:
            alone.append([part])
            continue
        groups = alike.setdefault((registration.endpoint, registration.provider, registration.timeout), [[]])
        if len(groups[-1]) == AT_ONCE:
            groups.append([])
        groups[-1].append(part)
    return [group for groups in alike.values() for group in groups] + alone


async def _send(house: House, asker: Asker, group: Sequence[_Part], until: float) -> Answer:
    first = group[0]
    registration = first.leg.registration
    if registration.provider is None:
        path = ("entities", first.id, "attrs")
        errand = Errand(method="PATCH", path=path, document=first.document, table=CORE_TABLE, slash=True)
        return await house.sources.ask(asker, registration, errand)
    known = tuple(info for part in group for info in part.leg.registration.information)
    whole = msgspec.structs.replace(registration, information=known)
    documents = [{"id": part.id, **part.document} for part in group]
    errand = Errand(method="POST", path=("entityOperations", "update"), document=documents, table=CORE_TABLE)
    return await house.sources.ask_once(asker, whole, [part.leg.registration for part in group], errand, until)


def _error_of(part: _Part, answer: Answer, together: int) -> Refused | None:
    problem = problem_of(answer)
    if problem is None and answer.status != 207:
        return None
    reason = "it did a part of it" if problem is None else problem.detail
    sent = "" if together == 1 else f", which was sent {together} entities together"
    address = part.leg.registration.endpoint.partition("?")[0]
    detail = f"the provider of {entity_id(part.id)} ({address}{sent}): {reason}"
    status = 422 if problem is None else problem.status
    return ResourceNotFound(detail) if status == 404 else SourceFailed(status, detail)
