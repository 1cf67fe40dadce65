"""Subscriptions to registrations of context sources (NGSI-LD 5.11): their payload, and of which they hear.

They are subscriptions with two members of their own, `csf` and `temporalQ`. `notificationTrigger` has no meaning here
and is ignored (Table 5.2.12-1).
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from pinisi.context.json_members import Payload, object_of
from pinisi.context.pick import CORE_MEMBERS
from pinisi.context.problems import BadRequestData
from pinisi.context.q_language import parse_q
from pinisi.context.query_error import QueryError
from pinisi.context.registration import Registration
from pinisi.context.registration_matching import Wanted, parts_of
from pinisi.context.registration_query import serves_time
from pinisi.context.registration_text import seen_by
from pinisi.context.subscription import Expand, RegistrationWish, Selector, StoredSubscription, Subscription
from pinisi.context.subscription_payload import read_subscription, wanted_members
from pinisi.context.subscription_text import Recorder, renamed, written_out
from pinisi.context.temporal_query import TemporalQuery, parse_temporal_query
from pinisi.context.validate import check_text, refuse
from pinisi.store.query import Filter
from pinisi.vocabulary.principal import Grants

_OWN = ("csf", "temporalQ")
_WITHOUT_MEANING = ("notificationTrigger",)


def wanted_of_follower(payload: Payload) -> Payload:
    """The members that a subscriber writes; what has no meaning here is left out."""
    kept = {name: value for name, value in wanted_members(payload).items() if name not in _WITHOUT_MEANING}
    return {**kept, **{name: payload[name] for name in _OWN if name in payload}}


def read_stored_follower(stored: StoredSubscription) -> Subscription:
    """The subscription of a document, with the IRIs that its names had when it was written."""
    terms = stored.terms
    return read_follower(stored.payload, lambda name: terms.get(name, name), stored.owner, stored.context)


def read_follower(payload: Payload, expand: Expand, owner: str, context: Any) -> Subscription:
    """Read and check a whole subscription to registrations.

    Raises:
        BadRequestData, OperationNotSupported, TooComplexQuery: as `read_subscription`.
    """
    base = read_subscription(
        {name: value for name, value in payload.items() if name not in _OWN}, expand, owner, context
    )
    if base.notification.endpoint.accept == "application/geo+json":
        refuse("notification.endpoint.accept", "registrations are not told as GeoJSON")
    wish = RegistrationWish(
        temporal=_temporal(payload["temporalQ"]) if "temporalQ" in payload else None,
        csf=_csf(payload["csf"], expand) if "csf" in payload else None,
    )
    return msgspec.structs.replace(base, registrations=wish)


def _temporal(value: Any) -> TemporalQuery:
    try:
        return parse_temporal_query(object_of(value, "temporalQ"), required=True)
    except QueryError as error:
        raise BadRequestData(error.reason, f"temporalQ.{error.field}") from None


def _csf(value: Any, expand: Expand) -> Filter:
    try:
        return parse_q(unquote(check_text(value, "csf")), expand)
    except QueryError as error:
        raise BadRequestData(error.reason, "csf") from None


def written_out_follower(fragment: Payload, expand: Expand, terms: Mapping[str, str]) -> tuple[Payload, dict[str, str]]:
    """As `written_out`, with the names in `csf` too."""
    rest = {name: value for name, value in fragment.items() if name not in _OWN}
    fresh, all_terms = written_out(rest, expand, terms)
    if "temporalQ" in fragment:
        fresh["temporalQ"] = fragment["temporalQ"]
    if not isinstance(fragment.get("csf"), str):
        return {**fresh, **{name: fragment[name] for name in ("csf",) if name in fragment}}, all_terms
    recorder = Recorder(expand)
    _csf(fragment["csf"], recorder)
    clashing = {name: iri for name, iri in recorder.terms.items() if all_terms.get(name, iri) != iri}
    fresh["csf"] = renamed({"csf": fragment["csf"]}, lambda name: clashing.get(name, name))["csf"]
    return fresh, {**recorder.terms, **all_terms, **{iri: iri for iri in clashing.values()}}


def heard_parts(subscription: Subscription, registration: Registration, grants: Grants) -> tuple[int, ...]:
    """Numbers of the parts of a registration that a subscription hears of (5.12), of what its owner may see."""
    wish = subscription.registrations
    if wish is None or not _accepts(subscription, wish, registration):
        return ()
    found = {part.number for wanted in _wanted(subscription) for part in parts_of(registration, wanted)}
    return tuple(number for number in seen_by(registration, grants) if number in found)


def _accepts(subscription: Subscription, wish: RegistrationWish, registration: Registration) -> bool:
    if not serves_time(registration, wish.temporal):
        return False
    if wish.csf is not None and not registration.matches_csf(wish.csf):
        return False
    if subscription.scopes is not None and not registration.in_scope(subscription.scopes):
        return False
    return subscription.geo is None or registration.may_lie(subscription.geo)


def _wanted(subscription: Subscription) -> list[Wanted]:
    names = _names(subscription)
    return [
        Wanted(
            ids=None if selector.id is None else (selector.id,),
            id_pattern=None if selector.id is not None else selector.id_pattern,
            types=selector.types,
            attributes=names,
            datasets=subscription.datasets,
        )
        for selector in subscription.selectors or (Selector(),)
    ]


def _names(subscription: Subscription) -> frozenset[str] | None:
    """Watched and notified attributes together; where either names none, all match (5.11.2.4)."""
    params = subscription.notification
    told = params.attributes or (None if params.pick is None else params.pick.members - CORE_MEMBERS)
    if not told or subscription.watched is None:
        return None
    return told | subscription.watched
