"""What a source that has gone quiet leaves blind: the layers that show values of it."""

from collections.abc import Iterable, Mapping

from pinisi.console.layers import Layers
from pinisi.console.viewpoint import Viewpoint
from pinisi.store.protocol import Record, Store
from pinisi.vocabulary.principal import EVERYTHING
from pinisi.vocabulary.terms import PROVIDER


class Blinding:
    """Which layers show something of which ailing source; found anew when the ailing ones are others."""

    def __init__(self, store: Store, tenant: str, layers: Layers) -> None:
        self._store = store
        self._tenant = tenant
        self._layers = layers
        self._known: tuple[frozenset[str], Mapping[str, tuple[str, ...]]] = (frozenset(), {})

    async def layers_of(self, ailing: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """Id of a source's card -> ids of layers."""
        wanted = frozenset(ailing)
        if self._known[0] != wanted:
            self._known = (wanted, await self._found(wanted))
        return self._known[1]

    async def _found(self, wanted: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        view = Viewpoint(self._store, self._tenant, EVERYTHING, 0)
        for layer in self._layers.ids():
            records = await self._layers.records(view, layer)
            cited = {source for record, _ in records for source in _providers(record) if source in wanted}
            for source in cited:
                found.setdefault(source, []).append(layer)
        return {source: tuple(layers) for source, layers in found.items()}


def _providers(record: Record) -> Iterable[str]:
    for instances in record.entity.attributes.values():
        for instance in instances:
            for provider in instance.attributes.get(PROVIDER, ()):
                if isinstance(provider.value, str):
                    yield provider.value
