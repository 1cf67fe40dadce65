"""Entities that come as NGSI-LD already: one, or a list, in normalized form with short names."""

from typing import Any, cast

from pinisi.city.text import Text
from pinisi.runtime.json_body import read_any_json
from pinisi.runtime.source import Message, Reading, Reject, Unreadable

MOST = 50_000


def read_entities(message: Message) -> Reading:
    """
    Raises:
        Unreadable: it is neither an entity nor a list of them.
    """
    told: Any = read_any_json(message)
    items: list[Any] = cast("list[Any]", told) if isinstance(told, list) else [told]
    if len(items) > MOST:
        raise Unreadable(f"has more than {MOST} entities")
    entities: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    sound: list[str] = []
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict) or not {"id", "type"} <= item.keys():
            reason = Text("bukan entitas: tanpa id atau type", "is no entity: it lacks id or type", "id か type がない")
            rejects.append(
                Reject(
                    key=f"{message.origin} {number}",
                    row=str(number),
                    reason=reason,
                    raw=repr(cast("object", item))[:4_000],
                )
            )
            continue
        sound.append(f"{message.origin} {number}")
        entity = cast("dict[str, Any]", item)
        entities.append({name: value for name, value in entity.items() if name != "@context"})
    return Reading(entities=entities, rejects=rejects, sound=sound)
