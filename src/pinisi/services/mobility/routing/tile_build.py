"""Tiles of a road graph, built from a file of roads by a program of its own, with limits, once for each file.

A folder for each digest of file and builder: what is whole there was built whole (it is moved into place at the end).
"""

import asyncio
import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from pinisi.city.errors import CityError
from pinisi.city.roads.cleaning import Bounds
from pinisi.city.roads.extract import NeedsOsmium, extract_time, is_extract
from pinisi.city.roads.road_file import read_roads
from pinisi.services.mobility.routing.guardian import OVER_MEMORY, OVER_TIME, SERVER_GONE
from pinisi.services.mobility.routing.programs import RoutingFailed, ended, guarded
from pinisi.services.mobility.routing.road_extract import write_extract
from pinisi.services.mobility.routing.valhalla_settings import write_settings

VERSION = 2
"""Of what is written here: another one builds anew."""
_DIGITS = 16
_CARD, _PIECES = "graph.json", "pieces.npz"
_STAGES = (
    ("Parsing ways", 0.05),
    ("Parsing nodes", 0.3),
    ("Building", 0.5),
    ("Enhancing", 0.7),
    ("HierarchyBuilder", 0.8),
    ("Creating shortcuts", 0.85),
    ("Validating", 0.95),
)
_NODES = re.compile(rb"Node Count = (\d+)")
_EDGES = re.compile(rb"Directed Edge Count = (\d+)")
_LAST_LINES = 3

Told = Callable[[float, str], None]


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of one build: seconds, and megabytes of resident memory."""

    seconds: float = 3_600
    megabytes: int = 2_048


class Graph(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tiles that are there.

    `digest` names file and builder: the same digest, the same answers. `as_of`: when the extract was true, where it
    says. `directed`: of the roads of a shapefile, how many say their direction; None of an extract. `keys`: of the
    road that is way 1, 2 ...; none where the ways have their numbers of OpenStreetMap.
    """

    digest: str
    file: str
    junctions: int
    edges: int
    as_of: str | None = None
    directed: int | None = None
    keys: tuple[str, ...] = ()

    def road(self, way: int) -> str:
        """The key of a way's road, as in the id of its `RoadSegment`."""
        return self.keys[way - 1] if self.keys else f"osm-{way}"

    def ways(self, keys: Iterable[str]) -> dict[str, int]:
        """The ways of roads, where they are on this graph."""
        if self.keys:
            wanted = set(keys)
            return {key: way for way, key in enumerate(self.keys, start=1) if key in wanted}
        found = {key: key.removeprefix("osm-") for key in keys}
        return {key: int(way) for key, way in found.items() if way.isascii() and way.isdigit()}


def tiles_of(folder: Path, graph: Graph) -> Path:
    return folder / graph.digest / "tiles"


def pieces_of(folder: Path, graph: Graph) -> Path:
    """Its pieces of road, for `graph_pieces.load`."""
    return folder / graph.digest / _PIECES


async def build_graph(
    file: Path, folder: Path, *, bounds: Bounds | None = None, limits: Limits | None = None, told: Told | None = None
) -> Graph:
    """The graph of a file of roads, below `folder`; built where it is not there yet. Ends with its task.

    Args:
        bounds: of a shapefile only the roads that touch them; an extract is taken whole.

    Raises:
        RoutingFailed: no such file, no roads in it, damaged, over a limit; the text says which.
        NotInstalled: see there.
    """
    file, folder = file.absolute(), folder.absolute()
    digest = await asyncio.to_thread(_digest, file, bounds)
    place = folder / digest
    if (place / _CARD).is_file():
        return msgspec.json.decode((place / _CARD).read_bytes(), type=Graph)
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="build-", dir=folder))
    try:
        graph = await _build(file, digest, work, bounds, limits or Limits(), told or _silent)
        shutil.rmtree(place, ignore_errors=True)
        work.rename(place)
        return graph
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _silent(_share: float, _note: str) -> None:
    """Nobody listens."""


def _digest(file: Path, bounds: Bounds | None) -> str:
    found = hashlib.sha256(f"{VERSION} {bounds}".encode())
    try:
        with file.open("rb") as opened:
            while piece := opened.read(1 << 20):
                found.update(piece)
    except OSError as error:
        raise RoutingFailed(f"{file.name}: cannot be read: {error.strerror}") from None
    return found.hexdigest()[:_DIGITS]


async def _build(file: Path, digest: str, work: Path, bounds: Bounds | None, limits: Limits, told: Told) -> Graph:
    tiles = work / "tiles"
    tiles.mkdir()
    try:
        extract, card = await asyncio.to_thread(_prepared, file, digest, work, bounds)
    except (CityError, NeedsOsmium) as error:
        raise RoutingFailed(str(error)) from None
    write_settings(work / "settings.json", tiles, cache_mb=256)
    words = ("-c", str(work / "settings.json"), "-j", "1", str(extract))
    command = guarded("valhalla_build_tiles", *words, seconds=limits.seconds, megabytes=limits.megabytes)
    said = await _run(command, work, limits, told)
    junctions, edges = _NODES.search(said), _EDGES.search(said)
    if junctions is None or edges is None or int(edges[1]) == 0:
        raise RoutingFailed(f"{file.name}: has no road that can be driven")
    graph = msgspec.structs.replace(card, junctions=int(junctions[1]), edges=int(edges[1]))
    await asyncio.to_thread(_write_pieces, tiles, work / _PIECES)
    (work / _CARD).write_bytes(msgspec.json.encode(graph))
    return graph


def _write_pieces(tiles: Path, path: Path) -> None:
    from pinisi.services.mobility.routing.graph_pieces import read_pieces, save

    save(read_pieces(tiles), path)


def _prepared(file: Path, digest: str, work: Path, bounds: Bounds | None) -> tuple[Path, Graph]:
    """The extract to build from, and what is known of it before."""
    card = Graph(digest=digest, file=file.name, junctions=0, edges=0)
    if is_extract(file):
        return file, msgspec.structs.replace(card, as_of=extract_time(file))
    extract = work / "roads.osm.pbf"
    written = write_extract(read_roads(file, "road", bounds), extract)
    return extract, msgspec.structs.replace(card, keys=written.keys, directed=written.directed)


async def _run(command: list[str], work: Path, limits: Limits, told: Told) -> bytes:
    """What the program said; it leaves lists of its own in `work`. Raises `RoutingFailed`."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.STDOUT, cwd=work
    )
    assert process.stdout is not None and process.stdin is not None
    lines: list[bytes] = []
    try:
        async for line in process.stdout:
            lines.append(line.strip())
            _tell(line, told)
        code = await process.wait()
    finally:
        await ended(process)
    if code != 0:
        raise RoutingFailed(_why(code, lines, limits))
    return b"\n".join(lines)


def _tell(line: bytes, told: Told) -> None:
    text = line.decode("utf-8", "replace")
    for word, share in _STAGES:
        if word in text:
            told(share, word)


def _why(code: int, lines: list[bytes], limits: Limits) -> str:
    reasons = {
        OVER_TIME: f"the build took longer than its limit of {limits.seconds:g} seconds",
        OVER_MEMORY: f"the build used more memory than its limit of {limits.megabytes} MB",
        SERVER_GONE: "the build was ended with the server",
    }
    said = b" / ".join([line for line in lines if line][-_LAST_LINES:]).decode("utf-8", "replace")
    return reasons.get(code) or f"valhalla_build_tiles ended with {code}: {said[-300:]}"
