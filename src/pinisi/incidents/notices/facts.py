"""What a notice or a message may say of an incident, by the name of its place: nothing that names a person."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from pinisi.city.profile import Profile
from pinisi.city.text import Text
from pinisi.incidents.incident import SEVERITY, TITLE, word_of
from pinisi.incidents.queue import Case
from pinisi.vocabulary.instant import SECOND, Instant
from pinisi.vocabulary.terms import LOCATION

Words = Mapping[str, Text | str]
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SEVERITIES: Words = {
    "danger": Text("bahaya", "danger", "危険"),
    "caution": Text("waspada", "caution", "注意"),
    "information": Text("informasi", "information", "情報"),
}


def incident_words(profile: Profile, case: Case, area: str | None) -> Words:
    """`area` is the name of the smallest area that it lies in; its coordinates stand where there is none."""
    operations, record = profile.operations, case.record
    category, lead = operations.category(record.category), operations.agency(record.lead)
    return {
        "incident": text_of(word_of(case.entity, TITLE)),
        "place": area or _coordinates(word_of(case.entity, LOCATION)),
        "time": local_time(profile, record.raised_at),
        "severity": _SEVERITIES.get(str(word_of(case.entity, SEVERITY)), ""),
        "category": category.name if category else "",
        "lead": lead.name if lead else "",
        "city": profile.city.name,
        "number": short_number(case.entity.id),
        "priority": str(record.priority or ""),
    }


def text_of(words: Any) -> Text | str:
    """Words as an entity has them: in each language, or the same in all."""
    if not isinstance(words, Mapping):
        return str(words or "")
    known = cast("Mapping[str, str]", words)
    first = next(iter(known.values()), "")
    return Text(*(str(known.get(language) or first) for language in ("id", "en", "ja")))


def agency_word(profile: Profile, code: str) -> Text | str:
    """The agency's name; its code where the city does not know it."""
    known = profile.operations.agency(code)
    return code if known is None else known.name


def short_number(incident: str) -> str:
    """The end of an incident's id, short enough to be read out over the radio."""
    return incident.rpartition(":")[2][:8].upper()


def local_time(profile: Profile, moment: Instant) -> Text:
    """Hour and day in the city, as each language writes them."""
    local, zone = datetime.fromtimestamp(moment / SECOND, UTC).astimezone(profile.zone), profile.city
    return Text(
        f"{local:%H.%M} {zone.time_zone_name}, {local:%d/%m/%Y}",
        f"{local:%H:%M} {zone.time_zone_name}, {local.day} {_MONTHS[local.month - 1]} {local.year}",
        f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}（{zone.time_zone_name}）",
    )


def _coordinates(location: Any) -> str:
    if not isinstance(location, Mapping) or cast("Mapping[str, Any]", location).get("type") != "Point":
        return ""
    lon, lat = cast("Mapping[str, Any]", location)["coordinates"][:2]
    return f"{lat:.5f}, {lon:.5f}"
