"""Where sources notify this house by the copies of its subscriptions (NGSI-LD 5.8.1.4, 5.8.6).

The route is open: who knows the id of a copy, which only its source was told, notifies by it, and can do no more than
tell the subscriber of what the subscription asks of that source. An answer of 200 means that it is kept.
"""

import hashlib
import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

import msgspec

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.ngsi_ld_request import linked_context
from pinisi.context.federation.copier import RELAY
from pinisi.context.federation.copies import BEGINNING, Copy, place_of
from pinisi.context.federation.copy_payload import Share
from pinisi.context.federation.merging import only
from pinisi.context.federation.relayed import KIND, Relayed, encode_relayed, read_told
from pinisi.context.json_body import read_json
from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.problems import BadRequestData, InvalidRequest, ResourceNotFound, UnsupportedMediaType
from pinisi.context.subscription import Selector, Subscription
from pinisi.context.term_table import TermTable
from pinisi.store.change import DocumentChange
from pinisi.store.match import compile_query
from pinisi.store.query import EntityQuery
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import NOTHING, Principal

LONGEST_ID = 2_000
NAMED_MOST = 16
"""Ids of copies in a body that are looked up before anything is made of it: a stranger costs little."""
_COPY = re.compile(re.escape(BEGINNING.encode()) + rb"[0-9a-f]{32}")
_TAKEN = frozenset({"application/json", "application/ld+json"})


async def take_notification(house: House, call: Call) -> Reply:
    """Keep what a source tells, and owe it to the subscriber; then answer."""
    media = call.headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    if media not in _TAKEN:
        raise UnsupportedMediaType(
            f"{media[:80] or 'nothing'}: application/json or application/ld+json", "Content-Type"
        )
    if not any(house.copies.get(found[0].decode()) for found in islice(_COPY.finditer(call.body), NAMED_MOST)):
        raise _not_there()
    document = read_json(call.body, len(call.body))
    if not is_object(document):
        raise InvalidRequest("a notification is a JSON object")
    tenant, copy = _known(house, document.get("subscriptionId"))
    share = house.copier.share_of(tenant, copy)
    entry = house.subscriptions.get(tenant, copy.subscription)
    if share is None or entry is None:
        raise _not_there()
    house.copier.heard_from(copy)
    if entry.subscription.status(house.now()) != "active":
        return Reply(200)
    data: Any = document.get("data")
    if not is_list(data):
        raise BadRequestData("is a list of entities", "data")
    told = await _read(house, tenant, call, document, data, copy)
    within = [one for each in told if (one := _within(share, each)) is not None]
    asked_for = [one for one in within if _is_asked(entry.subscription, one)]
    if asked_for:
        await _keep(house, tenant, copy, document, asked_for)
    return Reply(200)


def _known(house: House, id: Any) -> tuple[str, Copy]:
    found = house.copies.get(id) if isinstance(id, str) and len(id) <= LONGEST_ID else None
    if found is None:
        raise _not_there()
    return found


def _not_there() -> ResourceNotFound:
    return ResourceNotFound("there is no such subscription, or not any more", "subscriptionId")


async def _read(
    house: House, tenant: str, call: Call, document: dict[str, Any], data: Sequence[Any], copy: Copy
) -> list[Relayed]:
    """The entities of a notification; all of them, or none.

    Raises:
        BadRequestData: one of them is no entity; names it.
        LdContextNotAvailable: the @context that explains them cannot be had.
    """
    given = document.get("@context", linked_context(call.headers.get(b"link")))
    table = await house.contexts.resolved(given, tenant)
    found: list[Relayed] = []
    for number, item in enumerate(data):
        try:
            own = await _table_of(house, tenant, item, table)
            found.append(read_told(item, own, copy.registered.id, place_of(copy.id)))
        except BadRequestData as error:
            raise BadRequestData(error.detail, f"data[{number}]") from None
    return found


async def _table_of(house: House, tenant: str, item: Any, table: TermTable) -> TermTable:
    """The terms of one entity: its own, where it brings an @context along."""
    if is_object(item) and "@context" in item:
        return await house.contexts.resolved(item["@context"], tenant)
    return table


def _within(share: Share, told: Relayed) -> Relayed | None:
    """What the source is registered for, of what it tells; None: nothing."""
    if not share.covers(told.id, told.types):
        return None
    allowed = share.allowed
    if allowed is None:
        return told
    before = tuple(was for was in told.before if was.attribute in allowed)
    if told.entity is None:
        return msgspec.structs.replace(told, before=before)
    entity = only(told.entity, allowed)
    return msgspec.structs.replace(told, entity=entity, before=before) if entity.attributes or before else None


def _is_asked(subscription: Subscription, told: Relayed) -> bool:
    """Whether the subscription selects such an entity; filters were the source's to apply, or are applied later."""
    shape = told.entity or Entity(told.id, list(told.types))
    return any(
        compile_query(
            EntityQuery(
                ids=None if one.id is None else (one.id,),
                id_pattern=None if one.id is not None else one.id_pattern,
                types=one.types,
            )
        )(shape, None)
        for one in subscription.selectors or (Selector(),)
    )


async def _keep(house: House, tenant: str, copy: Copy, document: dict[str, Any], told: Sequence[Relayed]) -> None:
    """Lines of the log, each owed to the subscriber; a repeated notification is known by its id and content."""
    changes = [DocumentChange(KIND, one.id, None, owed=(copy.subscription,), told=encode_relayed(one)) for one in told]
    source = Principal(id=copy.registered.id, name=copy.registered.id, kind="source", grants=NOTHING)
    await house.store.apply(tenant, changes, source, key=_key(copy, document))


def _key(copy: Copy, document: dict[str, Any]) -> str | None:
    """What two notifications have in common when one repeats the other; None: it has no id to be known by."""
    id = document.get("id")
    if not isinstance(id, str):
        return None
    content = hashlib.blake2b(msgspec.json.encode([place_of(copy.id), id, document["data"]]), digest_size=20)
    return f"{KIND}/{content.hexdigest()}"


RELAY_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path=RELAY,
        permission=None,
        endpoint=take_notification,
        body="Notification",
        summary="Take a notification of a context source (5.8.6; open: the id of the subscription there is the key)",
        answers=(200, 400, 404, 504),
    ),
)
