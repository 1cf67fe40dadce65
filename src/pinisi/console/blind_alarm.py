"""A source that has gone quiet, where that blinds the operator: what he cannot see, and what to do instead.

The failure itself is the technician's, in the list of sources; where nothing on the screen rests upon it nobody is
called.
"""

from collections.abc import Mapping
from typing import Any, cast

from pinisi.city.text import LANGUAGES
from pinisi.console.town import Town
from pinisi.incidents.incident import Raised
from pinisi.store.record import Record

BLIND = frozenset({"silent", "failing"})
TITLE = {
    "id": "{name} tidak mengirim data: {layers} tidak terlihat",
    "en": "{name} sends nothing: {layers} cannot be seen",
    "ja": "{name} が途絶：{layers} が見えません",
}
CATEGORY, SUBCATEGORY = "room", "blind"
MOST_LAYERS = 3


async def blind_alarm(town: Town, record: Record) -> Raised | None:
    """None while it delivers, or where nobody looks at what it delivers."""
    health = town.sources.read(record.entity)
    if health.state not in BLIND:
        return None
    layers = (await town.blinded()).get(record.id)
    if layers is None or not layers.layers:
        return None
    source, instead = _text(health.title), town.sources.blinds(record.entity)
    names = {language: town.layers.names(layers.layers[:MOST_LAYERS], language) for language in LANGUAGES}
    known = any(each.code == CATEGORY for each in town.profile.operations.categories)
    return Raised(
        id=f"urn:ngsi-ld:Incident:blind:{record.id}",
        title={each: TITLE[each].format(name=source[each], layers=names[each]) for each in LANGUAGES},
        detail=None if instead is None else _text(instead),
        severity="caution",
        kind="source-failure",
        subject=record.id,
        channel="source-failure",
        exercise=town.exercise,
        category=CATEGORY if known else "",
        subcategory=SUBCATEGORY if known else "",
    )


def _text(value: Any) -> Mapping[str, str]:
    """Words in each language, of a LanguageProperty or a plain text."""
    if isinstance(value, dict):
        words = cast("dict[str, str]", value)
        return {language: words.get(language, next(iter(words.values()), "")) for language in LANGUAGES}
    return dict.fromkeys(LANGUAGES, str(value or ""))
