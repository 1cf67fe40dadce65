"""What a query by GET asks besides its offset and its `q`, read once for all queries of one shape.

Only plain queries have a plan: by type, in the order of creation, without linked entities or maps. Everything else, and
what is wrong, goes the long way (`ngsi_ld_consumption`). A plan follows from the shape, the @context and the media type
alone, and they are its key: neither a tenant nor a reader is part of it.
"""

from typing import Literal

import msgspec

from pinisi.console.http import Call, plain_text
from pinisi.console.ngsi_ld_query import join_of, query_of
from pinisi.console.ngsi_ld_request import Asked, Media, Paging, page_headers, paging
from pinisi.console.ngsi_ld_show import Showing, geometry_property, view_of
from pinisi.console.query_shape import Shape
from pinisi.context.q_language import parse_q
from pinisi.context.term_table import TermTable
from pinisi.store.query import EntityQuery
from pinisi.vocabulary.memory import Memory
from pinisi.vocabulary.principal import Principal

PLANS_MOST = 512
OFFSET_DIGITS = 9
_PLAIN = frozenset(
    ("type", "limit", "count", "options", "format", "sysAttrs", "attrs", "pick", "omit", "lang", "datasetId", "local")
)
_FREE: tuple[Literal[b"offset="], Literal[b"q="]] = (b"offset=", b"q=")
_NOBODY = Principal(id="nobody", name="nobody", kind="anonymous")


class Plan(msgspec.Struct, frozen=True, eq=False):
    """`query` lacks its filter; `told` are the parameters that links to other pages repeat, but for `q`."""

    how: Asked
    showing: Showing
    query: EntityQuery
    limit: int
    count: bool
    told: tuple[tuple[str, str], ...]

    def query_with(self, q: bytes | None) -> EntityQuery:
        """The query with its filter, `q` as it was sent.

        Raises:
            QueryError: see `parse_q`.
        """
        if q is None:
            return self.query
        return msgspec.structs.replace(self.query, filter=parse_q(plain_text(q), self.how.table.expand_term))

    def headers(self, call: Call, shape: Shape, more: bool, total: int | None) -> tuple[tuple[bytes, bytes], ...]:
        """The headers of one page."""
        page = Paging(self.limit, int(shape.offset or 0), self.count)
        told = self.told if shape.q is None else (*self.told, ("q", plain_text(shape.q)))
        return page_headers(call.path, told, self.how.media, page, more, total)


_plans = Memory[tuple[bytes, TermTable, Media], Plan](PLANS_MOST)


def plan_of(how: Asked, shape: Shape | None) -> Plan | None:
    """The plan of a query; None where it has none.

    Raises:
        what `paging`, `query_of` and `view_of` raise.
    """
    if shape is None or not _is_offset(shape.offset):
        return None
    key = (shape.rest, how.table, how.media)
    plan = _plans.get(key)
    if plan is None:
        plan = _made(how, shape.rest)
        if plan is not None:
            _plans.remember(key, plan)
    return plan


def _is_offset(text: bytes | None) -> bool:
    return text is None or (text.isdigit() and len(text) <= OFFSET_DIGITS)


def _made(how: Asked, rest: bytes) -> Plan | None:
    fixed = b"&".join(part for part in rest.split(b"&") if part not in _FREE)
    call = Call("GET", "", principal=_NOBODY, tenant="", query_string=fixed)
    told = call.query
    if not _PLAIN.issuperset(told) or told.get("type", "*") == "*":
        return None
    page = paging(call)
    query, view = query_of(told, how.table), view_of(call, how.table)
    join_of(told, view)  # refuses braces of `pick` and `omit`, which reach into entities that only `join` brings
    showing = Showing(how, view, geometry_property(call, how))
    kept = tuple(pair for pair in told.items() if pair[0] != "limit")
    return Plan(how, showing, query, page.limit, page.count, kept)
