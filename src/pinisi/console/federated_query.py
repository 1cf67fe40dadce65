"""One page of entities out of this house and its sources together (NGSI-LD 5.7.2, 4.3.6.7)."""

from collections.abc import Sequence

import msgspec

from pinisi.console.entity_map_pages import map_header, map_wish
from pinisi.console.federated import Warnings, asker_of
from pinisi.console.federated_gathering import Gathering
from pinisi.console.federated_linked_query import with_links
from pinisi.console.federated_questions import Question
from pinisi.console.federated_search import Search, posted_search, questions_of
from pinisi.console.house import House
from pinisi.console.http import Call, Endpoint, Reply
from pinisi.console.ngsi_ld_consumption import check_geometry_property, shown
from pinisi.console.ngsi_ld_query import join_of, query_of
from pinisi.console.ngsi_ld_request import asked, flag, paging, paging_headers
from pinisi.console.ngsi_ld_show import view_of
from pinisi.context.federation.sources import Asker
from pinisi.context.problems import BadRequestData


async def query(house: House, call: Call, local: Endpoint) -> Reply:
    """Query entities by GET."""
    how = asked(house.contexts, call, geo=True)
    page = paging(call)
    check_geometry_property(call, how)
    flag(call, "splitEntities")
    found = query_of(call.query, how.table)
    return await _answer(house, call, local, Search((found,), page, how, view_of(call, how.table), call.query))


async def query_posted(house: House, call: Call, local: Endpoint) -> Reply:
    """Query entities by POST (6.23)."""
    search = posted_search(house, call, geo=True)
    if search is None:
        return await local(house, call)
    return await _answer(house, call, local, msgspec.structs.replace(search, page=paging(call)))


async def _answer(house: House, call: Call, local: Endpoint, search: Search) -> Reply:
    asker = asker_of(house, call, search.how.table)
    warnings = Warnings(asker)
    linked = await with_links(house, call, asker, warnings, search)
    search = linked.search
    asked_for = questions_of(house, asker, warnings, search)
    if not asked_for and not linked.elsewhere:
        return await warnings.on_any(local(house, call))
    if search.told.get("orderBy") is not None or search.told.get("ordering") is not None:
        raise BadRequestData("goes with what is held here only (local=true), not with other sources", "orderBy")
    return await warnings.on_any(_shown(house, call, asker, warnings, search, asked_for))


async def _shown(
    house: House, call: Call, asker: Asker, warnings: Warnings, search: Search, asked_for: Sequence[Question]
) -> Reply:
    wish = join_of(search.told, search.view)
    maps = await map_wish(house, call, search.told)
    gathering = Gathering(house, call, asker, warnings, search)
    page, status = search.page, 200
    if maps is None:
        union = await gathering.page(asked_for)
        headers = paging_headers(call, page, union.more, union.count)
    elif maps.found is not None:
        union, following = await gathering.page_of(maps.found, asked_for)
        headers = (*paging_headers(call, page, following is not None, union.count, following), *maps.echo)
    else:
        union, made = await gathering.new_map(asked_for, maps)
        headers = (*paging_headers(call, page, union.more, union.count), *map_header(made))
        status = 201
    reply = await shown(house, call, union.records, search.how, search.view, wish, headers)
    return reply if status == 200 else msgspec.structs.replace(reply, status=status)
