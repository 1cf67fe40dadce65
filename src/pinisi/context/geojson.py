"""Entities as GeoJSON features (NGSI-LD 4.5.16, 4.5.17, 6.3.15)."""

from collections.abc import Iterable
from typing import Any

from pinisi.context.geometry import is_geometry
from pinisi.context.render import NORMALIZED, View, encode, entity_document
from pinisi.context.term_table import TermTable
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import WHOLE, Projection
from pinisi.vocabulary.terms import LOCATION


def render_feature(
    entity: Entity,
    terms: TermTable,
    view: View = NORMALIZED,
    seen: Projection = WHOLE,
    *,
    geometry_property: str = LOCATION,
) -> bytes:
    """One Feature, without `@context`.

    Its geometry is that of the named GeoProperty: of the default instance, or of the one that the view's datasets
    choose; `null` where the entity has none or the reader does not see it.
    """
    properties = entity_document(entity, terms, view, seen)
    document: dict[str, Any] = {}
    if "id" in properties:
        document["id"] = properties.pop("id")
    document["type"] = "Feature"
    document["geometry"] = _geometry(entity, view, seen, geometry_property)
    document["properties"] = properties
    return encode(document)


def join_features(features: Iterable[bytes]) -> bytes:
    """Rendered features as a FeatureCollection, without `@context`."""
    return b'{"type":"FeatureCollection","features":[' + b",".join(features) + b"]}"


def _geometry(entity: Entity, view: View, seen: Projection, name: str) -> Any:
    if seen.attributes is not None and name not in seen.attributes:
        return None
    instances = entity.attributes.get(name, ())
    if view.datasets is not None:
        instances = [instance for instance in instances if instance.dataset_id in view.datasets]
    chosen = next((one for one in instances if one.dataset_id is None), None)
    if chosen is None and instances:
        chosen = instances[0]
    return chosen.value if chosen is not None and is_geometry(chosen.value) else None
