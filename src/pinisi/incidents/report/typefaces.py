"""The console's own typefaces (IBM Plex, OFL), made ready for paper: from the woff2 files that the browser gets.

The Japanese face is shipped in some 120 pieces by Unicode range; a document takes only those that hold its letters.
A changed font must not bear the reserved name "Plex" (OFL, 3), so the pieces get a name and number of their own.
"""

import re
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

LATIN_FAMILY = "Pinisi Sans"
_LATIN = re.compile(r"ibm-plex-sans-latin-wght-normal-.*\.woff2")
_JAPANESE = re.compile(r"ibm-plex-sans-jp-([a-z\d-]+?)-\d00-normal-.*\.woff2")
_FAMILY, _FULL_NAME, _TYPOGRAPHIC_FAMILY = 1, 4, 16
"""Ids of the OpenType `name` table."""
_making = threading.Lock()


class NoTypefaces(Exception):
    """The console is not built here, so there is nothing to print with."""


class Piece(msgspec.Struct, frozen=True):
    """One file, and the letters that it can draw."""

    path: Path
    family: str
    letters: frozenset[int]


class Chosen(msgspec.Struct, frozen=True):
    """The folder that has them as TrueType, and the families in the order in which a letter is looked up."""

    folder: Path
    families: Sequence[str]


def typefaces_for(text: str, shipped: Path, kept: Path) -> Chosen:
    """Typefaces that can draw a text. `shipped` holds the console's files; what is made of them stays in `kept`.

    Raises:
        NoTypefaces: see there.
    """
    latin, pieces = _pieces(shipped)
    wanted = {ord(letter) for letter in text} - latin.letters
    needed = [piece for piece in pieces if not wanted.isdisjoint(piece.letters)]
    kept.mkdir(parents=True, exist_ok=True)
    with _making:
        for piece in (latin, *needed):
            _make(piece, kept)
    return Chosen(kept, tuple(dict.fromkeys(piece.family for piece in (latin, *needed))))


@cache
def _pieces(shipped: Path) -> tuple[Piece, Sequence[Piece]]:
    found = sorted(shipped.glob("ibm-plex-sans-*.woff2"))
    latin = next((path for path in found if _LATIN.fullmatch(path.name)), None)
    if latin is None:
        raise NoTypefaces("the console's typefaces are not there: build the console first (make install)")
    matches = [(path, _JAPANESE.fullmatch(path.name)) for path in found]
    japanese = [Piece(path, f"Pinisi Sans JP {match[1]}", _letters(path)) for path, match in matches if match]
    return Piece(latin, LATIN_FAMILY, _letters(latin)), japanese


def _letters(path: Path) -> frozenset[int]:
    font = _opened(path)
    try:
        best: Mapping[int, str] = font.getBestCmap()
        return frozenset(best)
    finally:
        font.close()


def _make(piece: Piece, kept: Path) -> None:
    """Written aside and then moved, so that nobody ever reads half a file."""
    target = kept / piece.path.with_suffix(".ttf").name
    if target.exists():
        return
    font = _opened(piece.path)
    font.flavor = None
    for record in font["name"].names:
        if record.nameID in (_FAMILY, _FULL_NAME, _TYPOGRAPHIC_FAMILY):
            record.string = piece.family
    aside = target.with_suffix(".part")
    font.save(str(aside))
    font.close()
    aside.replace(target)


def _opened(path: Path) -> Any:
    from fontTools.ttLib import TTFont

    return TTFont(str(path), lazy=True)
