"""Subscriptions as those see them who run the broker: what each asks for, how its deliveries fare, what is waiting."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote, urlsplit

from pinisi.console.broker_shapes import (
    Asks,
    CopyTold,
    Overview,
    ReceiverList,
    ReceiverTold,
    SubscriptionPage,
    SubscriptionTold,
    TrialTold,
    moment,
)
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, json_reply
from pinisi.context.federation.copies import Copy
from pinisi.context.problems import BadRequestData, ResourceNotFound
from pinisi.context.subscription import FOLLOWING, KIND, StoredSubscription, decode_stored
from pinisi.context.subscription_index import Entry
from pinisi.context.targets import BadTarget
from pinisi.people.errors import Conflict
from pinisi.store.change import AuditEntry
from pinisi.store.debt import DebtSum
from pinisi.vocabulary.instant import format_instant

TESTED = "subscription-tested"
STATES = ("all", "ailing", "unused", "paused")
_NOTHING = DebtSum(subscription="")


async def overview(house: House, call: Call) -> Reply:
    """A few numbers: what waits, what was given up, what fails."""
    entries = reachable(house, call)
    sums = await _sums(house, call)
    names = {entry.subscription.key for entry in entries}
    seen = list(sums.values()) if call.grants.writes_all else [one for key, one in sums.items() if key in names]
    sources = None
    if "registrations.read" in call.principal.permissions and call.grants.sees_all:
        sources = house.registrations.of(call.tenant)
    told = Overview(
        position=await house.store.position(call.tenant),
        subscriptions=len(entries),
        failing=sum(entry.state.failing for entry in entries),
        paused=sum(not entry.subscription.active for entry in entries),
        waiting=sum(one.waiting for one in seen),
        dead=sum(one.dead for one in seen),
        sources=None if sources is None else len(sources),
        silent_sources=None
        if sources is None
        else sum(house.registrations.fares(call.tenant, one.id).failing for one in sources),
    )
    return json_reply(told)


async def list_subscriptions(house: House, call: Call) -> Reply:
    """Those that fail or owe come first, then in the order of their making."""
    state = call.query.get("state", "all")
    if state not in STATES:
        raise BadRequest("state", f"one of {', '.join(STATES)}")
    limit, offset = call.number("limit", 100, 1, 1_000), call.number("offset", 0, 0, 1 << 31)
    sums = await _sums(house, call)
    words = call.query.get("q", "").casefold()
    fitting = [entry for entry in reachable(house, call) if _in_state(entry, sums, state) and words in _words_of(entry)]
    fitting.sort(key=lambda entry: not _ails(entry, sums))
    names = await house.people.names()
    told = [await _told(house, call, entry, sums, names) for entry in fitting[offset : offset + limit]]
    page = SubscriptionPage(
        position=await house.store.position(call.tenant),
        count=len(fitting),
        subscriptions=tuple(one for one in told if one is not None),
    )
    return json_reply(page)


async def list_receivers(house: House, call: Call) -> Reply:
    """Receivers, those that do not take what they are sent first."""
    sums = await _sums(house, call)
    by_receiver: dict[str, list[Entry]] = {}
    for entry in reachable(house, call):
        by_receiver.setdefault(receiver_of(entry), []).append(entry)
    told = [_receiver(name, entries, sums) for name, entries in by_receiver.items()]
    told.sort(key=lambda one: (not one.failing, not one.dead, -one.waiting, one.receiver))
    return json_reply(ReceiverList(position=await house.store.position(call.tenant), receivers=tuple(told)))


async def try_subscription(house: House, call: Call) -> Reply:
    """Send one notification that nobody is owed, and say what the receiver answered; on record."""
    entry = known(house, call, call.params["key"])
    try:
        trial = await house.notifier.try_out(call.tenant, entry.subscription)
    except BadTarget as error:
        raise BadRequestData(str(error), "notification.endpoint.uri") from None
    if trial is None:
        raise Conflict("nothing can be sent: the owner of the subscription is gone, or this city notifies nobody")
    receipt = trial.receipt
    detail = {"receiver": receiver_of(entry), "status": receipt.status, "reason": receipt.reason}
    entry_of_trail = AuditEntry(TESTED, f"subscription/{entry.subscription.key}", detail)
    await house.store.apply(call.tenant, (entry_of_trail,), call.principal)
    return json_reply(
        TrialTold(
            taken=receipt.taken,
            status=receipt.status,
            reason=receipt.reason,
            milliseconds=round(trial.seconds * 1000),
            entities=trial.entities,
        )
    )


def reachable(house: House, call: Call) -> list[Entry]:
    """The caller's own subscriptions; all for who may change everything."""
    every = (*house.subscriptions.all(call.tenant), *house.subscriptions.followers(call.tenant))
    return [entry for entry in every if reaches(call, entry)]


def reaches(call: Call, entry: Entry) -> bool:
    return call.grants.writes_all or entry.subscription.owner == call.principal.id


def known(house: House, call: Call, key: str) -> Entry:
    """The subscription of a key; one who may not know of it finds none."""
    entry = house.subscriptions.get(call.tenant, key)
    if entry is None or not reaches(call, entry):
        raise ResourceNotFound(f"there is no subscription {key[:200]}")
    return entry


def receiver_of(entry: Entry) -> str:
    """Scheme, host and port: what lives or is dead as one."""
    parts = urlsplit(entry.subscription.notification.endpoint.uri)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()


async def _sums(house: House, call: Call) -> dict[str, DebtSum]:
    return {one.subscription: one for one in await house.store.debt_sums(call.tenant)}


def _ails(entry: Entry, sums: Mapping[str, DebtSum]) -> bool:
    owed = sums.get(entry.subscription.key, _NOTHING)
    return entry.state.failing or owed.dead > 0 or owed.tried > 0


def _in_state(entry: Entry, sums: Mapping[str, DebtSum], state: str) -> bool:
    if state == "ailing":
        return _ails(entry, sums)
    if state == "unused":
        return not entry.state.times_sent
    return state == "all" or not entry.subscription.active


def _words_of(entry: Entry) -> str:
    subscription = entry.subscription
    return f"{subscription.id} {subscription.notification.endpoint.uri} {subscription.owner}".casefold()


async def _told(
    house: House, call: Call, entry: Entry, sums: Mapping[str, DebtSum], names: Mapping[str, str]
) -> SubscriptionTold | None:
    """None: it has gone in the meantime."""
    subscription, state = entry.subscription, entry.state
    kind = KIND if subscription.registrations is None else FOLLOWING
    found = await house.store.document(call.tenant, kind, subscription.id)
    if found is None:
        return None
    stored = decode_stored(found[1])
    owed = sums.get(subscription.key, _NOTHING)
    return SubscriptionTold(
        id=subscription.id,
        key=subscription.key,
        self=_address(stored, kind),
        kind="entities" if kind == KIND else "registrations",
        language="ngsi-v2" if stored.v2 else "ngsi-ld",
        description=stored.payload.get("description") or stored.payload.get("subscriptionName"),
        owner=subscription.owner,
        owner_name=names.get(subscription.owner, subscription.owner),
        mine=subscription.owner == call.principal.id,
        endpoint=_without_query(subscription.notification.endpoint.uri),
        receiver=receiver_of(entry),
        accept=subscription.notification.endpoint.accept,
        asks=asks_of_v2(stored.payload) if stored.v2 else asks_of(stored.payload),
        status=subscription.status(house.now()),
        failing=state.failing,
        reason=state.reason or owed.reason,
        times_sent=state.times_sent,
        times_failed=state.times_failed,
        last_notification=moment(state.last_notification),
        last_success=moment(state.last_success),
        last_failure=moment(state.last_failure),
        created_at=format_instant(stored.created_at),
        expires_at=moment(subscription.expires_at),
        waiting=owed.waiting,
        oldest=moment(owed.oldest),
        next_try=moment(owed.next_try),
        dead=owed.dead,
        copies=tuple(_copy(house, copy) for copy in house.copies.of(call.tenant, subscription.id))
        if kind == KIND
        else (),
    )


def _copy(house: House, copy: Copy) -> CopyTold:
    failures, reason = house.copier.fares(copy)
    held = copy.sent is not None and not failures
    return CopyTold(
        source=copy.registered.id,
        endpoint=_without_query(copy.registration.endpoint),
        state="ending" if copy.ending else "held" if held else "waiting",
        since=moment(copy.ending or copy.taken_at),
        failures=failures,
        reason=reason,
    )


def _address(stored: StoredSubscription, kind: str) -> str:
    room = "/v2/subscriptions" if stored.v2 else "/ngsi-ld/v1/subscriptions"
    return f"{room if kind == KIND else '/ngsi-ld/v1/csourceSubscriptions'}/{quote(stored.id, safe=':')}"


def _without_query(uri: str) -> str:
    """An endpoint without what often is a key."""
    return uri.partition("?")[0]


def _receiver(name: str, entries: Sequence[Entry], sums: Mapping[str, DebtSum]) -> ReceiverTold:
    owed = [sums.get(entry.subscription.key, _NOTHING) for entry in entries]
    failing = [entry for entry in entries if entry.state.failing]
    latest = max(failing, key=lambda entry: entry.state.last_failure, default=None)
    reasons = [one.reason for one in owed if one.reason]
    return ReceiverTold(
        receiver=name,
        subscriptions=len(entries),
        paused=sum(not entry.subscription.active for entry in entries),
        failing=len(failing),
        waiting=sum(one.waiting for one in owed),
        oldest=moment(min((one.oldest for one in owed if one.oldest is not None), default=None)),
        tried=sum(one.tried for one in owed),
        next_try=moment(min((one.next_try for one in owed if one.next_try is not None), default=None)),
        reason=latest.state.reason if latest is not None else next(iter(reasons), ""),
        last_success=moment(max(entry.state.last_success for entry in entries)),
        last_failure=moment(max(entry.state.last_failure for entry in entries)),
        dead=sum(one.dead for one in owed),
    )


def asks_of(payload: Mapping[str, Any]) -> Asks:
    """What an NGSI-LD subscription asks for (5.2.12)."""
    entities = cast(list[dict[str, Any]], payload.get("entities") or [])
    notification = cast(dict[str, Any], payload.get("notification") or {})
    return Asks(
        types=_texts(one.get("type") for one in entities),
        ids=_texts(one.get("id") for one in entities),
        patterns=_texts(one.get("idPattern") for one in entities if "id" not in one),
        watched=_texts(payload.get("watchedAttributes") or ()),
        triggers=_texts(payload.get("notificationTrigger") or ()),
        q=payload.get("q"),
        area=payload.get("geoQ"),
        scopes=payload.get("scopeQ"),
        csf=payload.get("csf"),
        attributes=_texts(notification.get("attributes") or notification.get("pick") or ()),
        every=payload.get("timeInterval"),
        throttling=payload.get("throttling"),
    )


def asks_of_v2(payload: Mapping[str, Any]) -> Asks:
    """What a subscription of NGSI v2 asks for."""
    subject = cast(dict[str, Any], payload.get("subject") or {})
    condition = cast(dict[str, Any], subject.get("condition") or {})
    expression = cast(dict[str, Any], condition.get("expression") or {})
    entities = cast(list[dict[str, Any]], subject.get("entities") or [])
    notification = cast(dict[str, Any], payload.get("notification") or {})
    geo = {name: expression[name] for name in ("georel", "geometry", "coords") if name in expression}
    return Asks(
        types=_texts(one.get("type") or one.get("typePattern") for one in entities),
        ids=_texts(one.get("id") for one in entities),
        patterns=_texts(one.get("idPattern") for one in entities if one.get("idPattern") != ".*"),
        watched=_texts(condition.get("attrs") or ()),
        triggers=_texts(condition.get("alterationTypes") or ()),
        q=expression.get("q"),
        area={**geo, "coordinates": geo.get("coords")} if geo else None,
        attributes=_texts(notification.get("attrs") or ()),
        throttling=payload.get("throttling"),
    )


def _texts(found: Iterable[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(one) for one in found if one))
