"""XML as a tree, safely: no document type, no entities of its own, nothing fetched, bounded in depth and number.

Elements are named without their namespace; a reader that must tell namespaces apart reads `Element.space`.
"""

from collections.abc import Iterator
from xml.parsers import expat

import msgspec

from pinisi.runtime.source import Unreadable

DEEPEST = 60
MOST_ELEMENTS = 200_000
_APART = "\n"


class Forbidden(Unreadable):
    """Declares a document type or entities."""


class TooLarge(Unreadable):
    """Deeper, or of more elements, than is taken."""


class Element(msgspec.Struct):
    """An element: `text` is all text directly in it, stripped; `padded`: there was white space around it."""

    name: str
    space: str
    attributes: dict[str, str]
    children: list["Element"]
    text: str = ""
    line: int = 0
    padded: bool = False

    def all(self, *path: str) -> Iterator["Element"]:
        """Every element at the end of a path of names."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def first(self, *path: str) -> "Element | None":
        return next(self.all(*path), None)

    def said(self, *path: str) -> str:
        """The text of the first element at the end of a path; empty where there is none."""
        found = self.first(*path)
        return found.text if found is not None else ""


class _Builder:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=_APART)
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.root: Element | None = None
        self._open: list[Element] = []
        self._words: list[list[str]] = []
        self._count = 0

    def _refuse(self, *_: object) -> None:
        raise Forbidden("declares a document type or entities, which are not taken")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(_APART)
        self._count += 1
        if len(self._open) >= DEEPEST or self._count > MOST_ELEMENTS:
            raise TooLarge(f"is deeper than {DEEPEST} elements or has more than {MOST_ELEMENTS}")
        plain = {key.rpartition(_APART)[2]: value for key, value in attributes.items()}
        element = Element(local, space, plain, [], line=self.parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._words.append([])

    def _end(self, _name: str) -> None:
        element, words = self._open.pop(), "".join(self._words.pop())
        element.text = words.strip()
        element.padded = len(element.text) != len(words)

    def _text(self, words: str) -> None:
        self._words[-1].append(words)


def read_xml(body: bytes) -> Element:
    """The root element.

    Raises:
        Unreadable: says line and reason.
    """
    builder = _Builder()
    try:
        builder.parser.Parse(body, True)
    except expat.ExpatError as error:
        raise Unreadable(f"is no XML: line {error.lineno}: {expat.ErrorString(error.code)}") from None
    except (UnicodeDecodeError, LookupError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"is no XML: {error}") from None
    if builder.root is None:
        raise Unreadable("is no XML: there is no element")
    return builder.root
