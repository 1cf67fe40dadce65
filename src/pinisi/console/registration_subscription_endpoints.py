"""Subscriptions to registrations of context sources (NGSI-LD 5.11, 6.10 and 6.11 of csourceSubscriptions).

As with subscriptions to entities: one belongs to the principal who made it, and tells what he may see.
"""

from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

import msgspec

from pinisi.console.followed_sources import ENDING, followed_by, followed_document, following
from pinisi.console.house import House
from pinisi.console.http import LOCATION, Call, Reply, Route
from pinisi.console.ngsi_ld_request import Asked, Sent, asked, options, paging, sent
from pinisi.console.ngsi_ld_show import document_reply
from pinisi.console.registration_endpoints import page_links
from pinisi.console.subscription_endpoints import dead_positions
from pinisi.context.json_members import Payload
from pinisi.context.notification_envelope import target_of
from pinisi.context.problems import AlreadyExists, BadRequestData, OperationNotSupported, ResourceNotFound
from pinisi.context.registration_subscription import read_follower, wanted_of_follower, written_out_follower
from pinisi.context.subscription import FOLLOWING, StoredSubscription, Subscription, decode_stored
from pinisi.context.subscription_index import Entry
from pinisi.context.subscription_text import Recorder, merged, shown
from pinisi.context.targets import BadTarget
from pinisi.context.validate import check_uri
from pinisi.store.change import DebtChange, VersionConflict
from pinisi.vocabulary.instant import format_instant

SUBSCRIPTIONS = "/ngsi-ld/v1/csourceSubscriptions"


async def create_registration_subscription(house: House, call: Call) -> Reply:
    body = sent(house.contexts, call)
    payload = wanted_of_follower(_object(body))
    payload.setdefault("id", f"urn:ngsi-ld:Subscription:{uuid4()}")
    recorder = Recorder(body.table.expand_term)
    now = house.now()
    stored = StoredSubscription(
        id=check_uri(payload["id"], "id"),
        owner=call.principal.id,
        payload=payload,
        terms=recorder.terms,
        context=body.table.served,
        created_at=now,
        modified_at=now,
    )
    subscription = await _checked(house, call.tenant, stored, recorder)
    if subscription.status(now) == "expired":
        raise BadRequestData("lies in the past", "expiresAt")
    try:
        await house.source_registry.follow(call.tenant, stored, subscription, call.principal)
    except VersionConflict:
        raise AlreadyExists(f"there is a subscription {stored.id}", "id") from None
    return Reply(201, headers=((LOCATION, f"{SUBSCRIPTIONS}/{quote(stored.id, safe=':')}".encode()),))


async def query_registration_subscriptions(house: House, call: Call) -> Reply:
    wish = asked(house.contexts, call)
    page = paging(call)
    mine = [entry for entry in house.subscriptions.followers(call.tenant) if _reaches(call, entry)]
    mine += following(house, call)
    chosen = mine[page.offset : page.offset + page.limit]
    found = [await _shown(house, call, wish, entry) for entry in chosen]
    documents = [document for document in found if document is not None]
    more = page.offset + page.limit < len(mine)
    reply = document_reply(documents, wish)
    paged = page_links(call, page, more, len(mine) if page.count else None)
    return msgspec.structs.replace(reply, headers=(*reply.headers, *paged))


async def retrieve_registration_subscription(house: House, call: Call) -> Reply:
    wish = asked(house.contexts, call)
    entry = followed_by(house, call, call.params["id"]) or _known(house, call)
    document = await _shown(house, call, wish, entry)
    if document is None:
        raise ResourceNotFound(f"there is no subscription {entry.subscription.id} to registrations")
    return document_reply(document, wish)


async def update_registration_subscription(house: House, call: Call) -> Reply:
    body = sent(house.contexts, call, merge_patch=True)
    entry = _known(house, call)
    fragment = wanted_of_follower(_object(body))
    if fragment.get("id", entry.subscription.id) != entry.subscription.id:
        raise BadRequestData("the id of a subscription cannot change", "id")
    position, stored = await _stored(house, call, entry)
    fresh, terms = written_out_follower(fragment, body.table.expand_term, stored.terms)
    recorder = Recorder(lambda name: terms.get(name, name))
    now = house.now()
    changed = msgspec.structs.replace(
        stored, payload=merged(stored.payload, fresh), terms=recorder.terms, modified_at=now
    )
    subscription = await _checked(house, call.tenant, changed, recorder)
    if "expiresAt" in fragment and subscription.status(now) == "expired":
        raise BadRequestData("lies in the past", "expiresAt")
    await house.source_registry.follow(call.tenant, changed, subscription, call.principal, position)
    return Reply(204)


async def delete_registration_subscription(house: House, call: Call) -> Reply:
    subscription = _known(house, call).subscription
    dead = await dead_positions(house, call.tenant, subscription.key)
    letters = [DebtChange(subscription.key, position, "paid") for position in dead]
    await house.source_registry.unfollow(call.tenant, subscription, letters, call.principal)
    return Reply(204)


def _object(body: Sent) -> dict[str, Any]:
    if not isinstance(body.document, dict):
        raise BadRequestData("a subscription is a JSON object")
    return cast(dict[str, Any], body.document)


async def _checked(house: House, tenant: str, stored: StoredSubscription, recorder: Recorder) -> Subscription:
    """Read the payload in full, noting its terms; then judge its target and its @context."""
    subscription = read_follower(stored.payload, recorder, stored.owner, stored.context)
    house.contexts.table(subscription.context, tenant)
    try:
        await house.notifier.targets.judge(target_of(subscription.notification.endpoint))
    except BadTarget as error:
        raise BadRequestData(str(error), "notification.endpoint.uri") from None
    return subscription


def _reaches(call: Call, entry: Entry) -> bool:
    return entry.subscription.owner == call.principal.id or call.grants.writes_all


async def _shown(house: House, call: Call, wish: Asked, entry: Entry) -> Payload | None:
    """One that was made as such, or one that comes with a subscription to entities."""
    if entry.subscription.registrations is None:
        return await followed_document(house, call, wish, entry)
    return await _document(house, call, wish, entry)


def _known(house: House, call: Call) -> Entry:
    id = check_uri(call.params["id"], "id")
    if followed_by(house, call, id) is not None:
        raise OperationNotSupported(f"it comes, changes and goes with {id.removesuffix(ENDING)}", "id")
    entry = house.subscriptions.get(call.tenant, f"{FOLLOWING}/{id}")
    if entry is None or not _reaches(call, entry):
        raise ResourceNotFound(f"there is no subscription {id} to registrations")
    return entry


async def _stored(house: House, call: Call, entry: Entry) -> tuple[int, StoredSubscription]:
    found = await house.store.document(call.tenant, FOLLOWING, entry.subscription.id)
    if found is None:
        raise ResourceNotFound(f"there is no subscription {entry.subscription.id} to registrations")
    return found[0], decode_stored(found[1])


async def _document(house: House, call: Call, wish: Asked, entry: Entry) -> Payload:
    _, stored = await _stored(house, call, entry)
    document = shown(stored, entry.subscription, entry.state, wish.table, house.now())
    document.pop("notificationTrigger", None)
    if "sysAttrs" in options(call):
        document["createdAt"] = format_instant(stored.created_at)
        document["modifiedAt"] = format_instant(stored.modified_at)
    return document


_READ, _WRITE = "subscriptions.read", "subscriptions.write"
_ONE = SUBSCRIPTIONS + "/{id}"

REGISTRATION_SUBSCRIPTION_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path=SUBSCRIPTIONS,
        permission=_WRITE,
        endpoint=create_registration_subscription,
        body="Subscription",
        summary="Subscribe to registrations of context sources (5.11.2)",
        answers=(201, 400, 409, 422, 504),
    ),
    Route(
        method="GET",
        path=SUBSCRIPTIONS,
        permission=_READ,
        endpoint=query_registration_subscriptions,
        summary="List subscriptions to registrations (5.11.5)",
        parameters=("limit", "offset", "count", "options", "sysAttrs"),
        answers=(200, 400),
    ),
    Route(
        method="GET",
        path=_ONE,
        permission=_READ,
        endpoint=retrieve_registration_subscription,
        summary="Retrieve a subscription to registrations (5.11.4)",
        parameters=("options", "sysAttrs"),
        answers=(200, 400, 404),
    ),
    Route(
        method="PATCH",
        path=_ONE,
        permission=_WRITE,
        endpoint=update_registration_subscription,
        body="SubscriptionFragment",
        summary="Update a subscription to registrations (5.11.3)",
        answers=(204, 400, 404, 409, 422),
    ),
    Route(
        method="DELETE",
        path=_ONE,
        permission=_WRITE,
        endpoint=delete_registration_subscription,
        summary="Delete a subscription to registrations (5.11.6)",
        answers=(204, 400, 404, 422),
    ),
)
