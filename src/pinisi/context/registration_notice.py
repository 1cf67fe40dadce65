"""What a subscriber to registrations is told (NGSI-LD 5.3.2, 5.11.7): registrations, and why he hears of them now."""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from pinisi.context.json_members import Payload
from pinisi.context.registration import KIND, Fares, StoredRegistration, decode_stored
from pinisi.context.registration_index import Registrations
from pinisi.context.registration_payload import read_stored
from pinisi.context.registration_subscription import heard_parts
from pinisi.context.registration_text import shown
from pinisi.context.subscription import Subscription
from pinisi.context.term_table import TermTable
from pinisi.store.log import LogEntry, Position
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import Grants

Reason = Literal["newlyMatching", "updated", "noLongerMatching"]


class RegistrationChanged(msgspec.Struct, frozen=True):
    """The detail of a line of the log: a registration before and after. Without what is sent along to the source."""

    before: StoredRegistration | None = None
    after: StoredRegistration | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(RegistrationChanged).decode
PICTURE = _encode(RegistrationChanged())
"""The detail of the line of a subscription itself: its subscriber is told all that matches."""


def told_of(before: StoredRegistration | None, after: StoredRegistration | None) -> bytes:
    """The detail of a change."""
    return _encode(RegistrationChanged(_public(before), _public(after)))


def _public(stored: StoredRegistration | None) -> StoredRegistration | None:
    if stored is None or "contextSourceInfo" not in stored.payload:
        return stored
    payload = {name: value for name, value in stored.payload.items() if name != "contextSourceInfo"}
    return msgspec.structs.replace(stored, payload=payload)


class RegistrationNotices:
    """Tells what a notification to one subscriber holds."""

    def __init__(self, store: Store, known: Registrations) -> None:
        self._store = store
        self._known = known

    async def picture(
        self,
        tenant: str,
        subscription: Subscription,
        grants: Grants,
        table: TermTable,
        owed_by: LogEntry | None = None,
    ) -> Sequence[Payload]:
        """All registrations that match now; but for those made after the line that owes it: each is told by its own."""
        told: list[Payload] = []
        for registration in self._known.of(tenant):
            parts = heard_parts(subscription, registration, grants)
            found = await self._store.document(tenant, KIND, registration.id) if parts else None
            if found is None:
                continue
            position, stored = found[0], decode_stored(found[1])
            if owed_by is None or position < owed_by.position or stored.created_at < owed_by.time:
                told.append(_told(stored, parts, subscription, table))
        return told

    async def change(
        self, tenant: str, position: Position, subscription: Subscription, grants: Grants, table: TermTable
    ) -> tuple[Reason, Sequence[Payload]] | None:
        """The change at a position; None: it does not concern the subscriber (any more).

        Raises:
            StoreUnavailable: the log cannot be read.
        """
        entries = (await self._store.log(tenant, position - 1, 1)).entries
        if not entries or entries[0].position != position or entries[0].detail is None:
            return None
        changed = _decode(entries[0].detail)
        if changed.before is None and changed.after is None:
            return "newlyMatching", await self.picture(tenant, subscription, grants, table, entries[0])
        parts = _parts(subscription, grants)
        was, now = parts(changed.before), parts(changed.after)
        if changed.after is not None and now:
            return "updated" if was else "newlyMatching", [_told(changed.after, now, subscription, table)]
        if changed.before is not None and was:
            return "noLongerMatching", [_told(changed.before, was, subscription, table)]
        return None


def _parts(subscription: Subscription, grants: Grants) -> Callable[[StoredRegistration | None], tuple[int, ...]]:
    return lambda stored: () if stored is None else heard_parts(subscription, read_stored(stored), grants)


def _told(stored: StoredRegistration, parts: Sequence[int], subscription: Subscription, table: TermTable) -> Payload:
    document = shown(stored, Fares(), table, parts=parts, sys_attrs=subscription.notification.sys_attrs)
    for part in document["information"]:
        part.update({name: [_listed(entity) for entity in part[name]] for name in ("entities",) if name in part})
    if subscription.notification.endpoint.accept == "application/ld+json":
        document["@context"] = table.served
    return document


def _listed(entity: Payload) -> Payload:
    """With its types as an array, as receivers of these notifications expect them (5.2.8 allows both)."""
    return {**entity, "type": [entity["type"]]} if isinstance(entity.get("type"), str) else entity
