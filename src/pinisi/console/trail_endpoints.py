"""The audit trail for those who check it: signed checkpoints, the export that a verifier reads, a new key."""

from collections.abc import Sequence
from typing import Protocol

from pinisi.console.http import Call, Reply, Route, json_reply
from pinisi.console.people_endpoints import trail_of
from pinisi.people.acts import exported as act_of_export
from pinisi.people.acts import key_renewed
from pinisi.people.errors import Conflict, NotAllowed
from pinisi.people.house import House
from pinisi.people.interface import verification_shown
from pinisi.people.kept import PEOPLE
from pinisi.people.proof.statements import Key
from pinisi.people.sealing import KeyRing, NoKey, checkpoint_of
from pinisi.people.trail_export import exported
from pinisi.people.verifying import Verifier
from pinisi.store.log import Seal

SHOWN = 100


class SealedHouse(House, Protocol):
    """A house that signs."""

    @property
    def keys(self) -> KeyRing: ...
    @property
    def verifier(self) -> Verifier: ...


async def list_checkpoints(house: SealedHouse, call: Call) -> Reply:
    tenant = trail_of(call)
    seals = await house.store.seals(tenant)
    return await _shown(house, tenant, seals[-SHOWN:])


async def make_checkpoint(house: SealedHouse, call: Call) -> Reply:
    tenant = trail_of(call)
    seal = await house.store.seal(tenant)
    if seal is not None and not seal.key:
        raise Conflict("The checkpoint could not be signed: look at the server's output, and at keys_folder.")
    return await _shown(house, tenant, [] if seal is None else [seal])


async def _shown(house: SealedHouse, tenant: str, seals: Sequence[Seal]) -> Reply:
    keys = [key.text() for key in _keys(house)]
    texts = [checkpoint_of(tenant, seal).text() for seal in seals]
    last = await house.verifier.last(tenant)
    return json_reply(
        {
            "position": await house.store.position(tenant),
            "keys": keys,
            "checkpoints": texts,
            "verified": None if last is None else verification_shown(last, await house.people.names()),
        }
    )


def _whole_trail(house: SealedHouse, call: Call, done: str) -> tuple[str, Sequence[Key]]:
    """The tenant whose trail it is, and the keys that have sealed it, for somebody whose grants have no limits."""
    tenant = trail_of(call)
    if not call.grants.sees_all:
        raise NotAllowed(f"The whole trail is {done}, or nothing: this needs a role without limits.")
    return tenant, _keys(house)


def _keys(house: SealedHouse) -> Sequence[Key]:
    try:
        return house.keys.known()
    except NoKey as error:
        raise Conflict(str(error)) from error


async def verify_trail(house: SealedHouse, call: Call) -> Reply:
    """The whole trail of a tenant: so it takes somebody whose grants have no limits, as its export does."""
    tenant, keys = _whole_trail(house, call, "checked")
    found = await house.verifier.verify(tenant, keys, call.principal, house.now())
    return json_reply(verification_shown(found, await house.people.names()))


async def export_trail(house: SealedHouse, call: Call) -> Reply:
    """All lines of a tenant: a part would not fit its links. So it takes somebody whose grants have no limits."""
    tenant, keys = _whole_trail(house, call, "exported")
    entry = act_of_export("audit trail", await house.store.position(tenant), "trail")
    await house.store.apply(tenant, [entry], call.principal)
    headers = (
        (b"content-disposition", b'attachment; filename="%s.trail"' % tenant.encode()),
        (b"cache-control", b"no-store"),
    )
    return Reply(200, media=b"text/plain; charset=utf-8", headers=headers, stream=exported(house.store, tenant, keys))


async def renew_key(house: SealedHouse, call: Call) -> Reply:
    try:
        key = house.keys.renew().key
    except NoKey as error:
        raise Conflict(str(error)) from error
    await house.store.apply(PEOPLE, [key_renewed(key.id, key.public, key.signer)], call.principal)
    return json_reply({"keys": [each.text() for each in house.keys.known()]}, 201)


TRAIL_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/audit/checkpoints",
        permission="audit.read",
        endpoint=list_checkpoints,
        summary="The newest signed checkpoints of the audit trail, and the public keys, as lines of text.",
        parameters=("of",),
        answers=(200, 400, 403, 409),
    ),
    Route(
        method="POST",
        path="/pinisi/v1/audit/checkpoints",
        permission="house.manage",
        endpoint=make_checkpoint,
        summary="Sign the audit trail as it is now.",
        parameters=("of",),
        answers=(200, 400, 403, 409),
    ),
    Route(
        method="POST",
        path="/pinisi/v1/audit/verification",
        permission="audit.read",
        endpoint=verify_trail,
        summary="Check the whole audit trail from its first line; that it was done, and what was found, is kept.",
        parameters=("of",),
        answers=(200, 400, 403, 409),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/audit/export",
        permission="audit.read",
        endpoint=export_trail,
        summary="The whole audit trail as text that the verifier checks; that it was taken is on record.",
        parameters=("of",),
        answers=(200, 400, 403, 409),
    ),
    Route(
        method="POST",
        path="/pinisi/v1/audit/keys",
        permission="people.manage",
        endpoint=renew_key,
        summary="Sign with a new key from now on; the one before it vouches for it.",
        answers=(201, 409),
    ),
)
