"""Registrations of NGSI v2: providers, as IoT agents are, that are asked and told in v2 (`op/query`, `op/update`).

They are kept with those of NGSI-LD, so that requests in both languages reach the provider. Each language writes its
own; NGSI-LD lists all.
"""

import secrets
from typing import Any

from pinisi.console.house import CONTEXT_NAME, House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.v2_request import COUNT, PATH, V2, answer, body_of, options, page_of, written_scopes
from pinisi.context.ngsi_v2.entities import as_object
from pinisi.context.ngsi_v2.registrations import PREFIX, READ_ONLY, id_of, payload_of, shown, uri_of
from pinisi.context.problems import BadRequestData, ResourceNotFound
from pinisi.context.registration import KIND, Provider, Registration, StoredRegistration, decode_stored
from pinisi.context.registration_payload import read_stored
from pinisi.context.registration_text import seen_by
from pinisi.store.log import Position

REGISTRATIONS = V2 + "/registrations"
ONE = REGISTRATIONS + "/{id}"
NO_CONTENT = Reply(204)


async def create_registration(house: House, call: Call) -> Reply:
    told = _written(as_object(body_of(call), "body"))
    if "id" in told:
        raise BadRequestData("is given by the broker", "id")
    id, now = secrets.token_hex(12), house.now()
    path = next(iter(written_scopes(call)), None)
    stored = StoredRegistration(
        id=PREFIX + id,
        owner=call.principal.id,
        payload=payload_of(told, PREFIX + id, path, house.pinisi_table),
        properties={},
        context=CONTEXT_NAME,
        created_at=now,
        modified_at=now,
        v2=told,
        provider=Provider(call.tenant if call.tenant != house.default_tenant else None, path),
    )
    registration = _read(house, stored)
    await house.source_registry.create(call.tenant, stored, registration, call.principal)
    return Reply(201, headers=((b"location", f"{REGISTRATIONS}/{id}".encode()),))


async def list_registrations(house: House, call: Call) -> Reply:
    words = options(call, "count")
    limit, offset = page_of(call)
    told = (call.header(PATH) or "/").strip()
    path = None if told in ("/", "/#", "") else told
    seen = [one for one in house.registrations.of(call.tenant) if _is_shown(call, one) and _is_under(one, path)]
    headers = ((COUNT, str(len(seen)).encode()),) if "count" in words else ()
    page = [await _found(house, call, one) for one in seen[offset : offset + limit]]
    return answer([_shown(house, call, *found) for found in page if found is not None], headers)


async def retrieve_registration(house: House, call: Call) -> Reply:
    registration, _, stored = await _known(house, call)
    return answer(_shown(house, call, registration, stored))


async def update_registration(house: House, call: Call) -> Reply:
    """The members that are sent replace those that are kept, each as a whole."""
    fragment = _written(as_object(body_of(call), "body"))
    registration, position, stored = await _known(house, call, writing=True)
    if fragment.pop("id", id_of(stored.id)) != id_of(stored.id):
        raise BadRequestData("cannot change", "id")
    told = {name: value for name, value in {**(stored.v2 or {}), **fragment}.items() if value not in ("", None)}
    path = registration.provider.path if registration.provider is not None else None
    changed = StoredRegistration(
        id=stored.id,
        owner=stored.owner,
        payload=payload_of(told, stored.id, path, house.pinisi_table),
        properties={},
        context=stored.context,
        created_at=stored.created_at,
        modified_at=house.now(),
        v2=told,
        provider=stored.provider,
    )
    read = _read(house, changed, moved="expires" in fragment)
    await house.source_registry.update(call.tenant, stored, changed, read, call.principal, position)
    return NO_CONTENT


async def delete_registration(house: House, call: Call) -> Reply:
    _, _, stored = await _known(house, call, writing=True)
    await house.source_registry.delete(call.tenant, stored, call.principal)
    return NO_CONTENT


def _written(told: dict[str, Any]) -> dict[str, Any]:
    """Without what only the broker writes."""
    return {name: value for name, value in told.items() if name not in READ_ONLY}


_PLACES = {"endpoint": "provider.http.url", "information[0]": "dataProvided", "expiresAt": "expires"}


def _read(house: House, stored: StoredRegistration, *, moved: bool = True) -> Registration:
    """The registration that a document makes, refused in the words of v2."""
    try:
        read = read_stored(stored)
    except BadRequestData as error:
        raise _in_v2(error) from None
    if moved and read.expired(house.now()):
        raise BadRequestData("lies in the past", "expires")
    return read


def _in_v2(error: BadRequestData) -> BadRequestData:
    """The same error with the member as v2 names it."""
    place = error.field
    for ours, theirs in _PLACES.items():
        if place.startswith(ours):
            place = theirs + place.removeprefix(ours)
    return BadRequestData(error.detail.removeprefix(f"{error.field}: "), place)


def _is_shown(call: Call, one: Registration) -> bool:
    return one.provider is not None and (one.owner == call.principal.id or bool(seen_by(one, call.grants)))


def _is_under(one: Registration, path: str | None) -> bool:
    """Whether it was made under exactly this service path; None: whichever."""
    return path is None or (one.provider is not None and one.provider.path == path)


async def _found(house: House, call: Call, one: Registration) -> tuple[Registration, StoredRegistration] | None:
    """None: it has gone in the meantime."""
    found = await house.store.document(call.tenant, KIND, one.id)
    return None if found is None else (one, decode_stored(found[1]))


async def _known(
    house: House, call: Call, *, writing: bool = False
) -> tuple[Registration, Position, StoredRegistration]:
    id = call.params["id"]
    uri = uri_of(id)
    one = None if uri is None else house.registrations.get(call.tenant, uri)
    his = one is not None and (not writing or call.grants.writes_all or one.owner == call.principal.id)
    if one is None or not his or not _is_shown(call, one):
        raise ResourceNotFound(f"there is no registration {id[:80]}")
    found = await house.store.document(call.tenant, KIND, one.id)
    if found is None:
        raise ResourceNotFound(f"there is no registration {id[:80]}")
    return one, found[0], decode_stored(found[1])


def _shown(house: House, call: Call, one: Registration, stored: StoredRegistration) -> dict[str, Any]:
    return shown(stored, one, house.registrations.fares(call.tenant, one.id), house.now())


_READ, _WRITE = "registrations.read", "registrations.write"

V2_REGISTRATION_ROUTES: tuple[Route, ...] = (
    Route(method="GET", path=REGISTRATIONS, permission=_READ, endpoint=list_registrations,
          summary="List registrations", parameters=("limit", "offset", "options")),
    Route(method="POST", path=REGISTRATIONS, permission=_WRITE, endpoint=create_registration, body="V2Registration",
          summary="Register a provider", answers=(201, 400, 422)),
    Route(method="GET", path=ONE, permission=_READ, endpoint=retrieve_registration,
          summary="Retrieve a registration", answers=(200, 404)),
    Route(method="PATCH", path=ONE, permission=_WRITE, endpoint=update_registration, body="V2Registration",
          summary="Change members of a registration", answers=(204, 400, 404)),
    Route(method="DELETE", path=ONE, permission=_WRITE, endpoint=delete_registration,
          summary="Delete a registration", answers=(204, 404)),
)  # fmt: skip
