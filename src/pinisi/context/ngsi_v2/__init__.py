"""NGSI v2 as another way to say what NGSI-LD says: one set of entities, two languages.

Facts of the interface: FIWARE-NGSI v2, release 2.1. What the two cannot say to each other is told in
docs/reference/ngsi-v2.md.
"""
