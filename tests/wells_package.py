"""A third party's package with a service, as an installer leaves it, and a city that has gauges for it."""

import shutil
from pathlib import Path

WELLS = '''\
"""A third party's service: doubles the level of wells, fails at those that are dry, and knows who owns them."""
import asyncio
import msgspec
from pinisi.city.text import Text
from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.records import Records, Statement, Table
from pinisi.runtime.visit import Conflict, Fault, NotThere, Unfit, Visit
from pinisi.runtime.manifest import Service
from pinisi.runtime.reaction import Reaction, Wake, Writes

def state(inputs, name, value):
    id = inputs.subject.id.replace("Gauge", "WellState")
    return [{"id": id, "type": "WellState", name: {"type": "Property", "value": value}}]

def doubled(inputs):
    return state(inputs, "doubled", 2 * inputs.subject.number("waterLevel"))

def picky(inputs):
    return state(inputs, "share", 1 / inputs.subject.number("waterLevel"))

class Owner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    name: str
    wells: int

class Renamed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str

class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    least: int = 0

class Owners(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    owners: tuple[Owner, ...]

class Count(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    owners: int

RECORDS = Records(
    type="Well",
    migrations=(
        "CREATE TABLE wells__owner (key TEXT PRIMARY KEY, name TEXT NOT NULL, "
        "wells INTEGER NOT NULL CHECK (wells > 0)) STRICT;",
    ),
    tables=(Table(name="owner", subject="key", personal=("name",)),),
    statements=(
        Statement(name="take in", sql="INSERT INTO wells__owner (key, name, wells) VALUES (:key, :name, :wells)"),
        Statement(name="rename", sql="UPDATE wells__owner SET name = :name WHERE key = :key"),
        Statement(name="all", sql="SELECT key, name, wells FROM wells__owner WHERE wells >= :least ORDER BY key"),
        Statement(name="who", sql="SELECT key, name, wells FROM wells__owner WHERE key = :key"),
        Statement(name="how many", sql="SELECT count(*) AS owners FROM wells__owner"),
    ),
)

async def counted(visit):
    (row,) = await visit.records.read("how many", {}, visit.principal)
    return row["owners"]

async def take_in(visit: Visit[Owner, None]):
    owner = visit.body
    if not owner.name.strip():
        raise Unfit([Fault("name", Text("kosong", "is empty", "空です"))])
    if not owner.key.isalnum():
        raise Unfit([Fault("key", Text("huruf dan angka saja", "only letters and digits", "英数字のみ"))])
    if await visit.records.read("who", {"key": owner.key}, visit.principal):
        raise Conflict("the key is taken")
    value = {"type": "Property", "value": await counted(visit) + 1, "unitCode": "C62"}
    fact = {"id": "urn:ngsi-ld:WellOwners:city", "type": "WellOwners", "owners": value}
    await visit.keep([visit.records.change("take in", msgspec.to_builtins(owner))], [fact])
    return owner

async def rename(visit: Visit[Renamed, None]):
    key = visit.params["key"]
    if not await visit.records.read("who", {"key": key}, visit.principal):
        raise NotThere("there is no such owner")
    await visit.keep([visit.records.change("rename", {"key": key, "name": visit.body.name})])

async def list_owners(visit: Visit[None, Which]):
    rows = await visit.records.read("all", {"least": visit.query.least}, visit.principal)
    return Owners(tuple(msgspec.convert(row, Owner) for row in rows))

async def one_owner(visit: Visit[None, None]):
    rows = await visit.records.read("who", {"key": visit.params["key"]}, visit.principal)
    if not rows:
        raise NotThere("there is no such owner")
    return msgspec.convert(rows[0], Owner)

async def published(visit: Visit[None, None]):
    fact = await visit.entity("urn:ngsi-ld:WellOwners:city")
    return Count(0 if fact is None else fact["owners"]["value"])

async def broken(visit: Visit[Owner, None]):
    raise RuntimeError(f"cannot reach {visit.body.name}")

async def sleepy(visit: Visit[None, None]):
    await asyncio.sleep(3600)

def endpoint(method, path, handle, title, **more):
    return Endpoint(method=method, path=path, handle=handle, title=Text(title, title, title), **more)

READ, WRITE = "records.read", "records.write"
ENDPOINTS = (
    endpoint("GET", "/owners", list_owners, "Owners of wells", permission=READ, query=Which, answer=Owners),
    endpoint("POST", "/owners", take_in, "Take in an owner", permission=WRITE, body=Owner, answer=Owner, status=201),
    endpoint("GET", "/owners/{key}", one_owner, "One owner", permission=READ, answer=Owner),
    endpoint("PATCH", "/owners/{key}", rename, "Rename an owner", permission=WRITE, body=Renamed),
    endpoint("GET", "/count", published, "How many own wells", open="it names nobody", answer=Count),
)
FAULTY = (
    endpoint("POST", "/broken", broken, "Fails", permission=WRITE, body=Owner),
    endpoint("POST", "/sleepy", sleepy, "Sleeps", permission=WRITE, seconds=0.05),
)

WAKE = (Wake(type="Gauge", attributes=("waterLevel",)),)
SERVICE = Service(
    name="wells",
    title=Text("Sumur", "Wells", "井戸"),
    types=("WellState", "WellOwners"),
    records=RECORDS,
    endpoints=ENDPOINTS,
    reactions=tuple(
        Reaction(
            name=react.__name__,
            title=Text(react.__name__, react.__name__, react.__name__),
            rule=Text("dua kali", "twice the level", "水位の二倍"),
            react=react,
            wakes=WAKE,
            writes=(Writes(type="WellState"),),
        )
        for react in (doubled, picky)
    ),
)
'''
PAGES = """\
from pinisi.runtime.view import Page

PAGES = (
    Page(id="pumps", title=Text("Pompa", "Pumps", "ポンプ"), component="wells-pumps"),
    Page(id="owners", title=Text("Pemilik", "Owners", "所有者"), component="wells-owners", permission="records.read"),
    Page(id="rain", title=Text("Hujan", "Rain", "雨"), component="wells-rain", needs=("WellOwners",)),
    Page(id="state", title=Text("Sumur ini", "This well", "この井戸"), component="wells-state", type="WellState"),
)

"""
WITH_PAGES = WELLS.replace("SERVICE = ", f"{PAGES}SERVICE = ").replace(
    "records=RECORDS,", "records=RECORDS, views=(*PAGES, PAGES[0]),"
)
"""The same service with pages of its own, whose components no console knows; one of them stands twice."""
LIVE = """\
[[sources]]
id = "gauges"
kind = "push"
options = { title = { id = "Alat ukur", en = "Gauges", ja = "水位計" }, publisher = "Dinas PU", mapping = "gauges" }
"""
MAPPING = """\
[[mappings]]
entity = "urn:ngsi-ld:Gauge:{id}"
types = ["Gauge"]
observed = "at"
attributes = [{ name = "waterLevel", column = "level", kind = "number", unit = "MTR" }]
"""


def install(folder: Path, name: str, module: str) -> None:
    """A package as an installer leaves it."""
    (folder / f"{name}.py").write_text(module)
    card = folder / f"{name}-1.0.dist-info"
    card.mkdir()
    (card / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (card / "entry_points.txt").write_text(f"[pinisi.services]\n{name} = {name}:SERVICE\n")


def city_with_gauges(folder: Path, city_folder: Path) -> Path:
    """A copy of a city, with a source to which gauges are pushed."""
    city = folder / "makassar"
    shutil.copytree(city_folder, city, ignore=shutil.ignore_patterns("building", "build.py"))
    (city / "live.toml").write_text(LIVE)
    (city / "mappings").mkdir(exist_ok=True)
    (city / "mappings" / "gauges.toml").write_text(MAPPING)
    return city
