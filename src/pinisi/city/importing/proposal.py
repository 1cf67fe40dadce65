"""A mapping proposed for a file that nobody has described yet: type, id, position, address, attributes."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from pinisi.city.importing.cells import number_in
from pinisi.city.importing.columns import NAMING, Column, columns_in
from pinisi.city.importing.rows import Row, Sheet
from pinisi.city.registers import Card, Mapped, Part, Register
from pinisi.city.row_entity import slug

# fmt: off
_NAMES = (
    "name", "nama", "name_id", "nama_faskes", "nama_tempat", "stop_name", "title", "judul", "lokasi", "facility",
    "village", "kelurahan", "kel", "desa", "label",
)
_IDS = (
    "id", "kode", "code", "kode_faskes", "fid", "objectid", "gid", "uid", "uuid", "unique_key", "stop_id", "sensor_id",
    "geom_id", "osm_id", "village_code", "no_registrasi",
)
_TAKEN = frozenset((
    "id", "type", "scope", "location", "address", "createdAt", "modifiedAt", "deletedAt", "observedAt", "expiresAt",
    "unitCode", "datasetId", "value",
))
# fmt: on
_ADDRESS: dict[str, str] = {
    **dict.fromkeys(("kelurahan_txt", "kelurahan", "kel", "desa", "village", "named_kelurahan"), "neighborhood"),
    **dict.fromkeys(("kecamatan_txt", "kecamatan", "kec", "district", "named_kecamatan"), "district"),
    **dict.fromkeys(("kabkota", "kota", "kabupaten", "regency", "city", "kab_kota"), "addressLocality"),
    **dict.fromkeys(("kel_name",), "neighborhood"),
    **dict.fromkeys(("kec_name",), "district"),
    **dict.fromkeys(("kab_name",), "addressLocality"),
    **dict.fromkeys(("province", "provinsi", "name_prov"), "addressRegion"),
    **dict.fromkeys(("alamat", "alamat_faskes", "address", "incident address", "street"), "streetAddress"),
}
_WORDS: dict[str, str] = {
    **dict.fromkeys(("received",), "wasteReceived"),
    **dict.fromkeys(("managed",), "wasteManaged"),
    **dict.fromkeys(("area_m2", "luas", "luas_m2", "luas (m2)", "luas (ha)", "area", "shape_area"), "area"),
    **dict.fromkeys(("total", "penduduk", "population", "jumlah_penduduk"), "population"),
    **dict.fromkeys(("jenis", "kind", "jenis_faskes", "kategori", "tipe"), "kind"),
    **dict.fromkeys(("category", "categori"), "category"),
    **dict.fromkeys(("kode", "kode_faskes", "stop_id", "sensor_id"), "code"),
}
_TYPES: tuple[tuple[str, str], ...] = (
    (r"bank.?sampah|waste.?bank", "WasteBank"),
    (r"\brth\b|green.?space|taman|ruang.?terbuka", "GreenSpace"),
    (r"\btpa\b|landfill", "Landfill"),
    (r"waste|sampah|tps", "WasteFacility"),
    (r"puskesmas|faskes|hospital|rumah.?sakit|health", "HealthFacility"),
    (r"kelurahan|kecamatan|boundar|batas|wilayah|village", "AdministrativeArea"),
    (r"311|report|laporan|aduan|complaint", "ServiceRequest"),
    (r"\bstops?\b|halte", "TransportStop"),
    (r"\baqi\b|ispu|air.?quality|udara", "AirQualityObserved"),
    (r"sensor", "Sensor"),
    (r"road|jalan", "RoadSegment"),
)
_STATION = re.compile(r"stasiun|station|sensor|geom_id|segment|ruas|lokasi|device")
_DISTRICT = r"Kec\.? ?([^,.]+)"
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-_]?(0[1-9]|1[0-2]))?(?!\d)")
MOST_ATTRIBUTES = 40
FIRST = 200


class Proposal(msgspec.Struct, frozen=True):
    """A mapping with what it was made from, and what to say of it (code and words of notices in `faults.toml`)."""

    register: Register
    columns: tuple[Column, ...]
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()


def propose(sheet: Sheet, today: str, type: str = "") -> Proposal:
    """A mapping for a sheet. `today` (a day) stands for the period where neither name nor columns tell a year.

    `type`: the type that the person has chosen.
    """
    columns = columns_in(sheet)
    name = slug(sheet.name.split(".")[0]) or "import"
    notes: list[tuple[str, dict[str, Any]]] = [
        ("personal", {"column": column.name}) for column in columns if column.guess == "personal"
    ]
    notes += [("day-or-month", {"column": column.name}) for column in columns if not column.sure]
    if sheet.kind == "ngsi-ld":
        register = Register(
            id=name, entity="{id}", types=(type or "Thing",), source=name, period=today, file=sheet.name
        )
        return Proposal(msgspec.structs.replace(register, card=Card(title=sheet.name)), columns, tuple(notes))
    first = [row for _, row in zip(range(FIRST), sheet.rows(), strict=False) if isinstance(row, Row)]
    shapes = any(row.geometry is not None for row in first[:20])
    position = None if shapes else _position(columns)
    swapped = _all_swapped(first, position)
    if swapped:
        notes.append(("all-swapped", {}))
        position = position and (position[1], position[0])
    observed = _observed(columns, shapes or position is not None)
    types = (type,) if type else _types(sheet.name, columns)
    kind, by_word = (None, {}) if type else _types_by(columns)
    title = _by_name(columns, _NAMES)
    address = _address(columns, title)
    addressed = (part if isinstance(part, str) else part.column for part in address.values())
    used = {*(position or ()), *addressed, observed.name if observed else ""}
    entity, repeated, key = _identity(name, types[0], columns, title, observed)
    register = Register(
        id=name,
        file=sheet.name,
        entity=entity,
        types=types,
        types_column=kind.name if kind else "",
        types_by=by_word,
        source=name,
        period=_period(sheet.name, today),
        observed=observed.name if observed else "",
        observed_dates=observed.dates if observed else "iso",
        position=position,
        geometry=shapes,
        axes="lat-lon" if swapped and shapes else "lon-lat",
        address=address,
        attributes=_attributes(columns, title, used, key),
        series=repeated == "series",
        repeated="number" if repeated == "number" else "fault",
        card=Card(title=sheet.name),
    )
    return Proposal(register, columns, tuple(notes))


def noted(sheet: Sheet, proposal: Proposal) -> Sheet:
    """The sheet with what the proposal has to say, so that the doctor says it too."""
    return msgspec.structs.replace(sheet, notes=(*sheet.notes, *proposal.notes))


def _all_swapped(rows: Sequence[Row], position: tuple[str, str] | None) -> bool:
    """Whether most rows write latitude where longitude belongs: seen where longitudes are above 90 degrees."""
    pairs = [pair for row in rows if (pair := _pair(row, position)) is not None]
    swapped = sum(abs(lat) > 90 and abs(lon) <= 90 for lon, lat in pairs)
    return len(pairs) > 0 and 2 * swapped > len(pairs)


def _pair(row: Row, position: tuple[str, str] | None) -> tuple[float, float] | None:
    """The first position of a row, as it is written."""
    if position is not None:
        lon, lat = (number_in(row.cells.get(column, "")) for column in position)
        return None if lon is None or lat is None else (lon, lat)
    value: Any = (row.geometry or {}).get("coordinates")
    for _ in range(5):
        if not isinstance(value, list) or not value:
            return None
        if isinstance(value[0], int | float):
            numbers: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
            both = len(numbers) > 1 and isinstance(numbers[1], int | float)
            return (float(numbers[0]), float(numbers[1])) if both else None
        value = value[0]  # pyright: ignore[reportUnknownVariableType]
    return None


def _position(columns: Sequence[Column]) -> tuple[str, str] | None:
    lon = next((column.name for column in columns if column.guess == "longitude"), None)
    lat = next((column.name for column in columns if column.guess == "latitude"), None)
    return None if lon is None or lat is None else (lon, lat)


def _observed(columns: Sequence[Column], placed: bool) -> Column | None:
    """The column with the moment of each row: in a table of measurements, not in a register of places."""
    timed = [column for column in columns if column.guess == "date-time" and column.whole]
    return timed[0] if timed and not placed else None


def _by_name(columns: Sequence[Column], wanted: Iterable[str]) -> Column | None:
    known = {column.name.strip().casefold().replace(" ", "_"): column for column in columns if column.filled}
    return next((known[name] for name in wanted if name in known), None)


def _address(columns: Sequence[Column], title: Column | None) -> dict[str, str | Part]:
    found: dict[str, str | Part] = {}
    for column in columns:
        part = _ADDRESS.get(column.name.strip().casefold())
        if part and column.guess == "text" and part not in found and column is not title:
            found[part] = column.name
    street = found.get("streetAddress")
    if isinstance(street, str) and "district" not in found:
        examples = next(column.examples for column in columns if column.name == street)
        if any("Kec." in example for example in examples):
            found["district"] = Part(column=street, pattern=_DISTRICT)
    return found


def _types(name: str, columns: Sequence[Column]) -> tuple[str, ...]:
    plain = name.casefold().replace("_", " ").replace("-", " ")
    heading = " ".join(column.name.casefold() for column in columns)
    return (_type_of(plain) or _type_of(heading) or "Thing",)


def _types_by(columns: Sequence[Column]) -> tuple[Column | None, dict[str, tuple[str, ...]]]:
    """A column whose words stand for several types, and the type of each word."""
    for column in columns:
        words = column.common if column.guess == "text" and column.distinct <= len(column.common) else ()
        found = {word: type for word in words if (type := _type_of(word.casefold())) is not None}
        if len(set(found.values())) > 1:
            return column, {word: (type,) for word, type in found.items()}
    return None, {}


def _type_of(text: str) -> str | None:
    return next((type for pattern, type in _TYPES if re.search(pattern, text)), None)


def _identity(
    name: str, type: str, columns: Sequence[Column], title: Column | None, observed: Column | None
) -> tuple[str, Any, Column | None]:
    """The template of the id, what a repeated id means, and the column that it is made of."""
    lasting = re.sub(r"(?:^|-)(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2]))?(?=-|$)", "", name).strip("-")
    prefix = f"urn:ngsi-ld:{type}:{lasting or name}-"
    sampled = max((column.filled for column in columns), default=0)
    unique = [column for column in columns if column.distinct == column.filled == sampled and column.guess != "number"]
    key = next((column for column in unique if _by_name([column], _IDS)), None)
    if key is not None:
        return f"{prefix}{{{key.name}:slug}}", "fault", key
    if observed is not None:
        station = next((c for c in columns if c.whole and c.distinct > 1 and _STATION.search(c.name.casefold())), None)
        return (f"{prefix}{{{station.name}:slug}}" if station else prefix.rstrip("-")), "series", station
    if title is not None and title.whole:
        return f"{prefix}{{{title.name}:slug}}", "number", None
    key = next((column for column in unique if column.guess in ("text", "integer", "area-code")), None)
    if key is not None:
        return f"{prefix}{{{key.name}:slug}}", "fault", key
    first = next((column for column in columns if column.whole), columns[0] if columns else None)
    return f"{prefix}{{{first.name if first else 'id'}:slug}}", "number", None


def _period(name: str, today: str) -> str:
    """The last year (and month) in the file's name."""
    found = [*_YEAR.finditer(name)]
    if not found:
        return today
    year, month = found[-1].groups()
    return f"{year}-{month}" if month else str(year)


def _attributes(
    columns: Sequence[Column], title: Column | None, used: set[str], key: Column | None
) -> tuple[Mapped, ...]:
    year = next((column for column in columns if column.guess == "period"), None)
    units = {column.name.casefold(): column for column in columns if column.guess == "unit"}
    made: list[Mapped] = []
    names: set[str] = set()
    for column in columns:
        if column.name in used or column.guess in ("empty", "unit", "personal", "longitude", "latitude"):
            continue
        if column is year:
            continue
        mapped = _mapped(column, title, key, units, year)
        if mapped.name not in names and len(made) < MOST_ATTRIBUTES:
            names.add(mapped.name)
            made.append(mapped)
    return tuple(made)


def _mapped(
    column: Column, title: Column | None, key: Column | None, units: dict[str, Column], year: Column | None
) -> Mapped:
    kinds = {"number": "number", "integer": "number", "boolean": "boolean", "date-time": "date-time"}
    kind: Any = kinds.get(column.guess, "text")
    name = "name" if column is title else attribute_name(column)
    if column is key or (column.guess == "integer" and NAMING.search(column.name.strip().casefold())):
        kind = "text"
    unit = units.get(f"{column.name.casefold()}_unit") if kind == "number" else None
    if unit is None and kind == "number" and len(units) == 1 and "unit" in units:
        unit = units["unit"]
    return Mapped(
        name=name,
        column=column.name,
        kind=kind,
        unit=column.unit if kind == "number" else None,
        unit_column=unit.name if unit else None,
        period_column=year.name if year and kind == "number" else None,
        decimal=column.decimal if kind == "number" else ".",
        dates=column.dates if kind == "date-time" else "iso",
    )


def attribute_name(column: Column) -> str:
    """The vocabulary's word for a column, else the column's own name in camel case."""
    plain = column.name.strip().casefold()
    if plain in _WORDS:
        return _WORDS[plain]
    if column.guess == "area-code" and column.distinct == column.filled:
        return "code" if any("." in example for example in column.examples) else "bpsCode"
    written = column.name.casefold() if column.name.isupper() else column.name
    words = [word for word in re.split(r"[^A-Za-z0-9]+", written) if word]
    joined = "".join(word if index == 0 else word[:1].upper() + word[1:] for index, word in enumerate(words))
    name = joined[:1].lower() + joined[1:] if joined else "value"
    name = name if name[:1].isalpha() else f"n{name}"
    return f"{name}Given" if name in _TAKEN else name
