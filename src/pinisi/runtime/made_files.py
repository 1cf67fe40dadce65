"""Files of the data folder that Pinisi makes of others: each tenant's vector tiles. Losing them costs only time."""

from pathlib import Path

FOLDER = "tiles"
ROADS = "roads.pmtiles"
BASEMAP = "basemap.pmtiles"


def tiles_folder(data: Path, tenant: str) -> Path:
    return data / FOLDER / tenant


def made_file(data: Path, tenant: str, name: str) -> Path | None:
    """A made file of a tenant; None where there is none."""
    path = tiles_folder(data, tenant) / name
    return path if path.is_file() else None
