"""Models: what can be typed of each type of entity. Forms are drawn from them; what was typed is checked by them."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec

from pinisi.city.errors import CityError
from pinisi.city.reading import read_toml

Kind = Literal["text", "words", "number", "year", "choice"]


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One attribute that can be typed.

    `text` and `choice` are plain words, `words` a text that is kept for every language, `number` may have a `unit`
    (UN/CEFACT) and other `units` that one may choose instead, `year` is a whole number. `required` counts for new
    entities.
    """

    name: str
    kind: Kind = "text"
    unit: str | None = None
    units: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    required: bool = False
    min: float | None = None
    max: float | None = None


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A type of entity (short name) as people type it. `creates`: new ones can be entered; `placed`: at a point."""

    type: str
    fields: tuple[Field, ...]
    creates: bool = True
    placed: bool = False


class _Models(msgspec.Struct, forbid_unknown_fields=True):
    models: tuple[Model, ...] = ()


@cache
def own_models() -> tuple[Model, ...]:
    """The models of Pinisi's own vocabulary."""
    return msgspec.toml.decode(files("pinisi.city").joinpath("models.toml").read_bytes(), type=_Models).models


def read_models(path: Path) -> tuple[Model, ...]:
    """The models that a city adds (`models.toml` of its folder); none without the file.

    Raises:
        CityError: naming the field.
    """
    if not path.exists():
        return ()
    models = read_toml(path, _Models).models
    for number, model in enumerate(models):
        for place, field in enumerate(model.fields):
            if field.kind == "choice" and not field.choices:
                raise CityError(path, f"models[{number}].fields[{place}].choices", "a choice needs some")
    return models


def all_models(*more: Iterable[Model]) -> Mapping[str, Model]:
    """Type -> model, of Pinisi's own and of `more`, which add fields to a type that is there and replace like ones."""
    found = {model.type: model for model in own_models()}
    for model in (each for models in more for each in models):
        there = found.get(model.type)
        found[model.type] = model if there is None else _joined(there, model)
    return found


def _joined(there: Model, more: Model) -> Model:
    fields = {field.name: field for field in (*there.fields, *more.fields)}
    return Model(
        type=there.type,
        fields=tuple(fields.values()),
        creates=more.creates,
        placed=there.placed or more.placed,
    )
