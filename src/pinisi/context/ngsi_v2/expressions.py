"""The Simple Query Language of NGSI v2 (`q`, `mq`) and its geographical queries -> the store's filters.

Statements are joined by `;` (and). What stands right of an operator is a number, `true`, `false`, `null`, a date, a
text; in single quotes always a text. `a..b` is a range, `a,b` a list.
"""

import re
from typing import Any, Literal

from pinisi.context.ngsi_v2.attributes import moment_of
from pinisi.context.ngsi_v2.locations import position, shape
from pinisi.context.ngsi_v2.names import Names, entity_uri, iri_of
from pinisi.context.problems import BadRequestData, TooComplexQuery
from pinisi.store.pattern import PatternError, compile_pattern
from pinisi.store.query import AllOf, Compare, DateTime, Exists, Filter, GeoQuery, Missing, Operator, Path, Range
from pinisi.vocabulary.instant import parse_instant
from pinisi.vocabulary.terms import LOCATION

Kind = Literal["q", "mq"]
MOST_STATEMENTS = 50
LONGEST = 8_192
_MEMBERS = {"dateCreated": "createdAt", "dateModified": "modifiedAt", "dateExpires": "expiresAt"}
_META_MEMBERS = {"TimeInstant": "observedAt", "unitCode": "unitCode", **_MEMBERS}
_OPERATOR = re.compile(r"==|!=|>=|<=|~=|>|<|:")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[-+]\d\d:?\d\d)?)?", re.ASCII)
_RELATIONS = {"coveredBy": "within", "intersects": "intersects", "equals": "equals", "disjoint": "disjoint"}
_DISTANCE = re.compile(r"(maxDistance|minDistance):(\d+(?:\.\d+)?)", re.ASCII)


def parse_expression(text: str, kind: Kind, table: Names) -> Filter:
    """The filter of a whole `q` or `mq`.

    Raises:
        BadRequestData: names the statement.
        TooComplexQuery: it is too long.
    """
    if len(text) > LONGEST:
        raise TooComplexQuery(f"over {LONGEST} characters", kind)
    statements = [part for part in _apart(text, ";") if part]
    if not statements:
        raise BadRequestData("is empty", kind)
    if len(statements) > MOST_STATEMENTS:
        raise TooComplexQuery(f"more than {MOST_STATEMENTS} statements", kind)
    filters = [_statement(each.strip(), kind, table) for each in statements]
    return filters[0] if len(filters) == 1 else AllOf(tuple(filters))


def _statement(text: str, kind: Kind, table: Names) -> Filter:
    if text.startswith("!"):
        return Missing(_path(text[1:], kind, table))
    found = _operator(text)
    if found is None:
        return Exists(_path(text, kind, table))
    path = _path(text[: found[0]], kind, table)
    operator, right = found[1], text[found[0] + len(found[1]) :]
    if not right:
        raise BadRequestData(f"{text[:80]!r} has nothing to compare with", kind)
    return _comparison(path, "==" if operator == ":" else operator, right, kind)


def _comparison(path: Path, operator: str, right: str, kind: Kind) -> Filter:
    way: Operator = operator  # pyright: ignore[reportAssignmentType]
    if operator == "~=":
        try:
            compile_pattern(right)
        except PatternError as error:
            raise BadRequestData(str(error), kind) from None
        return Compare(path, way, (right,))
    if operator in ("==", "!="):
        there = Exists(path)
        compared = Compare(path, way, tuple(_operand(each, kind) for each in _apart(right, ",")))
        return AllOf((there, compared)) if operator == "!=" else compared
    if ".." in right and right[:1] != "'":
        raise BadRequestData(f"{right[:80]!r}: a range goes with == and != only", kind)
    return Compare(path, way, (_literal(right, kind),))


def _operand(text: str, kind: Kind) -> Any:
    low, dots, high = text.partition("..")
    if not dots or text.startswith("'"):
        return _literal(text, kind)
    ends = _literal(low, kind), _literal(high, kind)
    if isinstance(ends[0], int | float) and isinstance(ends[1], int | float):
        return Range(float(ends[0]), float(ends[1]))
    if type(ends[0]) is not type(ends[1]):
        raise BadRequestData(f"{text[:80]!r}: both ends of a range are of one kind", kind)
    return Range(*ends)


def _literal(text: str, kind: Kind) -> Any:
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1]
    if text in ("true", "false"):
        return text == "true"
    if text.startswith("'"):
        raise BadRequestData(f"{text[:80]!r}: a text in single quotes ends with its second one", kind)
    number = _NUMBER.fullmatch(text)
    if number is not None:
        return float(text) if number[1] or number[2] else int(text)
    if _DATE.fullmatch(text) is not None:
        moment = moment_of(text, kind)
        return DateTime(moment, parse_instant(moment))
    return text


def _path(text: str, kind: Kind, table: Names) -> Path:
    tokens = [_unquoted(token) for token in _apart(text.strip(), ".")]
    if not all(tokens):
        raise BadRequestData(f"{text[:80]!r} is no path of names", kind)
    first = tokens[0]
    if kind == "mq":
        if len(tokens) < 2:
            raise BadRequestData(f"{text[:80]!r} names no metadata: attribute.metadata", kind)
        sub = _META_MEMBERS.get(tokens[1]) or iri_of(tokens[1], table, kind)
        return Path(iri_of(first, table, kind), (sub,), *_trail(tokens[2:], table))
    attribute = _MEMBERS.get(first) or iri_of(first, table, kind)
    return Path(attribute, (), *_trail(tokens[1:], table))


def _trail(keys: list[str], table: Names) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(table.expand_term(key) for key in keys), tuple(keys)


def _unquoted(token: str) -> str:
    return token[1:-1] if len(token) > 2 and token[0] == token[-1] == "'" else token


def _operator(text: str) -> tuple[int, str] | None:
    """Where the first operator outside quotes stands, and which."""
    quoted = False
    for place, letter in enumerate(text):
        if letter == "'":
            quoted = not quoted
        elif not quoted and (found := _OPERATOR.match(text, place)) is not None:
            return place, found[0]
    return None


def _apart(text: str, mark: str) -> list[str]:
    """Parts between marks that stand outside single quotes."""
    parts, begin, quoted = list[str](), 0, False
    for place, letter in enumerate(text):
        if letter == "'":
            quoted = not quoted
        elif letter == mark and not quoted:
            parts.append(text[begin:place])
            begin = place + 1
    return [*parts, text[begin:]]


def parse_geo(georel: str | None, geometry: str | None, coords: str | None) -> GeoQuery | None:
    """`georel`, `geometry` and `coords` (latitude first), of the attribute `location`.

    Raises:
        BadRequestData: names the parameter.
    """
    if georel is None and geometry is None and coords is None:
        return None
    for name, part in (("georel", georel), ("geometry", geometry), ("coords", coords)):
        if not isinstance(part, str) or not part:
            raise BadRequestData("is missing: georel, geometry and coords go together", name)
    if geometry not in ("point", "line", "box", "polygon"):
        raise BadRequestData(f"{geometry!r} is none of point, line, box, polygon", "geometry")
    relation, *modifiers = str(georel).split(";")
    form = shape(geometry, [position(pair, "coords") for pair in str(coords).split(";")], "coords")
    if relation != "near":
        if relation not in _RELATIONS or modifiers:
            raise BadRequestData(f"{georel!r} is none of near, coveredBy, intersects, equals, disjoint", "georel")
        return GeoQuery(_RELATIONS[relation], form, LOCATION)  # pyright: ignore[reportArgumentType]
    distances = {found[1]: float(found[2]) for each in modifiers if (found := _DISTANCE.fullmatch(each))}
    if len(distances) != len(modifiers) or not distances:
        raise BadRequestData("near needs maxDistance:METRES or minDistance:METRES", "georel")
    return GeoQuery("near", form, LOCATION, distances.get("maxDistance"), distances.get("minDistance"))


def ids_of(text: str) -> tuple[str, ...]:
    return tuple(entity_uri(each) for each in text.split(","))
