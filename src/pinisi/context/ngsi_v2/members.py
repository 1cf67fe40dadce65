"""Members of a document of NGSI v2, each proved where it is read."""

from typing import Any, NoReturn, cast

from pinisi.context.json_members import Payload
from pinisi.context.validate import refuse


def object_at(value: Any, field: str) -> Payload:
    """
    Raises:
        BadRequestData: it is missing, or no object.
    """
    if not isinstance(value, dict):
        _missing(value, field)
    return cast(Payload, value)


def _missing(value: Any, field: str) -> NoReturn:
    refuse(field, "must be an object" if value is not None else "is missing")


def known_members(told: Payload, names: frozenset[str], field: str) -> None:
    """
    Raises:
        BadRequestData: there is a member of another name; `field` is what stands before it.
    """
    unknown = next((name for name in told if name not in names), None)
    if unknown is not None:
        refuse(f"{field}{unknown[:80]}", f"is none of {', '.join(sorted(names))}")


def words_at(told: Payload, name: str, field: str) -> list[str] | None:
    """A list of names; None where there is none.

    Raises:
        BadRequestData: it is something else.
    """
    words = told.get(name)
    if words is None:
        return None
    if not isinstance(words, list) or not all(isinstance(word, str) and word for word in cast(list[Any], words)):
        refuse(field, "a list of names")
    return cast(list[str], words)
