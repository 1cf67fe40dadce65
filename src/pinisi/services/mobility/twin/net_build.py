"""The twin's network, made once of each file of roads: an OpenStreetMap extract, a road shapefile, or a net of SUMO.

A folder for each digest of file and choices: what is there was made whole (it is moved into place at the end).
"""

import asyncio
import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Literal

import msgspec

from pinisi.city.errors import CityError
from pinisi.city.roads.cleaning import Bounds
from pinisi.city.roads.extract import NeedsOsmium, extract_time, is_extract
from pinisi.city.roads.road_file import read_roads
from pinisi.services.mobility.routing.road_extract import write_extract
from pinisi.services.mobility.twin.child import TwinFailed
from pinisi.services.mobility.twin.osm_streets import LonLat, write_streets
from pinisi.services.mobility.twin.street_net import StreetNet, read_net
from pinisi.services.mobility.twin.sumo_programs import Limits, environment, run_program

VERSION = 1
"""Of what is made here: another one makes anew."""
NET, DEMAND, CARD = "net.net.xml", "demand.rou.xml", "network.json"
_DIGITS = 16
_NETS = (".net.xml", ".net.xml.gz")
_TYPES = ("osmNetconvert.typ.xml", "osmNetconvertUrbanDe.typ.xml")


class Choices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What else decides which network comes of a file.

    Attributes:
        driving: on which side of the road; no file says it.
        signals: places of signals that the city knows and the file may not.
        demand: a route file of SUMO that goes with the network, None without.
        bounds: of a shapefile only the roads that touch them.
    """

    driving: Literal["left", "right"] = "left"
    signals: tuple[LonLat, ...] = ()
    demand: Path | None = None
    bounds: Bounds | None = None


class BuiltNet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A network that is there. `as_of`: when the extract was true, where it says. `missed`: see `Streets`.

    `outline`: its corners on the Earth, where that is known; `kilometres`: of all directions.
    """

    digest: str
    file: str
    edges: int
    crossings: int
    signals: int
    kilometres: float
    as_of: str | None = None
    missed: tuple[LonLat, ...] = ()
    demand: str = ""
    outline: tuple[LonLat, ...] = ()


async def build_net(file: Path, folder: Path, choices: Choices | None = None, limits: Limits | None = None) -> BuiltNet:
    """The network of a file, below `folder`; made where it is not there yet. Ends with its task.

    Raises:
        TwinFailed: no such file, no roads in it, damaged, over a limit; the text says which.
        TwinMissing: SUMO is not installed.
    """
    file, folder, choices = file.absolute(), folder.absolute(), choices or Choices()
    digest = await asyncio.to_thread(_digest, file, choices)
    place = folder / digest
    if (place / CARD).is_file():
        return read_card(place)
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="build-", dir=folder))
    try:
        built = await _build(file, digest, work, choices, limits or Limits())
        shutil.rmtree(place, ignore_errors=True)
        work.rename(place)
        return built
    finally:
        shutil.rmtree(work, ignore_errors=True)


def read_card(place: Path) -> BuiltNet:
    """What is known of the network in a folder."""
    return msgspec.json.decode((place / CARD).read_bytes(), type=BuiltNet)


def _digest(file: Path, choices: Choices) -> str:
    said = (VERSION, choices.driving, choices.signals, choices.bounds)
    found = hashlib.sha256(repr(said).encode())
    for each in (file, *((choices.demand,) if choices.demand is not None else ())):
        try:
            with each.open("rb") as opened:
                while piece := opened.read(1 << 20):
                    found.update(piece)
        except OSError as error:
            raise TwinFailed(f"{each.name}: cannot be read: {error.strerror}") from None
    return found.hexdigest()[:_DIGITS]


async def _build(file: Path, digest: str, work: Path, choices: Choices, limits: Limits) -> BuiltNet:
    try:
        as_of, missed, words = await asyncio.to_thread(_prepared, file, work, choices)
    except (CityError, NeedsOsmium, RuntimeError, OSError) as error:
        raise TwinFailed(f"{file.name}: {error}") from None
    await run_program("netconvert", [*words, "-o", NET], work, limits)
    net = await asyncio.to_thread(read_net, work / NET)
    if choices.demand is not None:
        await asyncio.to_thread(shutil.copyfile, choices.demand, work / DEMAND)
    built = BuiltNet(
        digest=digest,
        file=file.name,
        edges=len(net.edges),
        crossings=len(net.crossings),
        signals=len(net.signals),
        kilometres=round(sum(edge.length_m for edge in net.edges.values()) / 1000, 1),
        as_of=as_of,
        missed=missed,
        demand="" if choices.demand is None else choices.demand.name,
        outline=_outline(net),
    )
    (work / CARD).write_bytes(msgspec.json.encode(built))
    return built


def _prepared(file: Path, work: Path, choices: Choices) -> tuple[str | None, tuple[LonLat, ...], list[str]]:
    """When the file was true, the signals that found no crossing, and what netconvert is asked."""
    if file.name.endswith(_NETS):
        return None, (), ["-s", str(file), "--offset.disable-normalization"]
    extract, as_of = file, None
    if is_extract(file):
        as_of = extract_time(file)
    else:
        extract = work / "roads.osm.pbf"
        write_extract(read_roads(file, "road", choices.bounds), extract)
    streets = write_streets(extract, work / "streets.osm", choices.signals)
    if not streets.ways:
        raise TwinFailed(f"{file.name}: has no road that can be driven")
    return as_of, streets.missed, _words(choices)


def _words(choices: Choices) -> list[str]:
    types = ",".join(str(Path(environment()["SUMO_HOME"]) / "data" / "typemap" / name) for name in _TYPES)
    words = ["--osm-files", "streets.osm", "--type-files", types, "--output.street-names", "--proj.utm"]
    words += ["--geometry.remove", "--roundabouts.guess", "--junctions.join", "--tls.guess-signals", "--tls.join"]
    words += ["--keep-edges.by-vclass", "passenger", "--remove-edges.isolated", "--no-turnarounds.except-deadend"]
    return [*words, "--lefthand"] if choices.driving == "left" else words


def _outline(net: StreetNet) -> tuple[LonLat, ...]:
    points = [point for edge in net.edges.values() for point in edge.shape]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    places = [net.place(corner) for corner in corners]
    return tuple((round(each[0], 6), round(each[1], 6)) for each in places if each is not None)
