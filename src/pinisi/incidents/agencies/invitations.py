"""Invitations of phones: a link that signs one phone in as one crew, once, within a day.

Only the hash of its secret is kept. A link that was used, has expired or was called back opens nothing.
"""

import secrets
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from pinisi.incidents.requirements import ActDoesNotFit
from pinisi.store.change import DocumentChange, Refused, VersionConflict
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import HOUR, Instant
from pinisi.vocabulary.principal import SYSTEM, Principal

INVITATION = "crew-invitation"
HOLDS = 24 * HOUR
_SECRET_BYTES = 24


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """For the phone of this account, made by somebody of the control room."""

    account: str
    by: str
    until: Instant


class NoSuchInvitation(Refused, ActDoesNotFit):
    """It was used, has expired, or never was."""


class Invitations:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def make(self, tenant: str, account: str, principal: Principal, now: Instant) -> tuple[str, Invitation]:
        """The secret of a new one, which is told this once; an earlier one of the account opens nothing any more."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        made = Invitation(account=account, by=principal.id, until=now + HOLDS)
        changes = await self._earlier(tenant, account, now)
        changes.append(DocumentChange(INVITATION, _id(secret), msgspec.json.encode(made), 0))
        await self._store.apply(tenant, changes, principal)
        return secret, made

    async def end(self, tenant: str, account: str, principal: Principal, now: Instant) -> None:
        """Call back what was not used yet."""
        if changes := await self._earlier(tenant, account, now):
            await self._store.apply(tenant, changes, principal)

    async def use(self, tenant: str, secret: str, now: Instant) -> Invitation:
        """Of two who use it at once the second is told that it is gone. Raises `NoSuchInvitation`."""
        found = await self._store.document(tenant, INVITATION, _id(secret))
        invitation = None if found is None else _decode(found[1])
        if found is None or invitation is None or invitation.until <= now:
            raise NoSuchInvitation("this link was used already, or has expired: ask the control room for another one")
        try:
            await self._store.apply(tenant, [DocumentChange(INVITATION, _id(secret), None, found[0])], SYSTEM)
        except VersionConflict:
            raise NoSuchInvitation("this link was used a moment ago") from None
        return invitation

    async def waiting(self, tenant: str, now: Instant) -> Sequence[Invitation]:
        kept = [_decode(body) for _, _, body in await self._store.documents(tenant, INVITATION)]
        return [each for each in kept if each.until > now]

    async def _earlier(self, tenant: str, account: str, now: Instant) -> list[DocumentChange]:
        kept = [(id, _decode(body)) for id, _, body in await self._store.documents(tenant, INVITATION)]
        over = [id for id, each in kept if each.account == account or each.until <= now]
        return [DocumentChange(INVITATION, id, None) for id in over]


_decode = msgspec.json.Decoder(Invitation).decode


def _id(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
