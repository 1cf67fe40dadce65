"""A register of roads (CSV or XLSX) that says to whom each belongs, in the city's words: one row a road."""

from collections.abc import Iterator, Mapping

import msgspec

from pinisi.city.importing.rows import BadRow, Row, Sheet
from pinisi.city.row_entity import slug
from pinisi.city.text import fill
from pinisi.runtime.about import About
from pinisi.runtime.source import Message, Reading, Reject, Unreadable, row_key
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import told
from pinisi.services.mobility.models.roads import OWNERSHIP
from pinisi.services.mobility.sheet_sent import sheet_sent
from pinisi.vocabulary.instant import format_instant

TEXTS = texts_of("pinisi.services.mobility")
LONGEST_WORD = 200
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "nama", "nama jalan", "nama ruas", "ruas", "jalan", "road"),
    "ref": ("ref", "nomor ruas", "no ruas", "nomor", "number"),
    "way": ("way", "way id", "osm", "osm id", "kode", "key"),
    "owner": ("owner", "status", "status jalan", "kewenangan", "pemilik", "authority"),
    "decree": ("decree", "dasar", "sk", "nomor sk", "legal basis"),
}
_OWNERS: Mapping[str, str] = {
    **dict.fromkeys(("city", "kota", "kabupaten", "jalan kota", "pemerintah kota", "municipal", "市"), "city"),
    **dict.fromkeys(("province", "provinsi", "jalan provinsi", "pemprov", "provincial", "県", "州"), "province"),
    **dict.fromkeys(("nation", "nasional", "negara", "jalan nasional", "national", "bpjn", "国"), "nation"),
}
_ABOUT = About(types=(OWNERSHIP,))


def read(message: Message) -> Reading:
    sheet = sheet_sent(message, "roads")
    columns = _columns(sheet)
    rows: dict[str, dict[str, object]] = {}
    rejects: list[Reject] = []
    at = format_instant(message.received)
    for row in sheet.rows():
        cells = _cells(row, columns)
        owner = _OWNERS.get(" ".join(cells.get("owner", "").casefold().split()))
        key = next((slug(f"{kind} {cells[kind]}") for kind in ("way", "ref", "name") if cells.get(kind)), "")
        if not key or owner is None:
            rejects.append(_reject(message, row, *_wrong(row, cells, key)))
            continue
        id = f"urn:ngsi-ld:{OWNERSHIP}:{key}"
        if rows.get(id, {}).get("roadOwner", told(owner, at)) != told(owner, at):
            rejects.append(_reject(message, row, "owner", cells["owner"], "owners-twice"))
            continue
        rows[id] = {"id": id, "type": OWNERSHIP, "roadOwner": told(owner, at)} | dict(_said(cells, at))
    return Reading(entities=list(rows.values()), rejects=rejects, sound=[row_key(id) for id in rows])


def _columns(sheet: Sheet) -> Mapping[str, str]:
    """Raises `Unreadable`: no column names the road, or its owner."""
    known = {" ".join(name.casefold().replace("_", " ").replace(".", " ").split()): name for name in sheet.columns}
    found = {ours: known[alias] for ours, aliases in _COLUMNS.items() for alias in reversed(aliases) if alias in known}
    if "owner" not in found or not found.keys() & {"name", "ref", "way"}:
        heading = ", ".join(sheet.columns)[:200]
        raise Unreadable(f"the heading needs the road (name, ref or way) and its owner (status): it is {heading}")
    return found


def _cells(row: Row | BadRow, columns: Mapping[str, str]) -> Mapping[str, str]:
    if isinstance(row, BadRow):
        return {}
    return {ours: (row.cells.get(theirs) or "").strip()[:LONGEST_WORD] for ours, theirs in columns.items()}


def _said(cells: Mapping[str, str], at: str) -> Iterator[tuple[str, object]]:
    for column, attribute in (("name", "name"), ("ref", "ref"), ("way", "roadKey"), ("decree", "legalBasis")):
        if cells.get(column):
            yield attribute, told(cells[column], at)


def _wrong(row: Row | BadRow, cells: Mapping[str, str], key: str) -> tuple[str, str, str]:
    if isinstance(row, BadRow):
        return "", row.raw, "owners-row"
    return ("owner", cells.get("owner", ""), "owners-word") if key else ("name", "", "owners-no-road")


def _reject(message: Message, row: Row | BadRow, field: str, cell: str, why: str) -> Reject:
    raw = msgspec.json.encode(row.cells).decode()[:2_000] if isinstance(row, Row) else row.raw
    return Reject(
        key=f"{message.origin} {row.number}",
        row=str(row.number),
        field=field,
        reason=fill(TEXTS[why], cell=cell[:60]),
        raw=raw,
        about=_ABOUT,
    )
