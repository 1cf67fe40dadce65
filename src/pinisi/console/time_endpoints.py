"""What the Time page asks beside the pages themselves: how much changed when, and what is shown as a file."""

import re
from collections.abc import Mapping
from typing import Any

import anyio.to_thread

from pinisi.city.words import type_title
from pinisi.console.asked_moment import moment_of, viewpoint_of
from pinisi.console.city_endpoints import source_card
from pinisi.console.export_forms import FORMS, Form, NoPlaces
from pinisi.console.export_table import Table, layer_table, minutes, series_table
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.viewpoint import Viewpoint
from pinisi.context.problems import ResourceNotFound
from pinisi.people.acts import exported
from pinisi.store.history import HistoryQuery, TimelineQuery
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.principal import EVERYTHING
from pinisi.vocabulary.terms import DATA_SOURCE

MOST_BUCKETS = 1_000
MOST_VALUES = 200_000
_UNFIT_FOR_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


async def get_timeline(house: House, call: Call) -> Reply:
    """Counts of values by type in equal parts of a time, from the first moment known to now unless asked otherwise."""
    now = house.town(call.tenant).now()
    since, until = _moment(call, "from"), _moment(call, "to") or now + 1
    if since is not None and since >= until:
        raise BadRequest("from", "lies behind to")
    known = call.query.get("known", "then")
    if known not in ("then", "now"):
        raise BadRequest("known", "then or now")
    buckets = call.number("buckets", 120, 1, MOST_BUCKETS)
    by = "received" if known == "then" else "observed"
    query = TimelineQuery(since=since, until=until, buckets=buckets, by=by)
    found = await house.store.timeline(call.tenant, query, call.grants)
    types = dict.fromkeys(type for part in found.counts for type in part)
    names = {type: house.pinisi_table.compact_iri(type) for type in types}
    return json_reply(
        {
            "from": format_instant(found.since),
            "to": format_instant(found.until),
            "begun": format_instant(found.begun) if found.begun else None,
            "now": format_instant(now),
            "types": {names[type]: type_title(names[type]) for type in types},
            "buckets": [{names[type]: n for type, n in part.items()} for part in found.counts],
            "read": found.read,
            "entities": found.entities,
        }
    )


async def export(house: House, call: Call) -> Reply:
    """A layer at a moment, or one attribute over time, as a file; the audit trail keeps who took what."""
    form = FORMS.get(call.query.get("format", "csv"))
    if form is None:
        raise BadRequest("format", ", ".join(FORMS))
    layer, entity, attribute = (call.query.get(name) for name in ("layer", "entity", "attribute"))
    if layer is not None:
        what, table = f"layer {layer}", await _layer(house, call, layer)
    elif entity is not None and attribute is not None:
        what, table = f"{entity} {attribute}", await _series(house, call, entity, attribute)
    else:
        raise BadRequest("layer", "name a layer, or an entity and an attribute")
    sources = [card for id in table.providers if (card := await _card(house, call, id)) is not None]
    try:
        body = await anyio.to_thread.run_sync(form.write, table, sources)
    except NoPlaces as error:
        raise BadRequest("format", str(error)) from None
    entry = exported(what[:500], len(table.rows), form.ending)
    await house.store.apply(call.tenant, [entry], call.principal)
    return Reply(200, body, form.media, ((b"content-disposition", _file_name(house, call, form).encode()),))


async def _layer(house: House, call: Call, id: str) -> Table:
    town, view = house.town(call.tenant), viewpoint_of(house, call)
    layer = next((each for each in town.profile.city.layers if each.id == id), None)
    if layer is None:
        raise ResourceNotFound(f"the city has no layer {id[:80]}")
    found = await town.layers.records(view, id)
    return layer_table(layer, found, house.pinisi_table, town.atlas, _notes(house, call, view, {"layer": id}))


async def _series(house: House, call: Call, entity: str, attribute: str) -> Table:
    view = viewpoint_of(house, call)
    iri = house.pinisi_table.expand_term(attribute)
    until = _moment(call, "to") or view.until
    query = HistoryQuery(
        attributes=(iri,), since=_moment(call, "from"), until=until, known=view.known, limit=MOST_VALUES
    )
    stories = await house.store.stories(call.tenant, [entity], query, call.grants)
    if not stories:
        raise ResourceNotFound(f"nothing is known of {entity[:120]}")
    asked = {"entity": entity, "attribute": attribute}
    return series_table(stories[0], await house.names(), _notes(house, call, view, asked))


def _notes(house: House, call: Call, view: Viewpoint, asked: Mapping[str, str]) -> dict[str, Any]:
    """What the file says of itself: of which city and moment it is, and whether that is a replay."""
    town = house.town(call.tenant)
    mode = town.clock.mode
    return {
        **asked,
        "city": town.profile.city.name,
        "tenant": call.tenant,
        "clock": mode,
        "shown": format_instant(view.now),
        "exportedAt": format_instant(house.now()),
        "exportedBy": call.principal.name,
        **view.told(),
    }


async def _card(house: House, call: Call, id: str) -> dict[str, Any] | None:
    """The source card of a number that is shown: whoever may see the one may see the other."""
    record = await house.store.entity(call.tenant, id, EVERYTHING)
    return source_card(house, record) if record is not None and DATA_SOURCE in record.family.types else None


def _file_name(house: House, call: Call, form: Form) -> str:
    view = viewpoint_of(house, call)
    named = call.query.get("layer") or call.query.get("attribute") or ""
    past = "" if view.at is None else "-past"
    name = _UNFIT_FOR_A_NAME.sub("-", f"{call.tenant}-{named[:60]}{past}-{minutes(view.now)}")
    return f'attachment; filename="{name}.{form.ending}"'


def _moment(call: Call, name: str) -> Instant | None:
    text = call.query.get(name)
    return None if text is None else moment_of(name, text)


TIME_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/timeline",
        permission="console.read",
        endpoint=get_timeline,
        summary="How much changed when, by type",
        parameters=("from", "to", "buckets", "known"),
        answers=(200, 400),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/export",
        permission="console.read",
        endpoint=export,
        summary="A layer at a moment, or one attribute over time, as CSV, GeoJSON or Parquet",
        parameters=("layer", "entity", "attribute", "from", "to", "at", "known", "format"),
        answers=(200, 400, 404, 501),
    ),
)
