"""The file of settings that the programs of Valhalla read.

What is not said here is Valhalla's own default (docs: valhalla.github.io, "valhalla_build_config").
"""

from pathlib import Path
from typing import Any

import msgspec

MOST_CLOSED_PLACES = 20_000
"""Middles of closed pieces of road in one question; 1,000 of them cost 75 ms (measured)."""
MOST_MATRIX_PAIRS = 1_000_000
MOST_TRACE_POINTS = 16_000
LONGEST_ROUTE_M = 500_000.0
_MOST_PERIMETER_M = 10_000_000
_COSTINGS = ("auto", "motorcycle", "motor_scooter", "bus", "taxi", "truck", "bicycle", "pedestrian")
_OTHERS = ("multimodal", "transit", "bikeshare")
_ACTIONS = ("status", "locate", "route", "sources_to_targets", "isochrone", "trace_attributes")


def write_settings(
    path: Path, tiles: Path, *, cache_mb: int, port: int = 0, sockets: Path | None = None, live: Path | None = None
) -> None:
    """Settings for building `tiles`, and with `port` and `sockets` for serving them on this machine alone.

    `live`: what is closed and how fast it goes now (`LiveFile`).
    """
    found = settings(tiles, cache_mb, port, sockets or tiles)
    if live is not None:
        found["mjolnir"]["traffic_extract"] = str(live)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(found)))


def settings(tiles: Path, cache_mb: int, port: int, sockets: Path) -> dict[str, Any]:
    return {
        "mjolnir": _roads(tiles, cache_mb),
        "loki": _search() | _room(sockets, "loki"),
        "thor": {"source_to_target_algorithm": "select_optimal"} | _room(sockets, "thor"),
        "odin": {"markup_formatter": {"markup_enabled": False}} | _room(sockets, "odin"),
        "meili": _matching(),
        "httpd": {"service": _listening(port, sockets)},
        "service_limits": _limits(),
        "additional_data": {"elevation": ""},
        "statsd": {"port": 8125, "prefix": "valhalla"},
    }


def _logging() -> dict[str, Any]:
    """To the standard error, without colours: what goes wrong is told by its last lines."""
    return {"type": "std_err", "color": False}


def _room(sockets: Path, name: str) -> dict[str, Any]:
    return {"logging": _logging(), "service": {"proxy": f"ipc://{sockets / name}"}}


def _roads(tiles: Path, cache_mb: int) -> dict[str, Any]:
    """Without shortcuts: one would lead over pieces that are closed or slow now."""
    return {
        "tile_dir": str(tiles),
        "concurrency": 1,
        "max_cache_size": cache_mb << 20,
        "use_lru_mem_cache": True,
        "max_concurrent_reader_users": 1,
        "hierarchy": True,
        "shortcuts": False,
        "reclassify_links": True,
        "include_driving": True,
        "include_bicycle": True,
        "include_pedestrian": True,
        "include_driveways": True,
        "include_construction": False,
        "data_processing": {
            "infer_internal_intersections": True,
            "infer_turn_channels": True,
            "apply_country_overrides": True,
            "use_admin_db": False,
            "scan_tar": False,
        },
        "logging": _logging(),
    }


def _search() -> dict[str, Any]:
    return {
        "actions": list(_ACTIONS),
        "use_connectivity": True,
        "service_defaults": {
            "radius": 0,
            "minimum_reachability": 50,
            "search_cutoff": 1_000,
            "node_snap_tolerance": 5,
            "street_side_tolerance": 5,
            "street_side_max_distance": 1_000,
            "heading_tolerance": 60,
        },
    }


def _matching() -> dict[str, Any]:
    default = {
        "sigma_z": 4.07,
        "gps_accuracy": 5.0,
        "beta": 3,
        "max_route_distance_factor": 5,
        "max_route_time_factor": 5,
        "max_search_radius": 100,
        "breakage_distance": 2000,
        "interpolation_distance": 10,
        "search_radius": 50,
        "geometry": False,
        "route": True,
        "turn_penalty_factor": 0,
    }
    return {
        "mode": "auto",
        "customizable": ["search_radius", "gps_accuracy", "turn_penalty_factor"],
        "verbose": False,
        "default": default,
        "auto": {"turn_penalty_factor": 200, "search_radius": 50},
        "grid": {"size": 500, "cache_size": 100_240},
        "logging": _logging(),
    }


def _listening(port: int, sockets: Path) -> dict[str, Any]:
    return {
        "listen": f"tcp://127.0.0.1:{port}",
        "loopback": f"ipc://{sockets / 'loopback'}",
        "interrupt": f"ipc://{sockets / 'interrupt'}",
        "drain_seconds": 1,
        "shutdown_seconds": 1,
        "timeout_seconds": 60,
    }


def _limits() -> dict[str, Any]:
    most = {
        "max_distance": LONGEST_ROUTE_M,
        "max_locations": 50,
        "max_matrix_distance": LONGEST_ROUTE_M,
        "max_matrix_location_pairs": MOST_MATRIX_PAIRS,
    }
    walking = {"min_transit_walking_distance": 1, "max_transit_walking_distance": 10_000}
    return {
        **dict.fromkeys((*_COSTINGS, *_OTHERS), most | walking),
        "isochrone": {
            "max_contours": 4,
            "max_time_contour": 120,
            "max_distance": 25_000.0,
            "max_locations": 1,
            "max_distance_contour": 200,
        },
        "trace": {
            "max_distance": LONGEST_ROUTE_M,
            "max_gps_accuracy": 100.0,
            "max_search_radius": 100.0,
            "max_shape": MOST_TRACE_POINTS,
            "max_alternates": 1,
            "max_alternates_shape": 100,
        },
        "centroid": {"max_distance": 200_000.0, "max_locations": 5},
        "skadi": {"max_shape": 750_000, "min_resample": 10.0},
        "status": {"allow_verbose": False},
        "max_exclude_locations": MOST_CLOSED_PLACES,
        "max_exclude_polygons_length": _MOST_PERIMETER_M,
        "max_reachability": 100,
        "max_radius": 200,
        "max_timedep_distance": 500_000,
        "max_timedep_distance_matrix": 0,
        "max_alternates": 2,
        "max_distance_disable_hierarchy_culling": 0,
        "allow_hard_exclusions": False,
        "hierarchy_limits": {"allow_modification": False},
    }
