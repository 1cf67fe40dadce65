"""What a registration of NGSI v2 says of types by a pattern, and NGSI-LD has no word for."""

from collections.abc import Mapping
from typing import Any

import msgspec

from pinisi.context.registration import EntityInfo, Information


def with_type_patterns(information: tuple[Information, ...], told: Mapping[str, Any]) -> tuple[Information, ...]:
    """The one part that a registration of v2 makes, each of its entities with the pattern that was written."""
    written: list[dict[str, Any]] = told.get("dataProvided", {}).get("entities", [])
    if len(information) != 1 or not any("typePattern" in one for one in written):
        return information
    entities = [_with(info, one.get("typePattern")) for info, one in zip(information[0].entities, written, strict=True)]
    return (msgspec.structs.replace(information[0], entities=tuple(entities)),)


def _with(info: EntityInfo, pattern: str | None) -> EntityInfo:
    return info if pattern in (None, ".*") else msgspec.structs.replace(info, type_pattern=pattern)
