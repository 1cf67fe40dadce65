"""Context source registrations (NGSI-LD 5.9, 5.10, 6.8, 6.9): which other sources hold a part of what the city knows.

A registration makes this broker send requests to another, so that few may write one. Whoever may read them sees those
that concern types of his; what is sent along to a source (`contextSourceInfo`) is seen by its writer, and by who may
change everything.
"""

from collections.abc import Sequence
from urllib.parse import quote, urlencode
from uuid import uuid4

import msgspec

from pinisi.console.house import House
from pinisi.console.http import LOCATION, Call, Reply, Route
from pinisi.console.ngsi_ld_request import COUNT_HEADER, Asked, Paging, asked, options, paging, sent
from pinisi.console.ngsi_ld_show import document_reply
from pinisi.context.json_members import Payload
from pinisi.context.problems import AlreadyExists, BadRequestData, OperationNotSupported, ResourceNotFound
from pinisi.context.registration import KIND, TYPE, Registration, StoredRegistration, decode_stored
from pinisi.context.registration_payload import expanded, read_registration
from pinisi.context.registration_query import PARAMETERS, parse_discovery
from pinisi.context.registration_text import merged, seen_by, shown
from pinisi.context.validate import check_uri
from pinisi.store.change import VersionConflict

REGISTRATIONS = "/ngsi-ld/v1/csourceRegistrations"
_SAFE = "!$'()*,-./:;?@_~"


async def create_registration(house: House, call: Call) -> Reply:
    body = sent(house.contexts, call)
    payload, properties = expanded(body.document, body.table)
    payload.setdefault("id", f"urn:ngsi-ld:ContextSourceRegistration:{uuid4()}")
    now = house.now()
    registration = read_registration(payload, properties, call.principal.id, body.table.served, now)
    if registration.expired(now):
        raise BadRequestData("lies in the past", "expiresAt")
    stored = StoredRegistration(
        id=registration.id,
        owner=registration.owner,
        payload=payload,
        properties=properties,
        context=registration.context,
        created_at=now,
        modified_at=now,
    )
    try:
        await house.source_registry.create(call.tenant, stored, registration, call.principal)
    except VersionConflict:
        raise AlreadyExists(f"there is a registration {stored.id}", "id") from None
    location = f"{REGISTRATIONS}/{quote(stored.id, safe=':')}".encode()
    return Reply(201, headers=((LOCATION, location),))


async def query_registrations(house: House, call: Call) -> Reply:
    wish = asked(house.contexts, call)
    page = paging(call)
    discovery = parse_discovery(call.query, wish.table)
    matches = house.registrations.matching(call.tenant, discovery.wanted, None, temporal=True)
    accepted = [match.registration for match in matches if discovery.accepts(match.registration)]
    seen = [(registration, parts) for registration in accepted if (parts := _seen(call, registration))]
    chosen = seen[page.offset : page.offset + page.limit]
    documents = [await _document(house, call, wish, registration, parts) for registration, parts in chosen]
    more = page.offset + page.limit < len(seen)
    found = [document for document in documents if document is not None]
    reply = document_reply(found, wish)
    paged = page_links(call, page, more, len(seen) if page.count else None)
    return msgspec.structs.replace(reply, headers=(*reply.headers, *paged))


async def retrieve_registration(house: House, call: Call) -> Reply:
    wish = asked(house.contexts, call)
    registration, parts = _known(house, call)
    document = await _document(house, call, wish, registration, parts)
    if document is None:
        raise _not_there(registration.id)
    return document_reply(document, wish)


async def update_registration(house: House, call: Call) -> Reply:
    body = sent(house.contexts, call, merge_patch=True)
    registration, _ = _known(house, call, writing=True)
    fragment, properties = expanded(body.document, body.table)
    if fragment.get("id", registration.id) != registration.id:
        raise BadRequestData("the id of a registration cannot change", "id")
    if registration.provider is not None:
        raise OperationNotSupported("it was written in NGSI v2: change it at /v2/registrations", "id")
    position, stored = await _stored(house, call, registration)
    payload, all_properties = merged(stored, fragment, properties)
    now = house.now()
    changed = read_registration(payload, all_properties, stored.owner, stored.context, stored.created_at)
    if "expiresAt" in fragment and changed.expired(now):
        raise BadRequestData("lies in the past", "expiresAt")
    document = msgspec.structs.replace(stored, payload=payload, properties=all_properties, modified_at=now)
    await house.source_registry.update(call.tenant, stored, document, changed, call.principal, position)
    return Reply(204)


async def delete_registration(house: House, call: Call) -> Reply:
    registration, _ = _known(house, call, writing=True)
    _, stored = await _stored(house, call, registration)
    await house.source_registry.delete(call.tenant, stored, call.principal)
    return Reply(204)


def page_links(call: Call, page: Paging, more: bool, total: int | None) -> tuple[tuple[bytes, bytes], ...]:
    """Links to the previous and the next page, with the parameters as they were asked (6.3.10); and the count."""
    headers: list[tuple[bytes, bytes]] = []
    if page.limit and page.offset:
        headers.append(_page_link(call, max(0, page.offset - page.limit), page.limit, "prev"))
    if page.limit and more:
        headers.append(_page_link(call, page.offset + page.limit, page.limit, "next"))
    if total is not None:
        headers.append((COUNT_HEADER, str(total).encode()))
    return tuple(headers)


def _page_link(call: Call, offset: int, limit: int, relation: str) -> tuple[bytes, bytes]:
    query = urlencode({**call.query, "limit": str(limit), "offset": str(offset)}, safe=_SAFE, quote_via=quote)
    path = quote(call.path.rstrip("/"), safe="/:")
    return b"Link", f'<{path}?{query}>;rel="{relation}";type="application/ld+json"'.encode()


def _seen(call: Call, registration: Registration) -> Sequence[int]:
    """Numbers of the parts that the reader may see. What matched is not told apart: 5.10.2.5 leaves that open."""
    whole = registration.owner == call.principal.id
    return range(len(registration.information)) if whole else seen_by(registration, call.grants)


def _known(house: House, call: Call, *, writing: bool = False) -> tuple[Registration, Sequence[int]]:
    """The registration of the path with the parts that the reader may see; one who may not know of it finds none."""
    id = check_uri(call.params["id"], "id")
    registration = house.registrations.get(call.tenant, id)
    if registration is None:
        raise _not_there(id)
    parts = () if writing and not _owns(call, registration) else _seen(call, registration)
    if not parts:
        raise _not_there(id)
    return registration, parts


def _owns(call: Call, registration: Registration) -> bool:
    return registration.owner == call.principal.id or call.grants.writes_all


def _not_there(id: str) -> ResourceNotFound:
    return ResourceNotFound(f"there is no registration {id}")


async def _stored(house: House, call: Call, registration: Registration) -> tuple[int, StoredRegistration]:
    found = await house.store.document(call.tenant, KIND, registration.id)
    if found is None:
        raise _not_there(registration.id)
    return found[0], decode_stored(found[1])


async def _document(
    house: House, call: Call, wish: Asked, registration: Registration, parts: Sequence[int]
) -> Payload | None:
    """None: it has gone in the meantime."""
    found = await house.store.document(call.tenant, KIND, registration.id)
    if found is None:
        return None
    return shown(
        decode_stored(found[1]),
        house.registrations.fares(call.tenant, registration.id),
        wish.table,
        parts=parts,
        confidential=_owns(call, registration),
        sys_attrs="sysAttrs" in options(call),
    )


_READ, _WRITE = "registrations.read", "registrations.write"
_ONE = REGISTRATIONS + "/{id}"

REGISTRATION_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path=REGISTRATIONS,
        permission=_WRITE,
        endpoint=create_registration,
        body=TYPE,
        summary="Register a context source (5.9.2)",
        answers=(201, 400, 409, 504),
    ),
    Route(
        method="GET",
        path=REGISTRATIONS,
        permission=_READ,
        endpoint=query_registrations,
        summary="Discover context sources (5.10.2)",
        parameters=(*PARAMETERS, "limit", "offset", "count", "options", "sysAttrs"),
        answers=(200, 400),
    ),
    Route(
        method="GET",
        path=_ONE,
        permission=_READ,
        endpoint=retrieve_registration,
        summary="Retrieve the registration of a context source (5.10.1)",
        parameters=("options", "sysAttrs"),
        answers=(200, 400, 404),
    ),
    Route(
        method="PATCH",
        path=_ONE,
        permission=_WRITE,
        endpoint=update_registration,
        body="ContextSourceRegistrationFragment",
        summary="Update the registration of a context source (5.9.3)",
        answers=(204, 400, 404, 409),
    ),
    Route(
        method="DELETE",
        path=_ONE,
        permission=_WRITE,
        endpoint=delete_registration,
        summary="Delete the registration of a context source (5.9.4)",
        answers=(204, 400, 404),
    ),
)
