"""Subscriptions of NGSI v2: kept, matched and delivered as those of NGSI-LD, written and read in v2's words."""

import secrets
from typing import Any

from pinisi.console.house import CONTEXT_NAME, House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.subscription_endpoints import dead_positions
from pinisi.console.v2_request import COUNT, PATH, V2, answer, body_of, options, page_of, read_paths
from pinisi.context.ngsi_v2.attributes import in_milliseconds
from pinisi.context.ngsi_v2.endpoints import KINDS
from pinisi.context.ngsi_v2.entities import as_object
from pinisi.context.ngsi_v2.paths import scopes_of
from pinisi.context.ngsi_v2.subscriptions import READ_ONLY, Recording, check_words, expiry, read_subscription
from pinisi.context.notification_envelope import target_of
from pinisi.context.problems import BadRequestData, ResourceNotFound
from pinisi.context.subscription import KIND, STATE_KIND, StoredSubscription, decode_stored, encode_stored
from pinisi.context.subscription_index import Entry
from pinisi.context.subscription_payload import read_stored
from pinisi.context.targets import BadTarget
from pinisi.store.change import DebtChange, DocumentChange
from pinisi.store.log import Position
from pinisi.vocabulary.instant import format_instant

SUBSCRIPTIONS = V2 + "/subscriptions"
ONE = SUBSCRIPTIONS + "/{id}"
NO_CONTENT = Reply(204)


async def create_subscription(house: House, call: Call) -> Reply:
    payload = _written(as_object(body_of(call), "body"))
    if "id" in payload:
        raise BadRequestData("is given by the broker", "id")
    now = house.now()
    path = _one_path(call)
    stored = await _checked(house, call, secrets.token_hex(12), call.principal.id, payload, now, path)
    changes = (
        DocumentChange(KIND, stored.id, encode_stored(stored), expected=0),
        DocumentChange(STATE_KIND, stored.id, None),
    )
    await house.store.apply(call.tenant, changes, call.principal)
    house.subscriptions.put(call.tenant, read_stored(stored))
    return Reply(201, headers=((b"location", f"{SUBSCRIPTIONS}/{stored.id}".encode()),))


async def list_subscriptions(house: House, call: Call) -> Reply:
    words = options(call, "count")
    limit, offset = page_of(call)
    scopes = read_paths(call)
    mine = [
        entry
        for entry in house.subscriptions.all(call.tenant)
        if _is_his(call, entry) and (scopes is None or entry.subscription.scopes == scopes)
    ]
    headers = ((COUNT, str(len(mine)).encode()),) if "count" in words else ()
    return answer([await _shown(house, call, entry) for entry in mine[offset : offset + limit]], headers)


async def retrieve_subscription(house: House, call: Call) -> Reply:
    return answer(await _shown(house, call, _known(house, call)))


async def update_subscription(house: House, call: Call) -> Reply:
    """The members that are sent replace those that are kept, each as a whole."""
    entry = _known(house, call)
    fragment = _written(as_object(body_of(call), "body"))
    position, stored = await _stored(house, call, entry)
    if fragment.get("id", stored.id) != stored.id:
        raise BadRequestData("cannot change", "id")
    payload = {name: value for name, value in {**stored.payload, **fragment}.items() if value not in ("", None)}
    payload.pop("id", None)
    path = _one_path(call) if PATH in call.headers else stored.path
    changed = await _checked(house, call, stored.id, stored.owner, payload, stored.created_at, path)
    change = DocumentChange(KIND, stored.id, encode_stored(changed), expected=position)
    await house.store.apply(call.tenant, (change,), call.principal)
    house.subscriptions.put(call.tenant, read_stored(changed))
    return NO_CONTENT


async def delete_subscription(house: House, call: Call) -> Reply:
    id = _known(house, call).subscription.id
    paid = [DebtChange(id, position, "paid") for position in await dead_positions(house, call.tenant, id)]
    changes = (DocumentChange(KIND, id, None), DocumentChange(STATE_KIND, id, None), *paid)
    await house.store.apply(call.tenant, changes, call.principal)
    house.subscriptions.drop(call.tenant, id)
    return NO_CONTENT


def _written(payload: dict[str, Any]) -> dict[str, Any]:
    """Without what only the broker writes."""
    notification = payload.get("notification")
    if isinstance(notification, dict):
        kept: dict[str, Any] = {name: value for name, value in notification.items() if name not in READ_ONLY}  # pyright: ignore
        return {**payload, "notification": kept}
    return dict(payload)


async def _checked(
    house: House, call: Call, id: str, owner: str, payload: dict[str, Any], created_at: int, path: str
) -> StoredSubscription:
    """The document of a subscription that was read in full and whose target may be reached."""
    names, now = Recording(house.pinisi_table.expand_term), house.now()
    subscription = read_subscription(payload, names, id, owner, CONTEXT_NAME, scopes_of(path))
    check_words(payload)
    try:
        await house.notifier.targets.judge(target_of(subscription.notification.endpoint))
    except BadTarget as error:
        raise BadRequestData(str(error), f"notification.{_kind(payload)}.url") from None
    return StoredSubscription(
        id=id,
        owner=owner,
        payload=payload,
        terms=names.terms,
        context=CONTEXT_NAME,
        created_at=created_at,
        modified_at=now,
        v2=True,
        path=path,
    )


def _one_path(call: Call) -> str:
    path = (call.header(PATH) or "").strip()
    if "," in path:
        raise BadRequestData("one path; /# behind it stands for all below", "Fiware-ServicePath")
    return path


def _kind(payload: dict[str, Any]) -> str:
    return next(kind for kind in KINDS if kind in payload["notification"])


def _is_his(call: Call, entry: Entry) -> bool:
    his = entry.subscription.owner == call.principal.id or call.grants.writes_all
    return his and entry.subscription.notification.v2 is not None


def _known(house: House, call: Call) -> Entry:
    entry = house.subscriptions.get(call.tenant, call.params["id"])
    if entry is None or not _is_his(call, entry):
        raise ResourceNotFound(f"there is no subscription {call.params['id'][:80]}")
    return entry


async def _stored(house: House, call: Call, entry: Entry) -> tuple[Position, StoredSubscription]:
    found = await house.store.document(call.tenant, KIND, entry.subscription.id)
    if found is None:
        raise ResourceNotFound(f"there is no subscription {entry.subscription.id}")
    return found[0], decode_stored(found[1])


async def _shown(house: House, call: Call, entry: Entry) -> dict[str, Any]:
    _, stored = await _stored(house, call, entry)
    state = entry.state
    told, subject = stored.payload["notification"], stored.payload["subject"]
    notification: dict[str, Any] = {**_DEFAULTS, **({} if "exceptAttrs" in told else {"attrs": []}), **told}
    if state.times_sent:
        notification["timesSent"] = state.times_sent
    for name, moment in (
        ("lastNotification", state.last_notification),
        ("lastSuccess", state.last_success),
        ("lastFailure", state.last_failure),
    ):
        if moment:
            notification[name] = in_milliseconds(format_instant(moment))
    if state.reason:
        notification["lastFailureReason"] = state.reason
    if state.success_code and not entry.subscription.notification.endpoint.uri.startswith("mqtt"):
        notification["lastSuccessCode"] = state.success_code
    if state.fails:
        notification["failsCounter"] = state.fails
    status = entry.subscription.status(house.now())
    said = {"active": "failed" if state.failing else "active", "paused": "inactive", "expired": "expired"}[status]
    if said == "active" and stored.payload.get("status") == "oneshot":
        said = "oneshot"
    shown: dict[str, Any] = {
        "id": stored.id,
        **stored.payload,
        "subject": {**subject, "condition": {**_CONDITION, **subject.get("condition", {})}},
        "status": said,
        "notification": notification,
    }
    expires = expiry(stored.payload)
    if not shown.get("throttling", True):
        del shown["throttling"]
    if expires is not None:
        shown["expires"] = in_milliseconds(format_instant(expires))
    return shown


_DEFAULTS = {"attrsFormat": "normalized", "onlyChangedAttrs": False, "covered": False}
_CONDITION = {"attrs": list[str](), "notifyOnMetadataChange": True}
"""What holds where nothing is said, as Orion tells it."""


_READ, _WRITE = "subscriptions.read", "subscriptions.write"

V2_SUBSCRIPTION_ROUTES: tuple[Route, ...] = (
    Route(method="GET", path=SUBSCRIPTIONS, permission=_READ, endpoint=list_subscriptions,
          summary="List subscriptions", parameters=("limit", "offset", "options")),
    Route(method="POST", path=SUBSCRIPTIONS, permission=_WRITE, endpoint=create_subscription, body="V2Subscription",
          summary="Create a subscription", answers=(201, 400, 422)),
    Route(method="GET", path=ONE, permission=_READ, endpoint=retrieve_subscription,
          summary="Retrieve a subscription", answers=(200, 404)),
    Route(method="PATCH", path=ONE, permission=_WRITE, endpoint=update_subscription, body="V2Subscription",
          summary="Change members of a subscription", answers=(204, 400, 404)),
    Route(method="DELETE", path=ONE, permission=_WRITE, endpoint=delete_subscription,
          summary="Delete a subscription", answers=(204, 404)),
)  # fmt: skip
