"""Fragments of entities that are as most are: new values of attributes, as Properties, references or points.

Read as plain entities of a batch are (`plain_batch`): 2 us for one attribute instead of 4. Whatever is not so plain, or
not right, is left to `payload`.
"""

from typing import Any, cast

import msgspec

from pinisi.context.attribute_payload import PROOF
from pinisi.context.core_context import VALUE_MEMBERS
from pinisi.context.payload import ALWAYS_GEO, TAKEN, Fragment, read_fragment
from pinisi.context.payload_size import read_payload
from pinisi.context.plain_batch import Document, read_member
from pinisi.context.problems import BadRequestData
from pinisi.context.term_table import TermTable
from pinisi.vocabulary.bounds import MOST_INSTANCES
from pinisi.vocabulary.entity import GEO, Attributes, Instance

_decode = msgspec.json.Decoder(Document).decode


def read_members(body: bytes) -> Any:
    """The members of a plain fragment, proved; of any other its JSON. Raises as `read_payload`."""
    try:
        return _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return read_payload(body)


def read_update(
    document: Any, body: bytes, terms: TermTable, *, nulls: bool = True
) -> tuple[Fragment, dict[str, Instance] | None]:
    """The fragment that a body holds, for an update or to append, and its instances where it is plain.

    Args:
        document: what `read_members` made of the body.
        nulls: whether an NGSI-LD Null may stand in it.

    Raises:
        BadRequestData: as `read_fragment`.
    """
    plain = _read_plain(cast(Document, document), terms) if isinstance(document, dict) else None
    if plain is None:
        return read_fragment(read_payload(body), terms, nulls=nulls), None
    attributes: Attributes = {name: [instance] for name, instance in plain.items()}
    return Fragment(attributes=attributes), plain


def _read_plain(document: Document, terms: TermTable) -> dict[str, Instance] | None:
    key = (None, *document)
    iris = terms.shapes.get(key)
    if iris is None:
        iris = terms.shapes.remember(key, _iris(document, terms))
    if not iris:
        return None
    plain: dict[str, Instance] = {}
    for iri, member in zip(iris, document.values(), strict=True):
        instance = read_member(member)
        if instance is None or (iri in ALWAYS_GEO and instance.kind != GEO):
            return None
        plain[iri] = instance
    return plain


def _iris(document: Document, terms: TermTable) -> tuple[str, ...]:
    """The attributes; empty where members have to be looked at one by one."""
    if len(document) > MOST_INSTANCES:
        return ()
    if PROOF in document or not VALUE_MEMBERS.isdisjoint(document) or not TAKEN.isdisjoint(document):
        return ()
    try:
        iris = tuple([terms.expand_name(name, name) for name in document])
    except BadRequestData:
        return ()
    return iris if len(set(iris)) == len(iris) else ()
