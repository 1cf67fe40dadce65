"""The form of a job's input or a command: what is asked, how it is typed, within which bounds. Drawn from its type."""

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

import msgspec

from pinisi.city.text import Text
from pinisi.city.words import attribute_label, unit_text, value_text
from pinisi.context.term_table import TermTable

Kind = Literal["number", "whole", "text", "choice", "yesno", "date", "moment", "entity", "json"]


class AskedField(msgspec.Struct, frozen=True, kw_only=True):
    """One field as the console draws it. `many`: a list of such. `least` and `most` bound a number's value, a text's
    length or, of a list, how many; `entity` are the types (IRIs) whose ids fit.
    """

    name: str
    label: Text
    hint: Text | None
    kind: Kind
    many: bool
    required: bool
    unit: Text | None
    least: float | None
    most: float | None
    choices: list[dict[str, Any]]
    entity: list[str]
    default: Any


def asked_form(shape: type[msgspec.Struct], table: TermTable) -> list[AskedField]:
    """The fields in their order. What has no simple form is asked for as JSON."""
    from msgspec import inspect

    told = inspect.type_info(shape)
    assert isinstance(told, inspect.StructType)
    hints = {field.name: field.type for field in msgspec.structs.fields(shape)}
    return [_field(field, hints[field.name], table) for field in told.fields]


def _field(field: Any, hint: Any, table: TermTable) -> AskedField:
    type, said = _plain(field.type)
    many = False
    least, most = _bounds(type)
    inner = getattr(type, "item_type", None)
    if inner is not None:
        many = True
        type, more = _plain(inner)
        said = {**more, **said}
    kind = "entity" if "x-entity" in said else _kind(type)
    if kind == "json":
        many = False
    unit = said.get("x-unit")
    return AskedField(
        name=field.encode_name,
        label=_text(said, "x-label") or attribute_label(field.encode_name),
        hint=_text(said, "x-hint"),
        kind=kind,
        many=many,
        required=field.required,
        unit=unit_text(unit) if unit else None,
        least=least,
        most=most,
        choices=_choices(field.encode_name, type, hint, said),
        entity=[table.expand_term(name) for name in said.get("x-entity", ())],
        default=_default(field),
    )


def _plain(type: Any) -> tuple[Any, Mapping[str, Any]]:
    """The type without what is said of it and without null, and what is said."""
    from msgspec import inspect

    said: dict[str, Any] = {}
    while True:
        if isinstance(type, inspect.Metadata):
            said = {**(type.extra_json_schema or {}), **said}
            type = type.type
            continue
        if isinstance(type, inspect.UnionType):
            others = [each for each in type.types if not isinstance(each, inspect.NoneType)]
            if len(others) == 1:
                type = others[0]
                continue
        return type, said


_KINDS: Mapping[str, Kind] = {
    "BoolType": "yesno",
    "IntType": "whole",
    "FloatType": "number",
    "StrType": "text",
    "LiteralType": "choice",
    "EnumType": "choice",
    "DateTimeType": "moment",
    "DateType": "date",
}
"""By the names that `msgspec.inspect` gives."""


def _kind(type: Any) -> Kind:
    named = {each.__class__.__name__ for each in getattr(type, "types", (type,))}
    if named == {"IntType", "FloatType"}:
        return "number"
    return _KINDS.get(named.pop(), "json") if len(named) == 1 else "json"


def _bounds(type: Any) -> tuple[float | None, float | None]:
    """Least and most, where the type says them inclusively."""
    least = getattr(type, "ge", None)
    most = getattr(type, "le", None)
    return (
        least if least is not None else getattr(type, "min_length", None),
        most if most is not None else getattr(type, "max_length", None),
    )


def _choices(name: str, type: Any, hint: Any, said: Mapping[str, Any]) -> list[dict[str, Any]]:
    from msgspec import inspect

    if isinstance(type, inspect.LiteralType):
        words: list[Any] = [word for word in _words(hint) if word is not None]
    elif isinstance(type, inspect.EnumType):
        words = [each.value for each in type.cls]
    else:
        return []
    told = msgspec.convert(said.get("x-choices", {}), dict[str, Text])
    return [{"value": word, "text": told.get(str(word)) or value_text(name, word)} for word in words]


def _words(hint: Any) -> tuple[Any, ...]:
    """Those of a `Literal`, wherever it stands in a type, in the order in which they are written."""
    if get_origin(hint) is Literal:
        return get_args(hint)
    return next((found for each in get_args(hint) if (found := _words(each))), ())


def _text(said: Mapping[str, Any], name: str) -> Text | None:
    return msgspec.convert(said[name], Text) if name in said else None


def _default(field: Any) -> Any:
    """What stands there when nothing is said, where it can be shown."""
    found = field.default
    if found is msgspec.NODEFAULT or found == ():
        return None
    return msgspec.to_builtins(found)
