"""Members of a JSON object of the API, each proved to be what its table says; a refusal names the member's path."""

from typing import Any, cast

from pinisi.context.validate import check_text, refuse, shorten

Payload = dict[str, Any]
LARGEST = 1e18
_KEYWORDS = {"@id": "id", "@type": "type"}


def object_of(value: Any, field: str) -> Payload:
    if not isinstance(value, dict):
        refuse(field, f"{shorten(value)} is not an object")
    return cast(Payload, value)


def plainly_named(members: Payload) -> Payload:
    """The same with `id` and `type` for the keywords of JSON-LD that they stand for (core @context, annex B)."""
    if "@id" not in members and "@type" not in members:
        return members
    return {_KEYWORDS.get(name, name): value for name, value in members.items()}


def array_of(value: Any, field: str, most: int) -> list[Any]:
    """An array with at least one element and at most `most`."""
    if not isinstance(value, list) or not value:
        refuse(field, "is an array with at least one element")
    elements = cast(list[Any], value)
    if len(elements) > most:
        refuse(field, f"has {len(elements)} elements, at most {most} are taken")
    return elements


def text_of(members: Payload, name: str, field: str) -> str | None:
    """A text that is not empty, if the member is there."""
    return check_text(members[name], field) if name in members else None


def flag_of(members: Payload, name: str, field: str, default: bool) -> bool:
    value = members.get(name, default)
    if not isinstance(value, bool):
        refuse(field, f"{shorten(value)} is neither true nor false")
    return value


def positive_of(members: Payload, name: str, field: str, unit: str) -> float | None:
    """A number greater than 0, if the member is there."""
    if name not in members:
        return None
    value = members[name]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < LARGEST:
        refuse(field, f"{shorten(value)} is no number of {unit} greater than 0")
    return float(value)
