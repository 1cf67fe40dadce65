"""Which operations other context sources may take part in, and the way that each of them goes then (NGSI-LD 4.20)."""

from pinisi.console import federated_batch as batches
from pinisi.console import federated_discovery as discovery
from pinisi.console import (
    federated_history,
    federated_history_maps,
    federated_maps,
    federated_purge,
    federated_query,
    federated_read,
)
from pinisi.console import federated_history_requests as past
from pinisi.console import federated_write_requests as requests
from pinisi.console.federated import Distributed
from pinisi.console.federated_write import distributed

V1 = "/ngsi-ld/v1"
_BATCH = f"{V1}/entityOperations"
_ENTITIES, _ONE = f"{V1}/entities", f"{V1}/entities/{{id}}"
_STORIES, _STORY = f"{V1}/temporal/entities", f"{V1}/temporal/entities/{{id}}"
_STRAND = f"{_STORY}/attrs/{{attribute}}"
_ATTRS, _ATTRIBUTE = f"{_ONE}/attrs", f"{_ONE}/attrs/{{attribute}}"

WAYS: dict[tuple[str, str], Distributed] = {
    ("GET", _ONE): federated_read.retrieve,
    ("GET", _ENTITIES): federated_query.query,
    ("POST", f"{_BATCH}/query"): federated_query.query_posted,
    ("POST", _ENTITIES): distributed(requests.create),
    ("PUT", _ONE): distributed(requests.replace),
    ("PATCH", _ONE): distributed(requests.merge),
    ("DELETE", _ONE): distributed(requests.delete),
    ("POST", _ATTRS): distributed(requests.append),
    ("PATCH", _ATTRS): distributed(requests.update),
    ("PATCH", _ATTRIBUTE): distributed(requests.partial_update),
    ("PUT", _ATTRIBUTE): distributed(requests.replace_attribute),
    ("DELETE", _ATTRIBUTE): distributed(requests.delete_attribute),
    ("DELETE", _ENTITIES): federated_purge.purge,
    ("GET", f"{V1}/entityMaps"): federated_maps.create,
    ("POST", f"{V1}/entityMaps"): federated_maps.create_posted,
    ("GET", f"{V1}/temporal/entityMaps"): federated_history_maps.create,
    ("POST", f"{V1}/temporal/entityMaps"): federated_history_maps.create_posted,
    ("GET", f"{V1}/types"): discovery.listing(discovery.TYPES),
    ("GET", f"{V1}/types/{{type}}"): discovery.one(discovery.TYPES, "type"),
    ("GET", f"{V1}/attributes"): discovery.listing(discovery.ATTRIBUTES),
    ("GET", f"{V1}/attributes/{{attribute}}"): discovery.one(discovery.ATTRIBUTES, "attribute"),
    ("GET", _STORY): federated_history.retrieve,
    ("GET", _STORIES): federated_history.query,
    ("POST", f"{V1}/temporal/entityOperations/query"): federated_history.query_posted,
    ("POST", _STORIES): distributed(past.write_history),
    ("DELETE", _STORY): distributed(past.erase_history),
    ("POST", f"{_STORY}/attrs"): distributed(past.add_to_history),
    ("DELETE", _STRAND): distributed(past.erase_attribute),
    ("PATCH", f"{_STRAND}/{{instance}}"): distributed(past.change_instance),
    ("DELETE", f"{_STRAND}/{{instance}}"): distributed(past.erase_instance),
    ("POST", f"{_BATCH}/create"): batches.distributed(batches.CREATE),
    ("POST", f"{_BATCH}/upsert"): batches.distributed(batches.UPSERT),
    ("POST", f"{_BATCH}/update"): batches.distributed(batches.UPDATE),
    ("POST", f"{_BATCH}/merge"): batches.distributed(batches.MERGE),
    ("POST", f"{_BATCH}/delete"): batches.distributed(batches.DELETE),
}
