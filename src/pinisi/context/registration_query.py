"""What a discovery of context sources asks (NGSI-LD 5.10.2), and whether a registration answers it."""

from collections.abc import Mapping

import msgspec

from pinisi.context.geo_query import parse_geo_query
from pinisi.context.id_pattern import parse_id_pattern
from pinisi.context.language_filter import parse_languages
from pinisi.context.pick import CORE_MEMBERS, parse_pick
from pinisi.context.problems import BadRequestData
from pinisi.context.q_language import attributes_of, parse_q
from pinisi.context.query_error import QueryError
from pinisi.context.registration import Registration
from pinisi.context.registration_matching import Wanted
from pinisi.context.scope_query import parse_scope_query
from pinisi.context.temporal_query import TemporalQuery, parse_temporal_query
from pinisi.context.term_table import TermTable
from pinisi.context.type_selection import parse_type_selection
from pinisi.context.validate import check_uri
from pinisi.store.query import Filter, GeoQuery, ScopeSelection

PARAMETERS = (
    "type",
    "id",
    "idPattern",
    "attrs",
    "pick",
    "omit",
    "q",
    "csf",
    "georel",
    "geometry",
    "coordinates",
    "geoproperty",
    "geometryProperty",
    "timerel",
    "timeAt",
    "endTimeAt",
    "timeproperty",
    "scopeQ",
    "lang",
    "datasetId",
)
_TEMPORAL = ("timerel", "timeAt", "endTimeAt")
"""Without one of these `timeproperty` is ignored (Table 6.8.3.2-1)."""


class Discovery(msgspec.Struct, frozen=True, kw_only=True):
    """Which context sources are asked for; None asks nothing."""

    wanted: Wanted
    temporal: TemporalQuery | None = None
    csf: Filter | None = None
    geo: GeoQuery | None = None
    scopes: ScopeSelection | None = None

    def accepts(self, registration: Registration) -> bool:
        """Whether a registration meets all but `wanted`."""
        if not serves_time(registration, self.temporal):
            return False
        if self.csf is not None and not registration.matches_csf(self.csf):
            return False
        if self.scopes is not None and not registration.in_scope(self.scopes):
            return False
        return self.geo is None or registration.may_lie(self.geo)


def serves_time(registration: Registration, temporal: TemporalQuery | None) -> bool:
    """The present is served by sources without a time interval, the past by those whose interval it meets."""
    if temporal is None:
        return not registration.temporal
    observed = temporal.timeproperty == "observedAt"
    interval = registration.observation if observed else registration.management
    return interval is not None and interval.meets(temporal.since, temporal.until)


def parse_discovery(told: Mapping[str, str], table: TermTable) -> Discovery:
    """Read the parameters of a discovery; an empty one asks nothing.

    Raises:
        QueryError: a parameter that cannot be read; names it.
        BadRequestData: nothing narrows the query: it needs one of type, attrs, q and a geo-query (5.10.2.4). Ids alone
            are taken too: they narrow it no less.
    """
    given = {name: text for name, text in told.items() if text}
    expand = table.expand_term
    filter = parse_q(given["q"], expand) if "q" in given else None
    geo = parse_geo_query(
        given.get("georel"), given.get("geometry"), given.get("coordinates"), given.get("geoproperty"), expand
    )
    names = _names(given, table)
    if not (filter or geo or names or any(name in given for name in ("type", "id", "idPattern"))):
        raise BadRequestData("a discovery of context sources needs type, attrs, q or a geo-query", "type")
    if "lang" in given:
        parse_languages(given["lang"])
    if filter is not None:
        names |= attributes_of(filter)
    if geo is not None and "geoproperty" in given:
        names |= {geo.attribute}
    return Discovery(
        wanted=Wanted(
            ids=_ids(given.get("id")),
            id_pattern=parse_id_pattern(given["idPattern"]) if "idPattern" in given else None,
            types=parse_type_selection(given["type"], expand) if "type" in given else None,
            attributes=names or None,
            datasets=_datasets(given.get("datasetId")),
        ),
        temporal=parse_temporal_query(given, required=True) if any(name in given for name in _TEMPORAL) else None,
        csf=parse_csf(given["csf"], table) if "csf" in given else None,
        geo=geo,
        scopes=parse_scope_query(given["scopeQ"]) if "scopeQ" in given else None,
    )


def parse_csf(text: str, table: TermTable) -> Filter:
    """Read a context source filter: a `q` over the properties of a registration (NGSI-LD 4.9).

    Raises:
        QueryError: names `csf`.
    """
    try:
        return parse_q(text, table.expand_term)
    except QueryError as error:
        raise type(error)("csf", error.reason, error.position) from None


def _names(given: Mapping[str, str], table: TermTable) -> frozenset[str]:
    """The attributes of `attrs` and `pick`."""
    names = frozenset[str]()
    if "attrs" in given:
        words = [word.strip() for word in given["attrs"].split(",")]
        names |= {table.expand_name(word, "attrs") for word in words}
    if "pick" in given:
        names |= parse_pick(given["pick"], table).members - CORE_MEMBERS
    if "omit" in given:
        parse_pick(given["omit"], table)
    return names


def _ids(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(check_uri(id, "id") for id in text.split(","))


def _datasets(text: str | None) -> frozenset[str | None] | None:
    if text is None:
        return None
    return frozenset(None if dataset == "@none" else check_uri(dataset, "datasetId") for dataset in text.split(","))
