"""Imports over HTTP: hand in a file, look at what it would give, load it; rows in quarantine, corrected in place."""

from typing import Any

import msgspec

from pinisi.city.errors import CityError
from pinisi.city.importing.doctor import City, city_of
from pinisi.city.importing.fault_texts import fault_text
from pinisi.city.importing.mapping_file import MOST_CHARACTERS
from pinisi.city.importing.rows import NotReadable
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.refusals import refuse
from pinisi.people.errors import NotAllowed
from pinisi.runtime.import_desk import Correction, Handed, ImportWish, NotHanded, StillFaulty
from pinisi.runtime.importing import Import, import_at, imports_of
from pinisi.runtime.quarantine import Quarantined, row_at, rows_of
from pinisi.runtime.quarantine_sight import may_decide, rows_seen
from pinisi.vocabulary.instant import format_instant

MOST_NAME = 200
MOST_LISTED = 200


def _city(house: House, call: Call) -> City:
    return city_of(house.town(call.tenant).profile)


async def post_import(house: House, call: Call) -> Reply:
    """Take a file. Without `dryRun` it is loaded at once, by the mapping given or proposed."""
    name = call.query.get("name", "").replace("\\", "/").rpartition("/")[2]
    if not name or len(name) > MOST_NAME or not name.isprintable():
        raise BadRequest("name", "is the name of the file, with its ending")
    if not call.body:
        raise BadRequest("body", "is the file itself; it is empty")
    mapping = call.query.get("mapping", "")
    dry = call.query.get("dryRun", "false")
    if dry not in ("true", "false"):
        raise BadRequest("dryRun", "is true or false")
    handed = await house.imports.hand_in(call.tenant, name, call.body, house.now())
    return await _go_on(house, call, handed, mapping, load=dry == "false")


async def _go_on(house: House, call: Call, handed: Handed, mapping: str, *, load: bool) -> Reply:
    if len(mapping) > MOST_CHARACTERS:
        raise BadRequest("mapping", f"is longer than {MOST_CHARACTERS} characters")
    try:
        if load:
            await house.imports.begin(handed, _city(house, call), mapping, call.principal, house.now())
            return json_reply(_handed_json(handed), 202)
        today = format_instant(house.town(call.tenant).now())[:10]
        preview = await house.imports.preview(handed, _city(house, call), mapping, call.query.get("type", ""), today)
        return json_reply({**_handed_json(handed), "preview": preview})
    except NotReadable as error:
        text = fault_text(error.code, error.words)
        raise BadRequest(error.name, text.en) from None
    except CityError as error:
        raise BadRequest(error.field or "mapping", error.reason) from None
    except NotHanded as error:
        return refuse(404, "Not there", str(error))


async def get_imports(house: House, call: Call) -> Reply:
    """What was loaded, newest first, after what is being loaded."""
    waiting = [_handed_json(each) for each in house.imports.all(call.tenant) if each.made is None]
    loaded = [_import_json(each) for each in (await imports_of(house.store, call.tenant))[:MOST_LISTED]]
    return json_reply({"imports": [*waiting, *loaded]})


async def get_import(house: House, call: Call) -> Reply:
    id = call.params["id"]
    handed = house.imports.handed(call.tenant, id)
    if handed is not None:
        return json_reply(_handed_json(handed))
    made = await import_at(house.store, call.tenant, id)
    return refuse(404, "Not there", "there is no import of that id") if made is None else json_reply(_import_json(made))


async def go_on_with_import(house: House, call: Call) -> Reply:
    """Look at the file again by another mapping, or load it."""
    wish = call.decode(ImportWish)
    handed = house.imports.handed(call.tenant, call.params["id"])
    if handed is None or handed.step not in ("proposed", "failed"):
        return refuse(404, "Not there", "no file of that id waits to be loaded: hand it in again")
    return await _go_on(house, call, handed, wish.mapping, load=wish.load)


async def get_quarantine(house: House, call: Call) -> Reply:
    """Waiting rows that the reader may see, newest first; `after` is the id of the last one of the page before."""
    state = call.query.get("state", "open")
    if state not in ("open", "corrected", "dismissed", "all"):
        raise BadRequest("state", "is open, corrected, dismissed or all")
    limit = call.number("limit", 100, 1, 1000)
    rows = await rows_of(house.store, call.tenant, call.query.get("source") or None)
    rows = await rows_seen(house.store, call.tenant, rows, call.grants)
    chosen = [(id, row) for id, row in rows if state in ("all", row.state)]
    chosen.sort(key=lambda pair: (-pair[1].last, pair[1].origin, len(pair[1].row), pair[1].row))
    ids = [id for id, _ in chosen]
    after = call.query.get("after")
    start = ids.index(after) + 1 if after in ids else 0
    page = chosen[start : start + limit]
    return json_reply({"rows": [_row_json(id, row) for id, row in page], "count": len(chosen)})


async def correct_row(house: House, call: Call) -> Reply:
    asked = call.decode(Correction)
    id = call.params["id"]
    found = await row_at(house.store, call.tenant, id)
    seen = await rows_seen(house.store, call.tenant, [] if found is None else [(id, found)], call.grants)
    if not seen:
        return refuse(404, "Not there", "no row of that id waits")
    ((_, row),) = seen
    if asked.dismiss:
        _may_dismiss(row, asked, await may_decide(house.store, call.tenant, row, call.grants))
    try:
        entity = await house.imports.correct(call.tenant, row, asked, _city(house, call), call.principal, house.now())
    except StillFaulty as error:
        return refuse(409, "The row still has a fault", str(error))
    except NotHanded as error:
        return refuse(409, "It cannot be read again", str(error))
    except CityError as error:
        return refuse(409, "It cannot be read again", str(error))
    return json_reply({"entity": entity, "state": "dismissed" if asked.dismiss else "corrected"})


def _may_dismiss(row: Quarantined, asked: Correction, allowed: bool) -> None:
    if not allowed:
        raise NotAllowed(f"you may not write what row {row.row} of {row.origin} speaks of")
    if not asked.note.strip():
        raise BadRequest("note", "says why the row is given up")


def _handed_json(handed: Handed) -> dict[str, Any]:
    if handed.made is not None:
        return _import_json(handed.made)
    return {
        "id": handed.id,
        "name": handed.name,
        "state": handed.step,
        "done": handed.done,
        "of": handed.of,
        "error": handed.error,
        "mapping": handed.mapping,
    }


def _import_json(made: Import) -> dict[str, Any]:
    return {**msgspec.to_builtins(made), "at": format_instant(made.at)}


def _row_json(id: str, row: Quarantined) -> dict[str, Any]:
    return {
        "id": id,
        "source": row.source,
        "file": row.origin,
        "row": row.row,
        "field": row.field,
        "code": row.code,
        "reason": {"id": row.reason.id, "en": row.reason.en, "ja": row.reason.ja},
        "cells": row.cells,
        "proposed": row.proposed,
        "raw": row.raw,
        "state": row.state,
        "by": row.by,
        "note": row.note,
        "times": row.times,
        "at": format_instant(row.last),
    }


_IMPORTS = "/pinisi/v1/imports"
_QUARANTINE = "/pinisi/v1/quarantine"
_MANAGE = "imports.manage"

IMPORT_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path=_IMPORTS,
        permission=_MANAGE,
        endpoint=post_import,
        summary="Hand in a file: load it, or see what it would give",
        parameters=("name", "mapping", "type", "dryRun"),
        body="File",
        answers=(200, 202, 400),
    ),
    Route(
        method="GET",
        path=_IMPORTS,
        permission=_MANAGE,
        endpoint=get_imports,
        summary="What was imported, and what is being loaded",
    ),
    Route(
        method="GET",
        path=_IMPORTS + "/{id}",
        permission=_MANAGE,
        endpoint=get_import,
        summary="One import, with its progress",
        answers=(200, 404),
    ),
    Route(
        method="POST",
        path=_IMPORTS + "/{id}",
        permission=_MANAGE,
        endpoint=go_on_with_import,
        summary="Look at a file again by another mapping, or load it",
        body="ImportWish",
        answers=(200, 202, 400, 404),
    ),
    Route(
        method="GET",
        path=_QUARANTINE,
        permission=_MANAGE,
        endpoint=get_quarantine,
        summary="Rows that wait, with file, row and reason",
        parameters=("source", "state", "limit", "after"),
        answers=(200, 400),
    ),
    Route(
        method="POST",
        path=_QUARANTINE + "/{id}",
        permission=_MANAGE,
        endpoint=correct_row,
        summary="Correct a waiting row, accept it with a flag, or give it up",
        body="Correction",
        answers=(200, 400, 404, 409),
    ),
)
