"""Subscriptions (NGSI-LD 5.8.1 to 5.8.5, 6.10, 6.11); of the dead letters of their notifications see `dead_letters`.

A subscription belongs to the principal who made it, and delivers what he may see. Others do not see it; who may change
everything sees and changes all.
"""

from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

import msgspec

from pinisi.console.house import House
from pinisi.console.http import JSON_LD_MEDIA, JSON_MEDIA, Call, Reply, Route
from pinisi.console.ngsi_ld_identity import alias_of
from pinisi.console.ngsi_ld_request import Asked, Sent, asked, options, paging, paging_headers, sent
from pinisi.console.subscription_context import with_context_address
from pinisi.context.federation.via import hops
from pinisi.context.notification_envelope import target_of
from pinisi.context.notification_pages import letter_pages
from pinisi.context.problems import AlreadyExists, BadRequestData, LoopDetected, ResourceNotFound
from pinisi.context.subscription import KIND, STATE_KIND, TYPE, StoredSubscription, decode_stored, encode_stored
from pinisi.context.subscription_index import Entry
from pinisi.context.subscription_payload import expiry, read_stored, read_subscription, wanted_members
from pinisi.context.subscription_text import Recorder, initialize_context, merged, shown, written_out
from pinisi.context.targets import BadTarget
from pinisi.context.validate import check_uri
from pinisi.store.change import DebtChange, DocumentChange, VersionConflict
from pinisi.store.debt import LetterQuery
from pinisi.vocabulary.instant import format_instant

SUBSCRIPTIONS = "/ngsi-ld/v1/subscriptions"
LETTERS_MOST = 1_000
_encode = msgspec.json.Encoder().encode


async def create_subscription(house: House, call: Call) -> Reply:
    body = sent(house.contexts, call)
    payload = wanted_members(_object(body))
    payload.setdefault("id", f"urn:ngsi-ld:Subscription:{uuid4()}")
    check_uri(payload["id"], "id")
    recorder = Recorder(body.table.expand_term)
    now = house.now()
    stored = StoredSubscription(
        id=payload["id"],
        owner=call.principal.id,
        payload=payload,
        terms=recorder.terms,
        context=body.table.served,
        created_at=now,
        modified_at=now,
        via=_way(house, call),
    )
    await _check(house, call.tenant, stored, recorder)
    _not_past(payload, now)
    stored = await with_context_address(house, call, stored)
    changes = (
        DocumentChange(KIND, stored.id, encode_stored(stored), expected=0),
        DocumentChange(STATE_KIND, stored.id, None),
    )
    try:
        await house.store.apply(call.tenant, changes, call.principal)
    except VersionConflict:
        raise AlreadyExists(f"there is a subscription {stored.id}", "id") from None
    house.subscriptions.put(call.tenant, read_stored(stored))
    location = f"{SUBSCRIPTIONS}/{quote(stored.id, safe=':')}".encode()
    return Reply(201, headers=((b"location", location),))


async def query_subscriptions(house: House, call: Call) -> Reply:
    wish = asked(house.contexts, call)
    page = paging(call)
    mine = [entry for entry in house.subscriptions.all(call.tenant) if _reaches(call, entry) and not _in_v2(entry)]
    chosen = mine[page.offset : page.offset + page.limit]
    documents = [await _document(house, call, wish, entry) for entry in chosen]
    more = page.offset + page.limit < len(mine)
    headers = paging_headers(call, page, more, len(mine) if page.count else None)
    return _answer(wish, documents, headers)


async def retrieve_subscription(house: House, call: Call) -> Reply:
    wish = asked(house.contexts, call)
    return _answer(wish, await _document(house, call, wish, _known(house, call)))


async def update_subscription(house: House, call: Call) -> Reply:
    body = sent(house.contexts, call, merge_patch=True)
    entry = _known(house, call)
    fragment = wanted_members(_object(body))
    if fragment.get("id", entry.subscription.id) != entry.subscription.id:
        raise BadRequestData("the id of a subscription cannot change", "id")
    position, stored = await _stored(house, call, entry)
    now = house.now()
    fresh, terms = written_out(fragment, body.table.expand_term, stored.terms)
    recorder = Recorder(lambda name: terms.get(name, name))
    changed = msgspec.structs.replace(
        stored, payload=merged(stored.payload, fresh), terms=recorder.terms, modified_at=now
    )
    await _check(house, call.tenant, changed, recorder)
    if "expiresAt" in fragment:
        _not_past(changed.payload, now)
    changed = await with_context_address(house, call, changed)
    change = DocumentChange(KIND, stored.id, encode_stored(changed), expected=position)
    await house.store.apply(call.tenant, (change,), call.principal)
    house.subscriptions.put(call.tenant, read_stored(changed))
    return Reply(204)


async def delete_subscription(house: House, call: Call) -> Reply:
    id = _known(house, call).subscription.id
    letters = [DebtChange(id, position, "paid") for position in await dead_positions(house, call.tenant, id)]
    changes = (DocumentChange(KIND, id, None), DocumentChange(STATE_KIND, id, None), *letters)
    await house.store.apply(call.tenant, changes, call.principal)
    house.subscriptions.drop(call.tenant, id)
    return Reply(204)


def _object(body: Sent) -> dict[str, Any]:
    if not isinstance(body.document, dict):
        raise BadRequestData("a subscription is a JSON object")
    return cast(dict[str, Any], body.document)


async def _check(house: House, tenant: str, stored: StoredSubscription, recorder: Recorder) -> None:
    """Read the payload in full, noting its terms; then judge its target and its @context."""
    subscription = read_subscription(stored.payload, recorder, stored.owner, stored.context)
    house.contexts.table(subscription.context, tenant)
    try:
        await house.notifier.targets.judge(target_of(subscription.notification.endpoint))
    except BadTarget as error:
        raise BadRequestData(str(error), "notification.endpoint.uri") from None


def _way(house: House, call: Call) -> str:
    """The sources that a subscription came over (4.3.6.4).

    Raises:
        LoopDetected: this house is one of them.
    """
    way = call.header(b"via") or ""
    if way and alias_of(house, call.tenant) in hops(way):
        raise LoopDetected("the subscription came over this context source before", "Via")
    return way


def _not_past(payload: dict[str, Any], now: int) -> None:
    expires = expiry(payload)
    if expires is not None and expires <= now:
        raise BadRequestData("lies in the past", "expiresAt")


def _reaches(call: Call, entry: Entry) -> bool:
    return entry.subscription.owner == call.principal.id or call.grants.writes_all


def _in_v2(entry: Entry) -> bool:
    """One of NGSI v2 is served in that language alone."""
    return entry.subscription.notification.v2 is not None


def _known(house: House, call: Call) -> Entry:
    id = check_uri(call.params["id"], "id")
    entry = house.subscriptions.get(call.tenant, id)
    if entry is None or not _reaches(call, entry) or _in_v2(entry):
        raise ResourceNotFound(f"there is no subscription {id}")
    return entry


async def _stored(house: House, call: Call, entry: Entry) -> tuple[int, StoredSubscription]:
    found = await house.store.document(call.tenant, KIND, entry.subscription.id)
    if found is None:
        raise ResourceNotFound(f"there is no subscription {entry.subscription.id}")
    return found[0], decode_stored(found[1])


async def _document(house: House, call: Call, wish: Asked, entry: Entry) -> dict[str, Any]:
    _, stored = await _stored(house, call, entry)
    document = shown(stored, entry.subscription, entry.state, wish.table, house.now())
    initialize_context(document, entry.subscription)
    if "sysAttrs" in options(call):
        document["createdAt"] = format_instant(stored.created_at)
        document["modifiedAt"] = format_instant(stored.modified_at)
    if wish.media == "ld":
        document["@context"] = wish.table.served
    return document


def _answer(wish: Asked, value: Any, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Reply:
    media = JSON_LD_MEDIA if wish.media == "ld" else JSON_MEDIA
    return Reply(200, _encode(value), media, (*wish.headers, *headers))


async def dead_positions(house: House, tenant: str, id: str) -> list[int]:
    """Where the dead letters of a subscription lie."""
    pages = letter_pages(house.store, tenant, LetterQuery(of=frozenset((id,))), 0, LETTERS_MOST)
    return [debt.position async for page in pages for debt in page]


_READ, _WRITE = "subscriptions.read", "subscriptions.write"
_ONE = SUBSCRIPTIONS + "/{id}"

SUBSCRIPTION_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path=SUBSCRIPTIONS,
        permission=_WRITE,
        endpoint=create_subscription,
        body=TYPE,
        summary="Create a subscription (5.8.1)",
        answers=(201, 400, 409, 422, 504, 508),
    ),
    Route(
        method="GET",
        path=SUBSCRIPTIONS,
        permission=_READ,
        endpoint=query_subscriptions,
        summary="List subscriptions (5.8.4)",
        parameters=("limit", "offset", "count", "options", "sysAttrs"),
        answers=(200, 400),
    ),
    Route(
        method="GET",
        path=_ONE,
        permission=_READ,
        endpoint=retrieve_subscription,
        summary="Retrieve a subscription (5.8.3)",
        parameters=("options", "sysAttrs"),
        answers=(200, 400, 404),
    ),
    Route(
        method="PATCH",
        path=_ONE,
        permission=_WRITE,
        endpoint=update_subscription,
        body="SubscriptionFragment",
        summary="Update a subscription (5.8.2)",
        answers=(204, 400, 404, 409, 422),
    ),
    Route(
        method="DELETE",
        path=_ONE,
        permission=_WRITE,
        endpoint=delete_subscription,
        summary="Delete a subscription (5.8.5)",
        answers=(204, 400, 404),
    ),
)
