"""GeoJSON (also wrapped in a JavaScript assignment), lines of JSON, and arrays of objects or NGSI-LD entities."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, cast

import msgspec

from pinisi.city.importing.content import text_of
from pinisi.city.importing.rows import MOST_COLUMNS, BadRow, NotReadable, Read, Row, Sheet, cell_text, columns_of, shown

_SCRIPT = re.compile(r"\s*(?:(?:var|let|const)\s+)?[A-Za-z_$][\w$.]{0,200}\s*=\s*(?=[\[{])")
_CRS84 = ("CRS84", "4326", "WGS84", "WGS 84", "OGC:CRS84")
_MOST_DEPTH = 60


class _Collection(msgspec.Struct):
    """A feature collection whose features are decoded one by one."""

    features: list[msgspec.Raw]
    crs: Any = None


def json_sheet(name: str, content: bytes) -> Sheet:
    """Any of the JSON forms that data comes in.

    Raises:
        NotReadable: it is none of them; says where it stops being JSON.
    """
    text = text_of(name, content).lstrip("\ufeff")
    script = _SCRIPT.match(text)
    if script is not None:
        text = text[script.end() :].rstrip().rstrip(";")
    body = text.encode("utf-8", "replace")
    parts, kind = _parts(name, body)
    notes: tuple[tuple[str, dict[str, str | float]], ...] = (("script", {}),) if script is not None else ()

    def rows() -> Read:
        return _rows(parts)

    return Sheet(name, kind, columns_of(rows()), rows, len(content), notes)


def _parts(name: str, body: bytes) -> tuple[Sequence[bytes | msgspec.Raw], str]:
    """The features, objects or entities, each still encoded; and what kind of file it is."""
    first = body.lstrip()[:1]
    if first == b"{" and _is_lines(body.split(b"\n", 3)[:3]):
        return body.split(b"\n"), "jsonl"
    try:
        if first == b"[":
            items = msgspec.json.decode(body, type=list[msgspec.Raw])
            return items, "ngsi-ld" if items and _is_entity(_decoded(items[0])) else "json"
        head = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotReadable(name, "no-json", reason=str(error)) from None
    if "features" in head and not {"id", "type"} <= head.keys() - {_collection_type(head)}:
        return _features(name, body), "geojson"
    if {"id", "type"} <= head.keys():
        return [body], "geojson" if bytes(head["type"]) == b'"Feature"' else "ngsi-ld"
    raise NotReadable(name, "no-json", reason="neither features, nor entities, nor lines of objects")


def _collection_type(head: dict[str, msgspec.Raw]) -> str:
    """The member `type` where it says that this is a collection of features, not an entity that has some."""
    return "type" if bytes(head.get("type", b"")) == b'"FeatureCollection"' else ""


def _features(name: str, body: bytes) -> list[msgspec.Raw]:
    try:
        collection = msgspec.json.decode(body, type=_Collection)
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotReadable(name, "no-json", reason=str(error)) from None
    named = cell_text(collection.crs)
    if collection.crs is not None and not any(word in named for word in _CRS84):
        raise NotReadable(name, "projected", crs=shown(named, 120))
    return collection.features


def _is_lines(lines: list[bytes]) -> bool:
    """Whether each of the first lines is a value of its own."""
    filled = [line for line in lines[:3] if line.strip()]
    return len(filled) > 1 and all(isinstance(_decoded(line), dict) for line in filled[:2])


def _decoded(part: bytes | msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(part)
    except (msgspec.DecodeError, RecursionError):
        return None


def _is_entity(value: Any) -> bool:
    document = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    return "id" in document and "type" in document and document["type"] != "Feature"


def _rows(parts: Sequence[bytes | msgspec.Raw]) -> Iterator[Row | BadRow]:
    for number, part in enumerate(parts, start=1):
        if not bytes(part).strip():
            continue
        try:
            value = msgspec.json.decode(part)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raw = shown(bytes(part)[:3000].decode("utf-8", "replace"))
            yield BadRow(number, "unreadable-row", {"reason": str(error)}, raw)
            continue
        yield _row(number, value)


def _row(number: int, value: Any) -> Row | BadRow:
    if not isinstance(value, dict):
        return BadRow(number, "no-object", {}, shown(value))
    document = cast("dict[str, Any]", value)
    if _depth(document) > _MOST_DEPTH:
        return BadRow(number, "too-deep", {})
    if document.get("type") == "Feature" or "geometry" in document:
        return _feature(number, document)
    if _is_entity(document):
        return Row(number, {"id": cell_text(document["id"]), "type": cell_text(document["type"])}, entity=document)
    return Row(number, flattened(document))


def _feature(number: int, feature: dict[str, Any]) -> Row | BadRow:
    properties = feature.get("properties")
    geometry = feature.get("geometry")
    if not isinstance(properties, dict | None) or not isinstance(geometry, dict | None):
        return BadRow(number, "no-feature", {}, shown(feature))
    cells = flattened(cast("dict[str, Any]", properties or {}))
    if "id" in feature and "id" not in cells:
        cells["id"] = cell_text(feature["id"])
    return Row(number, cells, cast("dict[str, Any] | None", geometry))


def flattened(document: dict[str, Any]) -> dict[str, str]:
    """Members as cells; those of an object inside get the name `outer.inner`."""
    cells: dict[str, str] = {}
    for name, value in document.items():
        if isinstance(value, dict) and value:
            inner = cast("dict[str, Any]", value)
            cells |= {f"{name}.{key}": cell_text(each) for key, each in inner.items()}
        else:
            cells[name] = cell_text(value)
        if len(cells) > MOST_COLUMNS:
            break
    return cells


def _depth(value: Any) -> int:
    """How deep objects and lists lie in each other, without recursion."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        part, depth = waiting.pop()
        deepest = max(deepest, depth)
        if depth > _MOST_DEPTH:
            return depth
        inner = list(cast("dict[str, Any]", part).values()) if isinstance(part, dict) else cast("list[Any]", part)
        waiting += [(each, depth + 1) for each in inner if isinstance(each, dict | list)]
    return deepest
