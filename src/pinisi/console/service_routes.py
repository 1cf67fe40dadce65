"""The endpoints that services declare, as routes: each under its permission, at `/pinisi/v1/services/NAME/...`."""

from functools import partial

import msgspec

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route, Shapes
from pinisi.console.paper import PDF_MEDIA, on_paper, room_of, tongue_of
from pinisi.console.refusals import refuse
from pinisi.console.town import Town
from pinisi.incidents.report.after_action import moment
from pinisi.incidents.report.document import Document
from pinisi.runtime.endpoint import Endpoint, Raw
from pinisi.runtime.manifest import Service
from pinisi.runtime.rooms import Room
from pinisi.runtime.services import Registry
from pinisi.runtime.serving import EndpointFailed, EndpointTooSlow, Sent, read_body, read_query, serve
from pinisi.runtime.visit import Visit

PREFIX = "/pinisi/v1/services"


def service_routes(registry: Registry) -> tuple[Route, ...]:
    """The routes of every service that is there, whether it runs or not: permissions do not come and go with it."""
    return tuple(_route(service, endpoint) for service in registry.services for endpoint in service.endpoints)


def _route(service: Service, endpoint: Endpoint) -> Route:
    title = endpoint.title.en
    return Route(
        method=endpoint.method,
        path=f"{PREFIX}/{service.name}{endpoint.path}",
        permission=endpoint.permission,
        endpoint=partial(_call, service.name, endpoint),
        summary=title if endpoint.permission is not None else f"{title} (open: {endpoint.open})",
        parameters=endpoint.parameters,
        body=None if endpoint.body is None else f"{service.name}.{endpoint.body.__name__}",
        answers=(204 if endpoint.answer is None else endpoint.status, 400, 404, 503),
        shapes=Shapes(family=service.name, body=endpoint.body, query=endpoint.query, answer=_told(endpoint)),
    )


def _told(endpoint: Endpoint) -> type[msgspec.Struct] | None:
    """The type of its answer for the OpenAPI document; bytes have none."""
    return None if endpoint.answer is Raw else endpoint.answer


async def _call(name: str, endpoint: Endpoint, house: House, call: Call) -> Reply:
    town = house.town(call.tenant)
    room = town.rooms.rooms.get(name)
    if room is None or room.state != "running":
        return refuse(503, "The service does not run", _why(name, room, call))
    media = (call.header(b"content-type") or "").partition(";")[0].strip().lower()
    sent = Sent(body=call.body, media=media, query=call.query)
    visit = Visit(
        body=read_body(endpoint, sent),
        query=read_query(endpoint, sent),
        params=call.params,
        principal=call.principal,
        tenant=call.tenant,
        now=town.now(),
        room=room,
        store=house.store,
        table=house.pinisi_table,
        exercise=town.exercise,
    )
    try:
        answer = await serve(endpoint, visit)
    except EndpointFailed as error:
        return refuse(500, "The service met an error", str(error))
    except EndpointTooSlow as error:
        return refuse(503, "The service took too long", f"{error}: look whether it was done before you send it again")
    if answer is not None and endpoint.answer is Document and PDF_MEDIA.decode() in (call.header(b"accept") or ""):
        return await _on_paper(house, town, msgspec.json.decode(answer, type=Document), name)
    return Reply(204) if answer is None else Reply(endpoint.status, answer, endpoint.media.encode())


async def _on_paper(house: House, town: Town, document: Document, name: str) -> Reply:
    """What a service words, the house prints: under its own name, with its own typefaces.

    Raises:
        CannotPrint, NoTypefaces: see there.
    """
    headed = msgspec.structs.replace(document, house=room_of(town, tongue_of(town, document.language)))
    return await on_paper(house, headed, moment(town.now()), f"{name}-{document.language}")


def _why(name: str, room: Room | None, call: Call) -> str:
    """Why it does not run; what its failure says only to those who see the list of services."""
    if room is None:
        return f"{name} does not run in this tenant"
    if room.state == "off":
        return f"{name} is switched off"
    told = f": {room.reason}" if "console.read" in call.principal.permissions else ""
    return f"{name} has failed{told}"
