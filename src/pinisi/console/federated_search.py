"""A query that other sources take part in, and whom it is asked of (NGSI-LD 5.7.2, 5.12)."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.console.federated import Warnings, read_legs
from pinisi.console.federated_questions import Question, asked_of, questions, wanted_of
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.console.ngsi_ld_query import posted_query
from pinisi.console.ngsi_ld_request import Asked, Paging, accepted, sent
from pinisi.console.ngsi_ld_show import posted_words, view_of_words
from pinisi.context.entity_map import PLACES_MOST
from pinisi.context.federation.sources import Asker
from pinisi.context.linked_filter import NEVER
from pinisi.context.q_language import parse_q
from pinisi.context.registration import Registration
from pinisi.context.registration_matching import Wanted
from pinisi.context.render import View
from pinisi.store.query import EntityQuery, Filter

OPERATIONS = ("queryEntity", "queryBatch")
CREATING = "createEntityMapQueryEntity"
WHOLE = Paging(PLACES_MOST, 0, False)
"""The page of an entity map: all."""


class Search(msgspec.Struct, frozen=True):
    """What a query asks: `told` are its parameters, or the members of the body that was posted.

    `unsaid`: what it asks of content does not stand there, or not all of it: it is asked of what comes back.
    """

    queries: tuple[EntityQuery, ...]
    page: Paging
    how: Asked
    view: View
    told: Mapping[str, Any]
    unsaid: bool = False

    @property
    def filters(self) -> bool:
        """Whether it asks anything of content."""
        return any(query.filter is not None or query.geo is not None for query in self.queries)

    @property
    def asked_of(self) -> frozenset[str]:
        """The attributes of which its filters ask something."""
        return asked_of(self.queries)

    @property
    def split(self) -> bool:
        """Whether an entity may lie in pieces (parameter `splitEntities`)."""
        return str(self.told.get("splitEntities", "false")).lower() == "true"

    @property
    def wide(self) -> tuple[EntityQuery, ...]:
        """The queries without what is asked of content."""
        return tuple(
            msgspec.structs.replace(query, filter=None, geo=None, scopes=None, attributes=None)
            for query in self.queries
        )

    @property
    def csf(self) -> Filter | None:
        text = self.told.get("csf")
        return parse_q(text, self.how.table.expand_term) if isinstance(text, str) and text else None

    def wanted(self, query: EntityQuery) -> Wanted:
        names = None if self.split else wanted_of(self.view)
        if not self.split and names is None and query.attributes is not None:
            names = frozenset(query.attributes)
        return Wanted(
            ids=query.ids,
            id_pattern=query.id_pattern,
            types=query.types,
            attributes=names,
            datasets=self.view.datasets,
        )


def posted_search(house: House, call: Call, *, geo: bool) -> Search | None:
    """The whole of what a body asks for; None where only what is held here is. `geo`: GeoJSON may be the answer."""
    body = sent(house.contexts, call)
    how = Asked(body.table, accepted(call.headers.get(b"accept"), geo))
    posted = posted_query(body.document, body.table, local=call.query.get("local"))
    if posted.local:
        return None
    return Search(posted.queries, WHOLE, how, view_of_words(call, how.table, posted_words(posted.told)), posted.told)


def questions_of(
    house: House, asker: Asker, warnings: Warnings, search: Search, operations: Sequence[str] = OPERATIONS
) -> list[Question]:
    """Every question of a search, to sources that its filters of sources, of places and of scopes admit."""
    found: list[Question] = []
    csf = search.csf
    for query in search.queries:
        if query.filter == NEVER:
            continue
        wanted = search.wanted(query)
        legs = read_legs(house, asker, warnings, wanted, operations)
        found += questions([leg for leg in legs if _admitted(leg.registration, query, csf)], wanted)
    return found


def _admitted(registration: Registration, query: EntityQuery, csf: Filter | None) -> bool:
    if csf is not None and not registration.matches_csf(csf):
        return False
    geo = query.geo
    if geo is not None and geo.attribute in registration.face.attributes and not registration.may_lie(geo):
        return False
    return query.scopes is None or not registration.scopes or registration.in_scope(query.scopes)
