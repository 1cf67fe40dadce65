"""The files of GTFS Schedule that are checked: their columns, what must be there, keys and references.

Source: GTFS Schedule Reference (gtfs.org/documentation/schedule/reference, revision of July 2025). Files that are not
named here pass through as they are.
"""

from collections.abc import Mapping

import msgspec


class Column(msgspec.Struct, frozen=True):
    """`kind` is one of `values.KINDS`. `values` of an enum; `of` the file and column that a foreign key points at."""

    name: str
    kind: str = "text"
    required: bool = False
    values: frozenset[str] = frozenset()
    of: tuple[str, str] | None = None


class Layout(msgspec.Struct, frozen=True):
    """A file: its columns and the columns that identify a row (none: no key is checked)."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


def _must(name: str, kind: str = "text", of: tuple[str, str] | None = None) -> Column:
    return Column(name, kind, True, frozenset(), of)


def _may(name: str, kind: str = "text", of: tuple[str, str] | None = None) -> Column:
    return Column(name, kind, False, frozenset(), of)


def _one_of(name: str, values: str, *, required: bool = False) -> Column:
    return Column(name, "enum", required, frozenset(values.split()))


_AGENCY, _STOP = ("agency.txt", "agency_id"), ("stops.txt", "stop_id")
_ROUTE, _TRIP = ("routes.txt", "route_id"), ("trips.txt", "trip_id")
_SHAPE, _FARE = ("shapes.txt", "shape_id"), ("fare_attributes.txt", "fare_id")
_LEVEL = ("levels.txt", "level_id")
_SERVICE = ("calendar.txt", "service_id")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_BOARDING = "0 1 2 3"

_LAYOUTS = (
    Layout(
        "agency.txt",
        (
            _may("agency_id"),
            _must("agency_name"),
            _must("agency_url", "url"),
            _must("agency_timezone", "timezone"),
            _may("agency_lang", "language"),
            _may("agency_phone"),
            _may("agency_fare_url", "url"),
            _may("agency_email", "email"),
        ),
        ("agency_id",),
    ),
    Layout(
        "stops.txt",
        (
            _must("stop_id"),
            _may("stop_code"),
            _may("stop_name"),
            _may("stop_desc"),
            _may("stop_lat", "latitude"),
            _may("stop_lon", "longitude"),
            _may("zone_id"),
            _may("stop_url", "url"),
            _one_of("location_type", "0 1 2 3 4"),
            _may("parent_station", of=_STOP),
            _may("stop_timezone", "timezone"),
            _one_of("wheelchair_boarding", "0 1 2"),
            _may("level_id", of=_LEVEL),
            _may("platform_code"),
        ),
        ("stop_id",),
    ),
    Layout(
        "routes.txt",
        (
            _must("route_id"),
            _may("agency_id", of=_AGENCY),
            _may("route_short_name"),
            _may("route_long_name"),
            _may("route_desc"),
            _must("route_type", "count"),
            _may("route_url", "url"),
            _may("route_color", "color"),
            _may("route_text_color", "color"),
            _may("route_sort_order", "count"),
            _one_of("continuous_pickup", "0 1 2 3"),
            _one_of("continuous_drop_off", "0 1 2 3"),
        ),
        ("route_id",),
    ),
    Layout(
        "trips.txt",
        (
            _must("route_id", of=_ROUTE),
            _must("service_id", of=_SERVICE),
            _must("trip_id"),
            _may("trip_headsign"),
            _may("trip_short_name"),
            _one_of("direction_id", "0 1"),
            _may("block_id"),
            _may("shape_id", of=_SHAPE),
            _one_of("wheelchair_accessible", "0 1 2"),
            _one_of("bikes_allowed", "0 1 2"),
        ),
        ("trip_id",),
    ),
    Layout(
        "stop_times.txt",
        (
            _must("trip_id", of=_TRIP),
            _may("arrival_time", "time"),
            _may("departure_time", "time"),
            _must("stop_id", of=_STOP),
            _must("stop_sequence", "count"),
            _may("stop_headsign"),
            _one_of("pickup_type", _BOARDING),
            _one_of("drop_off_type", _BOARDING),
            _may("shape_dist_traveled", "measure"),
            _one_of("timepoint", "0 1"),
        ),
        ("trip_id", "stop_sequence"),
    ),
    Layout(
        "calendar.txt",
        (
            _must("service_id"),
            *(_one_of(day, "0 1", required=True) for day in _DAYS),
            _must("start_date", "date"),
            _must("end_date", "date"),
        ),
        ("service_id",),
    ),
    Layout(
        "calendar_dates.txt",
        (_must("service_id"), _must("date", "date"), _one_of("exception_type", "1 2", required=True)),
        ("service_id", "date"),
    ),
    Layout(
        "fare_attributes.txt",
        (
            _must("fare_id"),
            _must("price", "measure"),
            _must("currency_type", "currency"),
            _one_of("payment_method", "0 1", required=True),
            _one_of("transfers", "0 1 2"),
            _may("agency_id", of=_AGENCY),
            _may("transfer_duration", "count"),
        ),
        ("fare_id",),
    ),
    Layout("fare_rules.txt", (_must("fare_id", of=_FARE), _may("route_id", of=_ROUTE))),
    Layout(
        "shapes.txt",
        (
            _must("shape_id"),
            _must("shape_pt_lat", "latitude"),
            _must("shape_pt_lon", "longitude"),
            _must("shape_pt_sequence", "count"),
            _may("shape_dist_traveled", "measure"),
        ),
        ("shape_id", "shape_pt_sequence"),
    ),
    Layout(
        "frequencies.txt",
        (
            _must("trip_id", of=_TRIP),
            _must("start_time", "time"),
            _must("end_time", "time"),
            _must("headway_secs", "positive"),
            _one_of("exact_times", "0 1"),
        ),
        ("trip_id", "start_time"),
    ),
    Layout(
        "transfers.txt",
        (
            _may("from_stop_id", of=_STOP),
            _may("to_stop_id", of=_STOP),
            _may("from_route_id", of=_ROUTE),
            _may("to_route_id", of=_ROUTE),
            _may("from_trip_id", of=_TRIP),
            _may("to_trip_id", of=_TRIP),
            _one_of("transfer_type", "0 1 2 3 4 5"),
            _may("min_transfer_time", "count"),
        ),
        ("from_stop_id", "to_stop_id", "from_route_id", "to_route_id", "from_trip_id", "to_trip_id"),
    ),
    Layout("levels.txt", (_must("level_id"), _must("level_index", "decimal"), _may("level_name")), ("level_id",)),
    Layout(
        "pathways.txt",
        (
            _must("pathway_id"),
            _must("from_stop_id", of=_STOP),
            _must("to_stop_id", of=_STOP),
            _one_of("pathway_mode", "1 2 3 4 5 6 7", required=True),
            _one_of("is_bidirectional", "0 1", required=True),
            _may("length", "measure"),
            _may("traversal_time", "positive"),
            _may("stair_count", "whole"),
            _may("max_slope", "decimal"),
            _may("min_width", "measure"),
            _may("signposted_as"),
            _may("reversed_signposted_as"),
        ),
        ("pathway_id",),
    ),
    Layout(
        "feed_info.txt",
        (
            _must("feed_publisher_name"),
            _must("feed_publisher_url", "url"),
            _must("feed_lang", "language"),
            _may("feed_start_date", "date"),
            _may("feed_end_date", "date"),
            _may("feed_version"),
        ),
    ),
)
_AREA, _NETWORK = ("areas.txt", "area_id"), ("networks.txt", "network_id")
_TIMEFRAME, _PRODUCT = ("timeframes.txt", "timeframe_group_id"), ("fare_products.txt", "fare_product_id")
_RIDER, _MEDIA = ("rider_categories.txt", "rider_category_id"), ("fare_media.txt", "fare_media_id")
_LEG = ("fare_leg_rules.txt", "leg_group_id")
_FARES_AND_WORDS = (
    Layout("areas.txt", (_must("area_id"), _may("area_name")), ("area_id",)),
    Layout("stop_areas.txt", (_must("area_id", of=_AREA), _must("stop_id", of=_STOP)), ("area_id", "stop_id")),
    Layout("networks.txt", (_must("network_id"), _may("network_name")), ("network_id",)),
    Layout("route_networks.txt", (_must("network_id", of=_NETWORK), _must("route_id", of=_ROUTE)), ("route_id",)),
    Layout(
        "timeframes.txt",
        (
            _must("timeframe_group_id"),
            _may("start_time", "time"),
            _may("end_time", "time"),
            _must("service_id", of=_SERVICE),
        ),
        ("timeframe_group_id", "start_time", "end_time", "service_id"),
    ),
    Layout(
        "rider_categories.txt",
        (
            _must("rider_category_id"),
            _must("rider_category_name"),
            _one_of("is_default_fare_category", "0 1"),
            _may("eligibility_url", "url"),
        ),
        ("rider_category_id",),
    ),
    Layout(
        "fare_media.txt",
        (_must("fare_media_id"), _may("fare_media_name"), _one_of("fare_media_type", "0 1 2 3 4", required=True)),
        ("fare_media_id",),
    ),
    Layout(
        "fare_products.txt",
        (
            _must("fare_product_id"),
            _may("fare_product_name"),
            _may("rider_category_id", of=_RIDER),
            _may("fare_media_id", of=_MEDIA),
            _must("amount", "decimal"),
            _must("currency", "currency"),
        ),
        ("fare_product_id", "rider_category_id", "fare_media_id"),
    ),
    Layout(
        "fare_leg_rules.txt",
        (
            _may("leg_group_id"),
            _may("network_id"),
            _may("from_area_id", of=_AREA),
            _may("to_area_id", of=_AREA),
            _may("from_timeframe_group_id", of=_TIMEFRAME),
            _may("to_timeframe_group_id", of=_TIMEFRAME),
            _must("fare_product_id", of=_PRODUCT),
            _may("rule_priority", "count"),
        ),
        (
            "network_id",
            "from_area_id",
            "to_area_id",
            "from_timeframe_group_id",
            "to_timeframe_group_id",
            "fare_product_id",
        ),
    ),
    Layout(
        "fare_transfer_rules.txt",
        (
            _may("from_leg_group_id", of=_LEG),
            _may("to_leg_group_id", of=_LEG),
            _may("transfer_count", "whole"),
            _may("duration_limit", "positive"),
            _one_of("duration_limit_type", "0 1 2 3"),
            _one_of("fare_transfer_type", "0 1 2", required=True),
            _may("fare_product_id", of=_PRODUCT),
        ),
        ("from_leg_group_id", "to_leg_group_id", "fare_product_id", "transfer_count", "duration_limit"),
    ),
    Layout(
        "translations.txt",
        (
            _must("table_name"),
            _must("field_name"),
            _must("language", "language"),
            _must("translation"),
            _may("record_id"),
            _may("record_sub_id"),
            _may("field_value"),
        ),
        ("table_name", "field_name", "language", "record_id", "record_sub_id", "field_value"),
    ),
)
LAYOUTS: Mapping[str, Layout] = {layout.name: layout for layout in (*_LAYOUTS, *_FARES_AND_WORDS)}
REQUIRED = ("agency.txt", "stops.txt", "routes.txt", "trips.txt", "stop_times.txt")
