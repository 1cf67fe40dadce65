"""Which operations other context sources may take part in, and the way that each of them goes then (NGSI-LD 4.20)."""

from pinisi.console import federated_query, federated_read
from pinisi.console import federated_write_requests as requests
from pinisi.console.federated import Distributed
from pinisi.console.federated_write import distributed

V1 = "/ngsi-ld/v1"
_ENTITIES, _ONE = f"{V1}/entities", f"{V1}/entities/{{id}}"
_ATTRS, _ATTRIBUTE = f"{_ONE}/attrs", f"{_ONE}/attrs/{{attribute}}"

WAYS: dict[tuple[str, str], Distributed] = {
    ("GET", _ONE): federated_read.retrieve,
    ("GET", _ENTITIES): federated_query.query,
    ("POST", f"{V1}/entityOperations/query"): federated_query.query_posted,
    ("POST", _ENTITIES): distributed(requests.create),
    ("PUT", _ONE): distributed(requests.replace),
    ("PATCH", _ONE): distributed(requests.merge),
    ("DELETE", _ONE): distributed(requests.delete),
    ("POST", _ATTRS): distributed(requests.append),
    ("PATCH", _ATTRS): distributed(requests.update),
    ("PATCH", _ATTRIBUTE): distributed(requests.partial_update),
    ("PUT", _ATTRIBUTE): distributed(requests.replace_attribute),
    ("DELETE", _ATTRIBUTE): distributed(requests.delete_attribute),
}
