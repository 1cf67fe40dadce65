"""Pinisi's own @context: short names of types and attributes, and the IRIs that they stand for."""

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

CONTEXT_FILE = "pinisi-context.jsonld"


def context_bytes() -> bytes:
    """The document as it is served."""
    return files("pinisi.city").joinpath(CONTEXT_FILE).read_bytes()


@cache
def terms() -> dict[str, str]:
    """Short name -> IRI."""
    context: dict[str, Any] = msgspec.json.decode(context_bytes())["@context"]
    return {name: iri for name, meaning in context.items() if isinstance(iri := _iri(meaning), str)}


def _iri(meaning: Any) -> Any:
    return meaning.get("@id") if isinstance(meaning, dict) else meaning  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def iri(term: str) -> str:
    """The IRI of a short name.

    Raises:
        KeyError: when the vocabulary has no such name.
    """
    return terms()[term]
