"""What the sources of a tenant are called, for whoever may see their cards."""

from collections.abc import Mapping

import msgspec

from pinisi.city.text import Text
from pinisi.console.house import House
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.vocabulary.principal import Grants
from pinisi.vocabulary.terms import DATA_SOURCE

MOST = 5_000


async def source_titles(house: House, tenant: str, grants: Grants) -> Mapping[str, Text]:
    """Id of a card -> its title; of a card without one in three languages nothing."""
    title = house.pinisi_table.expand_term("title")
    page = await house.store.find(tenant, EntityQuery(types=TypeIs(DATA_SOURCE)), grants, limit=MOST)
    found: dict[str, Text] = {}
    for record in page.records:
        for instance in record.entity.attributes.get(title, ())[:1]:
            try:
                found[record.id] = msgspec.convert(instance.value, Text)
            except msgspec.ValidationError:
                continue
    return found
