"""An element and its XPath, from the root down."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from pinisi.runtime.xml_tree import Element

REPEATED = frozenset(
    [
        "code",
        "info",
        "category",
        "responseType",
        "eventCode",
        "parameter",
        "resource",
        "area",
        "polygon",
        "circle",
        "geocode",
        "Signature",
    ]
)


class At(NamedTuple):
    """Where an element stands. Elements that may repeat are numbered from 1."""

    path: str
    element: Element

    @property
    def line(self) -> int:
        return self.element.line

    @property
    def text(self) -> str:
        return self.element.text

    def children(self) -> Iterator["At"]:
        several = Counter(child.name for child in self.element.children)
        seen: Counter[str] = Counter()
        for child in self.element.children:
            seen[child.name] += 1
            numbered = child.name in REPEATED or several[child.name] > 1
            yield At(f"{self.path}/{child.name}" + (f"[{seen[child.name]}]" if numbered else ""), child)

    def all(self, *path: str) -> Iterator["At"]:
        """Every element at the end of a path of names of CAP; those of another namespace are none."""
        if not path:
            yield self
            return
        for child in self.children():
            if child.element.name == path[0] and child.element.space == self.element.space:
                yield from child.all(*path[1:])

    def first(self, name: str) -> "At | None":
        return next(self.all(name), None)

    def said(self, name: str) -> str:
        """The text of the first such element; empty where there is none."""
        for child in self.element.children:
            if child.name == name and child.space == self.element.space:
                return child.text
        return ""


def root_at(root: Element) -> At:
    return At(f"/{root.name}", root)
