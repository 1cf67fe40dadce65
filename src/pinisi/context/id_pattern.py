"""The parameter `idPattern` (NGSI-LD 5.7.2): a regular expression found anywhere in the id."""

from pinisi.context.query_error import QueryError
from pinisi.store.pattern import PatternError, compile_pattern


def parse_id_pattern(text: str, field: str = "idPattern") -> str:
    """Check a pattern and give it back; `^` and `$` anchor it.

    Raises:
        QueryError: for a pattern that RE2 does not know.
    """
    try:
        compile_pattern(text)
    except PatternError as error:
        raise QueryError(field, str(error)) from None
    return text
