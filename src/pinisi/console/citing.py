"""Which sources the rows of a layer rest upon: a short number in each row, the cards that it stands for beside them."""

from collections.abc import Iterable, Mapping
from zlib import crc32

import structlog

from pinisi.city.facts import source_id
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.terms import PROVIDER

MOST = 4_096
"""Combinations of sources that are kept; rows that rest upon further ones do not say upon which."""
BITS = 0xFF_FFFF
_CARD = source_id("")

_log = structlog.get_logger("pinisi.console")


class Citing:
    """The combinations of sources that rows have been seen to rest upon.

    A number is computed from the cards that it stands for, so it means the same in every process and after a restart:
    a reader who resumes the stream need not read his rows again.
    """

    def __init__(self) -> None:
        self._keys: dict[frozenset[str], int] = {}
        self._cards: dict[int, frozenset[str]] = {}
        self._layers: dict[str, set[int]] = {}

    def key(self, layer: str, cards: frozenset[str]) -> int | None:
        """The number of a combination in a row of the layer; None of none."""
        if not cards:
            return None
        key = self._keys.get(cards)
        if key is None:
            if len(self._keys) >= MOST:
                _log.warning("a row does not say which sources it rests upon: there are too many", cards=sorted(cards))
                return None
            key = self._keys[cards] = crc32("\n".join(sorted(cards)).encode()) & BITS
            self._cards[key] = self._cards.get(key, frozenset()) | cards
        self._layers.setdefault(layer, set()).add(key)
        return key

    def of(self, layer: str) -> Mapping[int, list[str]]:
        """Number -> ids of cards, of all that rows of the layer rest upon."""
        return {key: sorted(self._cards[key]) for key in sorted(self._layers.get(layer, ()))}

    def keys_with(self, card: str) -> tuple[int, ...]:
        """The numbers of all combinations with a card."""
        return tuple(sorted(key for key, cards in self._cards.items() if card in cards))

    def layers_with(self, card: str, layers: Iterable[str]) -> tuple[str, ...]:
        """Those of the layers that have shown rows that rest upon a card."""
        keys = set(self.keys_with(card))
        return tuple(layer for layer in layers if keys & self._layers.get(layer, set()))


def cards_of(entity: Entity, attributes: Iterable[str]) -> frozenset[str]:
    """The cards that the values of some of its attributes name."""
    cards: set[str] = set()
    for attribute in attributes:
        for instance in entity.attributes.get(attribute, ()):
            for provider in instance.attributes.get(PROVIDER, ()):
                if isinstance(provider.value, str) and provider.value.startswith(_CARD):
                    cards.add(provider.value)
    return frozenset(cards)
