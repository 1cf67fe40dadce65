"""The copies of a subscription that sources get: reduced to what each is registered for (NGSI-LD 5.8.1.4).

A copy asks for the whole of what the source is registered for, normalized: what of it the subscriber is shown, and in
which form, is decided here, as for what is held here. Where entities may lie in pieces (`splitEntities`) the filters
stay here too. Texts for people, throttling and the subscriber's own address go to nobody.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from pinisi.context.federation.plan import Inquiry, inquiries, type_text
from pinisi.context.registration import EntityInfo, Registration
from pinisi.context.registration_matching import Part, Wanted, parts_of
from pinisi.context.registration_query import serves_time
from pinisi.context.subscription import Selector, StoredSubscription, Subscription
from pinisi.context.subscription_text import renamed
from pinisi.context.term_table import TermTable

Payload = dict[str, Any]
OPERATION = "createSubscription"
_CARRIED = ("notificationTrigger", "expiresAt", "isActive", "splitEntities")
_FILTERS = ("q", "geoQ", "scopeQ", "expandValues", "jsonKeys")


class Share(msgspec.Struct, frozen=True):
    """What of a subscription one source takes, by one copy: what `information` says alike of attributes.

    `watched` None: changes of any attribute. `allowed`: the attributes for which the source is heard; None: any.
    `entities` are those that it is registered for; empty: any.
    """

    watched: frozenset[str] | None
    allowed: frozenset[str] | None
    inquiries: tuple[Inquiry, ...]
    entities: tuple[EntityInfo, ...]

    def covers(self, id: str, types: Iterable[str]) -> bool:
        """Whether the source is registered for such an entity."""
        own = frozenset(types)
        fits = (one.covers_id(id) and (not one.types or not own.isdisjoint(one.types)) for one in self.entities)
        return not self.entities or any(fits)


def takes_part(subscription: Subscription, registration: Registration) -> bool:
    """Whether a source is one that the subscription is passed on to, whatever its information says.

    Auxiliary sources are for consumption only (4.3.6.2). The source filter is asked of the source's own properties;
    where a source tells scopes or a place, it must be able to meet the subscription's.
    """
    if registration.mode == "auxiliary" or OPERATION not in registration.operations:
        return False
    if not serves_time(registration, None):
        return False
    if subscription.csf is not None and not registration.matches_csf(subscription.csf):
        return False
    if subscription.scopes is not None and registration.scopes and not registration.in_scope(subscription.scopes):
        return False
    geo = subscription.geo
    told = geo is not None and geo.attribute in registration.face.attributes
    return geo is None or not told or registration.may_lie(geo)


def shares_of(subscription: Subscription, registration: Registration, seen: Sequence[int]) -> list[Share]:
    """The shares that one source takes; none: it has nothing of what is asked for.

    Args:
        seen: numbers of the parts of the registration that the subscription's owner may see.
    """
    if not takes_part(subscription, registration):
        return []
    found: dict[tuple[frozenset[str] | None, frozenset[str] | None], list[tuple[Part, list[Inquiry]]]] = {}
    for selector in subscription.selectors or (Selector(),):
        ids = None if selector.id is None else (selector.id,)
        pattern = None if selector.id is not None else selector.id_pattern
        wanted = Wanted(
            ids=ids,
            id_pattern=pattern,
            types=selector.types,
            attributes=subscription.watched,
            datasets=subscription.datasets,
        )
        for part in parts_of(registration, wanted):
            if part.number in seen:
                allowed = registration.information[part.number].attributes
                asked = inquiries(part, ids, pattern, selector.types, part.attributes, allowed)
                found.setdefault((part.attributes, allowed), []).append((part, asked))
    return [_share(watched, allowed, parts) for (watched, allowed), parts in found.items()]


def _share(
    watched: frozenset[str] | None, allowed: frozenset[str] | None, parts: Sequence[tuple[Part, list[Inquiry]]]
) -> Share:
    any_entity = any(not part.entities for part, _ in parts)
    entities = () if any_entity else dict.fromkeys(entity for part, _ in parts for entity in part.entities)
    return Share(watched, allowed, tuple(one for _, asked in parts for one in asked), tuple(entities))


def copy_of(
    stored: StoredSubscription,
    subscription: Subscription,
    registration: Registration,
    share: Share,
    table: TermTable,
    address: str,
) -> Payload:
    """The payload of a copy, without its id, in the terms of `table`.

    Args:
        address: where the source shall notify: this house.
    """
    payload = in_terms(stored, table)
    names = _CARRIED if subscription.split else (*_CARRIED, *_FILTERS)
    copy: Payload = {"type": "Subscription", **{name: payload[name] for name in names if name in payload}}
    entities = _entities(share, table)
    if entities is not None:
        copy["entities"] = entities
    if share.watched is not None:
        copy["watchedAttributes"] = sorted(map(table.compact_iri, share.watched))
    datasets = _datasets(subscription, registration)
    if datasets is not None:
        copy["datasetId"] = datasets
    if registration.local_only:
        copy["localOnly"] = True
    notification: Payload = {"sysAttrs": True, "endpoint": {"uri": address, "accept": "application/json"}}
    if subscription.notification.show_changes:
        notification["showChanges"] = True
    return copy | {"notification": notification}


def in_terms(stored: StoredSubscription, table: TermTable) -> Payload:
    """The subscriber's payload with its names in other terms."""
    terms = {name: table.compact_iri(iri) for name, iri in stored.terms.items()}
    payload = renamed(stored.payload, lambda name: terms.get(name, name))
    for name in ("expandValues", "jsonKeys"):
        text = payload.get(name)
        if isinstance(text, str):
            words = [word.strip() for word in text.split(",")]
            payload[name] = ",".join([terms.get(word, word) for word in words])
    return payload


def _entities(share: Share, table: TermTable) -> list[Payload] | None:
    """Selectors of entities (5.2.33), each once; None: any."""
    found: list[Payload] = []
    for inquiry in share.inquiries:
        text = "*" if inquiry.types is None else type_text(inquiry.types, table)
        if inquiry.ids is not None:
            found += [{"type": text, "id": id} for id in inquiry.ids]
        elif inquiry.id_pattern is not None:
            found.append({"type": text, "idPattern": inquiry.id_pattern})
        elif inquiry.types is None and share.watched is not None:
            return None
        else:
            found.append({"type": text})
    return [one for number, one in enumerate(found) if one not in found[:number]]


def _datasets(subscription: Subscription, registration: Registration) -> list[str] | None:
    wanted, registered = subscription.datasets, registration.datasets
    both = registered if wanted is None else wanted if registered is None else wanted & registered
    return None if both is None else sorted("@none" if one is None else one for one in both)
