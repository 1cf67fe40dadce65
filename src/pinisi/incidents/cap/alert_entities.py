"""A CAP message as `Alert` entities of Smart Data Models (dataModel.Alert): one for each thing that it warns of.

Infos that differ only in language are one alert with words in each. An update or a cancel also tells the alerts that
it refers to what became of them; that it may come before them changes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
import shapely

from pinisi.context.validate import is_language_tag
from pinisi.incidents.cap.geometry import rings_of
from pinisi.incidents.cap.model import Alert, Area, Info
from pinisi.incidents.cap.moments import utc_text
from pinisi.incidents.cap.signature import BROKEN, Signed

Entity = dict[str, Any]

SEVERITIES = {
    "Extreme": "critical",
    "Severe": "high",
    "Moderate": "medium",
    "Minor": "low",
    "Unknown": "informational",
}
"""CAP -> Smart Data Models."""
_ENDINGS = {"Update": "updated", "Cancel": "cancelled"}


def alert_id(identifier: str, number: int = 0) -> str:
    ending = f":{number + 1}" if number else ""
    return f"urn:ngsi-ld:Alert:{quote(identifier, safe='')}{ending}"


def alerts_of(cap: Alert, signed: Signed | None = None) -> Iterator[Entity]:
    """Every alert that the message makes, and every one that it ends.

    `signed`: what its signature was found to be worth. What was altered on its way is kept as `rejected`: it is in
    force nowhere and ends nothing.
    """
    broken = signed is not None and signed.verdict in BROKEN
    if cap.msg_type in ("Alert", "Update"):
        for number, infos in enumerate(_same_but_for_language(cap.infos)):
            entity = _alert(cap, infos, number) | _worth(signed, cap)
            yield entity | {"alertStatus": _told("rejected", cap)} if broken else entity
    ending = _ENDINGS.get(cap.msg_type)
    if ending is not None and not broken:
        for reference in cap.references:
            yield _ended(cap, reference.identifier, ending)


def _same_but_for_language(infos: Sequence[Info]) -> list[list[Info]]:
    groups: dict[Any, list[Info]] = {}
    for info in infos:
        times = (utc_text(info.effective), utc_text(info.onset), utc_text(info.expires))
        key = (info.urgency, info.severity, info.certainty, *times)
        shape = str(list(rings_of(info.areas)))
        groups.setdefault((key, info.event_codes, shape), []).append(info)
    return list(groups.values())


def _alert(cap: Alert, infos: Sequence[Info], number: int) -> Entity:
    info = infos[0]
    entity: Entity = {
        "id": alert_id(cap.identifier, number),
        "type": "Alert",
        "name": _said(infos, [each.headline or each.event for each in infos], cap),
        "event": _said(infos, [each.event for each in infos], cap),
        "description": _said(infos, [each.description for each in infos], cap),
        "severity": _told(SEVERITIES[info.severity], cap),
        "urgency": _told(info.urgency.lower(), cap),
        "certainty": _told(info.certainty.lower(), cap),
        "alertStatus": _told("active" if cap.status == "Actual" else cap.status.lower(), cap),
        "alertSource": _told(info.sender_name or cap.sender, cap),
        "dateIssued": _time(cap.sent, cap),
        "validFrom": _time(info.onset or info.effective or cap.sent, cap),
        "areaServed": _told(", ".join(area.description for area in info.areas), cap),
    }
    entity |= _where_there_is(infos, info, cap)
    return {name: value for name, value in entity.items() if value is not None}


def _worth(signed: Signed | None, cap: Alert) -> Entity:
    if signed is None:
        return {}
    found = {"signatureVerdict": _told(signed.verdict, cap), "signedBy": _told(signed.signer, cap)}
    return {name: value for name, value in found.items() if value is not None}


def _where_there_is(infos: Sequence[Info], info: Info, cap: Alert) -> Entity:
    """What not every alert says."""
    found: Entity = {"instruction": _said(infos, [each.instruction for each in infos], cap)}
    if info.event_codes:
        found["eventCode"] = _told(info.event_codes[0].value, cap)
    if info.web:
        found["url"] = _told(info.web, cap)
    if info.expires:
        found["validTo"] = _time(info.expires, cap)
        found["expiresAt"] = utc_text(info.expires)
    geometry = geometry_of(info.areas)
    if geometry is not None:
        found["location"] = {"type": "GeoProperty", "value": geometry, "observedAt": utc_text(cap.sent)}
    return found


def _ended(cap: Alert, identifier: str, ending: str) -> Entity:
    entity: Entity = {"id": alert_id(identifier), "type": "Alert", "alertStatus": _told(ending, cap)}
    if cap.msg_type == "Update":
        link = {"type": "Relationship", "object": alert_id(cap.identifier), "observedAt": utc_text(cap.sent)}
        entity["supersededBy"] = link
    return entity


def geometry_of(areas: Sequence[Area]) -> dict[str, Any] | None:
    """All polygons of all areas; None where there are only words.

    An outline that crosses itself is mended: a warning is not lost over it.
    """
    rings = [[list(point) for point in ring] for ring in rings_of(areas)]
    if not rings:
        return None
    drawn = shapely.MultiPolygon([shapely.Polygon(ring) for ring in rings])
    if not drawn.is_valid:
        return _mended(drawn)
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": [rings[0]]}
    return {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}


def _mended(drawn: shapely.MultiPolygon) -> dict[str, Any] | None:
    """The ground that the outlines hold; None where they hold none."""
    parts = shapely.get_parts(shapely.make_valid(drawn)).tolist()
    ground = shapely.union_all([part for part in parts if isinstance(part, shapely.Polygon | shapely.MultiPolygon)])
    return None if ground.is_empty else msgspec.json.decode(shapely.to_geojson(ground))


def _told(value: str, cap: Alert) -> dict[str, Any] | None:
    return {"type": "Property", "value": value, "observedAt": utc_text(cap.sent)} if value else None


def _time(moment: str, cap: Alert) -> dict[str, Any]:
    value = {"@type": "DateTime", "@value": utc_text(moment)}
    return {"type": "Property", "value": value, "observedAt": utc_text(cap.sent)}


def _said(infos: Sequence[Info], words: Sequence[str], cap: Alert) -> dict[str, Any] | None:
    """Words in each language that has some."""
    told: Mapping[str, str] = {_tag(info): text for info, text in zip(infos, words, strict=True) if text}
    if not told:
        return None
    return {"type": "LanguageProperty", "languageMap": dict(told), "observedAt": utc_text(cap.sent)}


def _tag(info: Info) -> str:
    """The language of its words; `@none` where it names none that is one: a warning is not lost over it."""
    tag = info.language.strip().lower()
    return tag if is_language_tag(tag) else "@none"
