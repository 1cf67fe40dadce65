"""Plain entities of a batch in the words in which they will be kept, should they be new (`store.newborn`).

The members of all of them are encoded in one call, and what they have in common is found once for all that are alike.
An entity of six attributes takes 5 us; to make an `Entity` of it, to stamp and to encode that took 14.
"""

from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any

from msgspec import UNSET

from pinisi.context.geometry import is_point
from pinisi.context.payload import ALWAYS_GEO
from pinisi.context.plain_batch import Document, PlainPlace, PlainProperty, PlainRelationship, plan_of
from pinisi.context.problems import BadRequestData
from pinisi.context.term_table import TermTable
from pinisi.context.validate import NULL, is_uri, is_usual_moment
from pinisi.store.newborn import Form, Newborn, Words
from pinisi.vocabulary.entity import GEO, PROPERTY, RELATIONSHIP
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, LOCATION

_KIND: dict[type, str] = {PlainProperty: PROPERTY, PlainRelationship: RELATIONSHIP, PlainPlace: GEO}
_KEPT_AS = (
    (b'{"type":"Property","value":', b'{"t":"Property","v":'),
    (b'{"type":"Relationship","object":', b'{"t":"Relationship","v":'),
    (b'{"type":"GeoProperty","value":', b'{"t":"GeoProperty","v":'),
    (b',"observedAt":"', b',"observed_at":"'),
    (b',"unitCode":"', b',"unit_code":"'),
)

Shape = tuple[Form, int, tuple[int, ...], int | None]
"""Form, and the places of the id, of the attributes and of the location among the members of a document."""


class Newborns:
    """The entities of one batch, each read when it is asked for."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents
        self._starts = list(accumulate(map(len, documents), initial=0))
        self._words = Words(list(chain.from_iterable([document.values() for document in documents])), _KEPT_AS)

    def read(self, place: int, terms: TermTable) -> tuple[str, Newborn] | None:
        """The id and the entity; None for what is to be looked at more closely."""
        document = self._documents[place]
        members: tuple[Any, ...] = tuple(document.values())
        kind = document.get("type")
        if not isinstance(kind, str):
            return None
        key = (kind, *document, *map(type, members))
        shape = terms.shapes.get(key)
        if shape is None:
            shape = terms.shapes.remember(key, _shape(document, terms))
        if not shape:
            return None
        form, id_at, attributes_at, location_at = shape
        id = members[id_at]
        if id == NULL or not is_uri(id):
            return None
        values: list[Any] = []
        moments: list[str | None] = []
        for at in attributes_at:
            member = members[at]
            value = None
            if member.__class__ is PlainProperty:
                if member.value == NULL or member.unitCode == NULL:
                    return None
                value = member.value
            elif member.__class__ is PlainRelationship:
                if member.object == NULL or not is_uri(member.object):
                    return None
            elif not is_point(member.value):
                return None
            values.append(value)
            moment = member.observedAt
            if moment is UNSET:
                moments.append(None)
            elif is_usual_moment(moment):
                moments.append(moment)
            else:
                return None
        where = None
        if location_at is not None:
            lon, lat = members[location_at].value["coordinates"]
            where = (float(lon), float(lat))
        return id, Newborn(form, self._words, self._starts[place], len(members), values, moments, where)


def _shape(document: Document, terms: TermTable) -> Shape | tuple[()]:
    """The shape of such entities; empty where each has to be read by itself."""
    names, members = tuple(document), tuple(document.values())
    told = [(at, iri) for at, iri in enumerate(plan_of(names, terms)) if iri is not None]
    kinds = tuple([_KIND.get(type(members[at]), "") for at, _ in told])
    kind = document.get("type")
    if not told or "" in kinds or not isinstance(kind, str) or not kind or kind == NULL:
        return ()
    if not isinstance(document["id"], str):
        return ()
    try:
        type_iri = terms.expand_name(kind, "type")
    except BadRequestData:
        return ()
    places = {iri: at for at, iri in told}
    if type_iri == ADMINISTRATIVE_AREA or any(
        iri in ALWAYS_GEO and kind != GEO for (_, iri), kind in zip(told, kinds, strict=True)
    ):
        return ()
    iris, attributes_at = tuple(places), tuple(places.values())
    id_at = names.index("id")
    form = Form((type_iri,), iris, kinds, id_at, attributes_at)
    return form, id_at, attributes_at, places.get(LOCATION)
