"""Warnings of others, as they came in: what they say, where, until when, and what their signatures are worth."""

from collections.abc import Mapping
from typing import Any

from pinisi.console.atlas import value_of
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route, json_reply
from pinisi.console.warning_endpoints import PATH
from pinisi.incidents.cap.alert_entities import SEVERITIES, alert_id
from pinisi.incidents.cap.model import CERTAINTIES, URGENCIES
from pinisi.incidents.cap.model import SEVERITIES as CAP_SEVERITIES
from pinisi.incidents.warnings.warning import STATES
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.seen import areas_seen, projection_of, seen
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.terms import LOCATION, PROVIDER

MOST_RECEIVED = 500
_AS_CAP: Mapping[str, Mapping[str, str]] = {
    "severity": {told: word for word, told in SEVERITIES.items()},
    "urgency": {word.lower(): word for word in URGENCIES},
    "certainty": {word.lower(): word for word in CERTAINTIES},
}
_WORDS = ("name", "event", "description", "instruction")
_TEXTS = ("alertStatus", "alertSource", "areaServed", "signatureVerdict", "signedBy", "url")
_TIMES = {"dateIssued": "issued", "validFrom": "from", "validTo": "until"}


async def list_received(house: House, call: Call) -> Reply:
    """What is in force first, then what ended, was an exercise or was altered on its way."""
    return json_reply({"warnings": await received(house, call)})


async def received(house: House, call: Call) -> list[dict[str, Any]]:
    """Every `Alert` that the city has not issued itself, as far as the caller sees it; the gravest first."""
    own = {alert_id(each.identifier) for each in await house.warnings.warnings(call.tenant, STATES) if each.identifier}
    query = EntityQuery(types=TypeIs(house.pinisi_table.expand_term("Alert")))
    page = await house.store.find(call.tenant, query, call.grants, limit=MOST_RECEIVED)
    town = house.town(call.tenant)
    await town.atlas.refresh()
    found: list[dict[str, Any]] = []
    for record in page.records:
        projection = projection_of(record, call.grants)
        if projection is not None and record.id not in own:
            area = town.atlas.name(areas_seen(record, projection))
            found.append(_told(house, seen(record, projection)) | {"area": area})
    return sorted(found, key=_gravest_first)


def _gravest_first(told: Mapping[str, Any]) -> tuple[bool, int, str]:
    severity = told["severity"]
    grave = CAP_SEVERITIES.index(severity) if severity in CAP_SEVERITIES else len(CAP_SEVERITIES)
    return told["alertStatus"] != "active", grave, str(told["until"] or "")


def _told(house: House, entity: Entity) -> dict[str, Any]:
    said = {short: value_of(entity, house.pinisi_table.expand_term(short)) for short in (*_WORDS, *_TEXTS, *_TIMES)}
    cap = {short: value_of(entity, house.pinisi_table.expand_term(short)) for short in _AS_CAP}
    return {
        "id": entity.id,
        **{short: _words(said[short]) for short in _WORDS},
        **{short: said[short] if isinstance(said[short], str) else None for short in _TEXTS},
        **{name: _moment(said[short]) for short, name in _TIMES.items()},
        **{short: _AS_CAP[short].get(str(value), "Unknown") for short, value in cap.items()},
        "provider": _provider(entity),
        "location": value_of(entity, LOCATION),
    }


def _words(value: Any) -> dict[str, str] | str | None:
    """Words by language, or as they stand where no language is said."""
    if isinstance(value, Mapping):
        items: Mapping[Any, Any] = value  # pyright: ignore[reportUnknownVariableType]
        return {str(language).partition("-")[0]: str(text) for language, text in items.items()}
    return value if isinstance(value, str) else None


def _moment(value: Any) -> str | None:
    told = value.get("@value") if isinstance(value, Mapping) else value  # pyright: ignore
    return told if isinstance(told, str) else None


def _provider(entity: Entity) -> str | None:
    """The card of the source that brought it; None where somebody wrote it."""
    for many in entity.attributes.values():
        for instance in many:
            for each in instance.attributes.get(PROVIDER, ()):
                return str(each.value)
    return None


RECEIVED_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=PATH + "/received",
        permission="incidents.read",
        endpoint=list_received,
        summary="Warnings of others (weather service, province), with what their signatures are worth",
        answers=(200,),
    ),
)
