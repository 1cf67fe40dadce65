"""What a source that has gone quiet leaves blind: the layers that show values of it, and which of their rows."""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from pinisi.console.layers import Layers
from pinisi.console.viewpoint import Viewpoint
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import EVERYTHING


class Blinded(msgspec.Struct, frozen=True):
    """Ids of layers, and what the rows that rest upon the source have as their `source`."""

    layers: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()


class Blinding:
    """Draws every layer once when other sources ail than before, so that rows nobody has asked for are known too."""

    def __init__(self, store: Store, tenant: str, layers: Layers) -> None:
        self._store = store
        self._tenant = tenant
        self._layers = layers
        self._looked_for: frozenset[str] = frozenset()

    async def of(self, ailing: Iterable[str], writes: Mapping[str, frozenset[str]]) -> Mapping[str, Blinded]:
        """Id of a source's card -> what shows values of it, or would if it delivered (`writes`: card -> types)."""
        wanted = frozenset(ailing)
        if not wanted <= self._looked_for:
            view = Viewpoint(self._store, self._tenant, EVERYTHING, 0)
            for layer in self._layers.ids():
                await self._layers.records(view, layer)
        self._looked_for = wanted
        return {card: self._blinded(card, self._layers.drawing(writes.get(card, ()))) for card in wanted}

    def _blinded(self, card: str, drawn: Collection[str]) -> Blinded:
        citing, ids = self._layers.citing, self._layers.ids()
        cited = citing.layers_with(card, ids)
        return Blinded(tuple(id for id in ids if id in cited or id in drawn), citing.keys_with(card))
