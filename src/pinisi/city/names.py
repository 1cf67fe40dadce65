"""Finds entities by name, also misspelt: kelurahan, puskesmas, waste banks.

Spelling of Makassar's names varies most in doubled letters, spaces and hyphens (Panakkukang, Panakukang; Kassi-Kassi,
kasi kasi), so names are compared without them. A prefilter by trigrams leaves few names to compare in full.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence, Set

import msgspec

CANDIDATES = 80
LEAST_SCORE = 62.0
EXACT, PREFIX, WORD_PREFIX, ALL_WORDS = 100.0, 97.0, 94.0, 91.0
FUZZY = 0.9
_WORD = re.compile(r"[^\W_]+")
_DOUBLED = re.compile(r"([^\W\d_])\1+")


class Hit(msgspec.Struct, frozen=True):
    """A name that fits, with a score of 0 to 100."""

    id: str
    name: str
    kind: str
    area: str
    score: float


class _Entry(msgspec.Struct, frozen=True):
    """A name ready to be compared. Of equal scores the lower `rank` comes first: areas before what lies in them."""

    id: str
    name: str
    kind: str
    area: str
    rank: int
    words: tuple[str, ...]
    joined: str


class Names:
    """Names in memory, kept up one by one."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._by_gram: dict[str, set[str]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, id: str, name: str, kind: str, area: str = "") -> None:
        """Add a name, or replace the one that the id had. `kind` is its type (IRI or short name)."""
        self.remove(id)
        rank = 0 if kind.endswith("AdministrativeArea") else 1
        words = _words(name)
        joined = _join(words)
        self._entries[id] = _Entry(id, name, kind, area, rank, words, joined)
        for gram in _grams(joined):
            self._by_gram[gram].add(id)

    def remove(self, id: str) -> None:
        """Forget an id; nothing happens when it is not known."""
        entry = self._entries.pop(id, None)
        for gram in set(_grams(entry.joined)) if entry else ():
            holders = self._by_gram[gram]
            holders.discard(id)
            if not holders:
                del self._by_gram[gram]

    def find(self, query: str, limit: int = 8, among: Set[str] | None = None) -> list[Hit]:
        """The best names first: whole names, then beginnings, then what is spelt nearly so.

        `among`: the ids that may be found; None means every one.
        """
        words = _words(query)
        if not words or limit <= 0:
            return []
        joined = _join(words)
        scored = [(_score(entry, words, joined), entry) for entry in self._candidates(joined, among)]
        fitting = [(score, entry) for score, entry in scored if score >= LEAST_SCORE]
        fitting.sort(key=lambda pair: (-pair[0], pair[1].rank, len(pair[1].joined), pair[1].name, pair[1].id))
        return [Hit(e.id, e.name, e.kind, e.area, round(score, 1)) for score, e in fitting[:limit]]

    def _candidates(self, joined: str, among: Set[str] | None) -> Iterator[_Entry]:
        """Entries that share most trigrams with the query, and all that begin with a query too short for any."""
        if len(joined) < 3:
            entries = self._entries.values()
            yield from (e for e in entries if _begins(e, joined) and (among is None or e.id in among))
            return
        shared: Counter[str] = Counter()
        for gram in set(_grams(joined)):
            holders = self._by_gram.get(gram, frozenset[str]())
            shared.update(holders if among is None else holders & among)
        # Of equally many shared trigrams the shorter name is nearer, so a whole name is never crowded out.
        nearest = sorted(shared.items(), key=lambda pair: (-pair[1], len(self._entries[pair[0]].joined), pair[0]))
        yield from (self._entries[id] for id, _ in nearest[:CANDIDATES])


def _words(text: str) -> tuple[str, ...]:
    """Words without accents, capitals and doubled letters; an apostrophe joins (Pa'Baeng, Pabaeng)."""
    plain = unicodedata.normalize("NFKD", text).casefold().replace("'", "").replace("\u2019", "")
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return tuple(_DOUBLED.sub(r"\1", word) for word in _WORD.findall(bare))


def _join(words: Sequence[str]) -> str:
    return _DOUBLED.sub(r"\1", "".join(words))


def _begins(entry: _Entry, joined: str) -> bool:
    return entry.joined.startswith(joined) or any(word.startswith(joined) for word in entry.words)


def _grams(joined: str) -> Iterator[str]:
    padded = f"^{joined}"
    return (padded[start : start + 3] for start in range(max(1, len(padded) - 2)))


def _score(entry: _Entry, words: tuple[str, ...], joined: str) -> float:
    """How well a name answers a query; a shorter rest scores a little higher among equals."""
    rest = min(2.0, (len(entry.joined) - len(joined)) / 20) if len(entry.joined) > len(joined) else 0.0
    if entry.joined == joined:
        return EXACT
    if entry.joined.startswith(joined):
        return PREFIX - rest
    if any(_join(entry.words[start:]).startswith(joined) for start in range(1, len(entry.words))):
        return WORD_PREFIX - rest
    if all(any(known.startswith(word) for known in entry.words) for word in words):
        return ALL_WORDS - rest
    from rapidfuzz import fuzz

    return FUZZY * max(fuzz.ratio(joined, part) for part in _parts(entry, len(words))) - rest


def _parts(entry: _Entry, count: int) -> Iterator[str]:
    """The whole name, and every run of about as many words as the query has."""
    yield entry.joined
    for length in {count, count + 1}:
        for start in range(len(entry.words) - length + 1):
            yield _join(entry.words[start : start + length])
