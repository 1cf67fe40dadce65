"""Bringing data in: `import`, `import-roads`."""

from pathlib import Path
from typing import Any

from pinisi.command_line.words import Words, command, settings_of


def add(commands: Any) -> None:
    _add_import(commands)
    _add_import_roads(commands)


def _add_import(commands: Any) -> None:
    help = "examine a file and load it: CSV, GeoJSON, shapefile, XLSX, NGSI-LD"
    parser = command(commands, "import", _import, help, settings=True)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--mapping", type=Path, metavar="FILE", help="how rows become entities (default: as proposed)")
    parser.add_argument("--propose", action="store_true", help="only print the mapping that is proposed")
    parser.add_argument("--save-mapping", type=Path, metavar="FILE", help="write the mapping that is used")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be found; nothing is written")
    parser.add_argument("--json", action="store_true", help="with --dry-run: every fault as JSON")
    parser.add_argument("--type", default="", metavar="TYPE", help="type of the entities, for the proposal")
    parser.add_argument("--city", metavar="CITY", help="folder or shipped name (default: makassar)")
    parser.add_argument("--source-title", metavar="TEXT", help="title of the source card")


def _import(words: Words) -> int:
    from pinisi.commands.importing import Wish, import_file

    wish = Wish(
        file=words.file,
        mapping=words.mapping,
        save_mapping=words.save_mapping,
        city=words.city,
        type=words.type,
        source_title=words.source_title,
        propose=words.propose,
        dry_run=words.dry_run,
        json=words.json,
    )
    return import_file(settings_of(words), wish)


def _add_import_roads(commands: Any) -> None:
    help = "bring roads into a city: an OpenStreetMap extract (.osm.pbf) or a shapefile"
    parser = command(commands, "import-roads", _import_roads, help, settings=True)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("city", nargs="?", metavar="CITY", help="folder or shipped name (default: makassar)")
    parser.add_argument("--as-of", metavar="PERIOD", help="when the roads were so, if the file is silent")
    parser.add_argument("--bounds", type=_bounds, metavar="W,S,E,N", help="only roads that touch these degrees")
    parser.add_argument("--source", default="roads", metavar="ID", help="id of the source card (default: roads)")
    parser.add_argument("--source-title", metavar="TEXT", help="title of the source card")
    parser.add_argument("--publisher", metavar="TEXT", help="who publishes the file (default: by its kind)")
    parser.add_argument("--licence", metavar="TEXT", help="its licence (default: by its kind)")
    parser.add_argument("--url", default="", metavar="ADDRESS", help="where it is published")
    parser.add_argument("--remove-missing", action="store_true", help="take roads away that the file no longer has")


def _import_roads(words: Words) -> int:
    from pinisi.commands.roads import Wish, import_roads

    wish = Wish(
        file=words.file,
        city=words.city,
        as_of=words.as_of,
        bounds=words.bounds,
        source=words.source,
        title=words.source_title,
        publisher=words.publisher,
        licence=words.licence,
        url=words.url,
        remove_missing=words.remove_missing,
    )
    return import_roads(settings_of(words), wish)


def _bounds(text: str) -> tuple[float, float, float, float]:
    """Raises `ValueError` for what is not west, south, east, north."""
    west, south, east, north = (float(part) for part in text.split(","))
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError(text)
    return west, south, east, north
