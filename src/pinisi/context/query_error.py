"""What is wrong with a query, and where."""


class QueryError(ValueError):
    """A parameter of a query cannot be read (NGSI-LD: BadRequestData).

    Args:
        field: the parameter or member (`q`, `scopeQ`, `coordinates` ...).
        reason: what is wrong, in plain words.
        position: the character at which it shows, from 0; None where there is no text.
    """

    def __init__(self, field: str, reason: str, position: int | None = None) -> None:
        self.field = field
        self.reason = reason
        self.position = position
        place = "" if position is None else f" at character {position + 1}"
        super().__init__(f"{field}{place}: {reason}")


class TooComplexQuery(QueryError):
    """The query is longer, deeper or wider than is read (NGSI-LD: TooComplexQuery)."""
