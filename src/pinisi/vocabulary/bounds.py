"""How much one entity may hold (docs/reference/limits.md): far more than any city's does, and little enough that
nobody waits long for a change of it. The largest of the Smart Data Models has a few hundred attributes.
"""

from pinisi.vocabulary.entity import Attributes

MOST_INSTANCES = 5_000
"""Of all attributes together, one for each datasetId; those of attributes of attributes are among them."""
MOST_OF_ONE = 1_000
"""Instances of one attribute."""
MOST_TYPES = 100
MOST_SCOPES = 1_000
LARGEST = 16 << 20
"""Of an entity as it is kept, in bytes."""

LEAST_BYTES = 22
"""No instance is kept in fewer: `{"t":"Property","v":1}`."""


def count_instances(attributes: Attributes) -> int:
    """All instances, those of attributes of attributes among them."""
    count = 0
    held = [attributes]
    for each in held:
        for instances in each.values():
            count += len(instances)
            held += [one.attributes for one in instances if one.attributes]
    return count
