"""Patterns of ids and of types in documents of NGSI v2."""

from typing import Any

from pinisi.context.id_pattern import parse_id_pattern
from pinisi.context.problems import BadRequestData
from pinisi.context.query_error import QueryError
from pinisi.context.validate import refuse, shorten


def read_pattern(pattern: Any, field: str) -> str:
    """A regular expression as it is written.

    Raises:
        BadRequestData: it is none.
    """
    if not isinstance(pattern, str) or not pattern:
        refuse(field, f"{shorten(pattern)} is no regular expression")
    try:
        return parse_id_pattern(pattern, field)
    except QueryError as error:
        raise BadRequestData(error.reason, field) from None
