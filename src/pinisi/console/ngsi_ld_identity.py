"""Who this context source is (NGSI-LD 5.15.1, 5.2.40)."""

import hashlib
import socket
import time

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.ngsi_ld_request import asked
from pinisi.console.ngsi_ld_show import document_reply
from pinisi.vocabulary.instant import format_instant

_STARTED = time.monotonic()


async def source_identity(house: House, call: Call) -> Reply:
    how = asked(house.contexts, call)
    alias = alias_of(house, call.tenant)
    document = {
        "id": f"urn:ngsi-ld:ContextSourceIdentity:{alias}",
        "type": "ContextSourceIdentity",
        "contextSourceAlias": alias,
        "contextSourceUptime": f"PT{int(time.monotonic() - _STARTED)}S",
        "contextSourceTimeAt": format_instant(house.now()),
    }
    return document_reply(document, how)


def alias_of(house: House, tenant: str) -> str:
    """A name for one tenant of this server, the same at every start; it tells loops apart (5.2.40).

    The operator may give one (setting `context_source_alias`); tenants but the house's own are told apart behind it.
    """
    given = house.settings.context_source_alias
    if given:
        return given if tenant == house.default_tenant else f"{given}.{tenant}"
    place = f"{socket.gethostname()}:{house.settings.port}:{house.settings.data.absolute()}:{tenant}"
    return f"pinisi-{hashlib.blake2b(place.encode(), digest_size=8).hexdigest()}"


IDENTITY_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/ngsi-ld/v1/info/sourceIdentity",
        permission="context.read",
        endpoint=source_identity,
        summary="Identity of this context source (5.15.1)",
    ),
)
