"""Reads the fields of a YAML mapping one by one; whatever is wrong is noted with its line, and reading goes on."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar, get_args

from pinisi.city.text import LANGUAGES, Text, strange_place
from pinisi.incidents.procedures.durations import NotADuration, seconds_of
from pinisi.incidents.procedures.yaml_lines import Entry, Faults, Fields, Listing, Node, Scalar

T = TypeVar("T")
MOST_TEXT = 2_000
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?")


class Form:
    """One mapping; `field` is its place in the file, as `steps[3].check`."""

    def __init__(self, node: Node, field: str, faults: Faults) -> None:
        self.line = node.line
        self.field = field
        self._faults = faults
        self._entries: Mapping[str, Entry] = node.entries if isinstance(node, Fields) else {}
        self._asked: list[str] = []
        if not isinstance(node, Fields):
            self.fault("", "fields are expected here, each as `name: value`")

    def fault(self, name: str, reason: str, line: int = 0) -> None:
        entry = self._entries.get(name)
        self._faults.add(line or (entry.line if entry else self.line), self.place(name), reason)

    def place(self, name: str) -> str:
        return f"{self.field}.{name}" if self.field and name else self.field or name

    def has(self, name: str) -> bool:
        return name in self._entries

    def line_of(self, name: str) -> int:
        entry = self._entries.get(name)
        return entry.line if entry else self.line

    def end(self) -> None:
        """Complain of every field that nobody asked for."""
        for name in self._entries:
            if name not in self._asked:
                self.fault(name, f"there is no such field here; there are: {', '.join(sorted(set(self._asked)))}")

    def word(self, name: str, *, optional: bool = False, most: int = 300) -> str:
        """Text on one line; empty where it is missing."""
        node = self._node(name, optional)
        if node is None:
            return ""
        if not isinstance(node, Scalar) or not node.text:
            return self._wrong(name, "text is expected here", "")
        if len(node.text) > most:
            return self._wrong(name, f"has more than {most} characters", "")
        return node.text

    def name(self, name: str) -> str:
        """A short name: small letters, digits and dashes."""
        text = self.word(name)
        if text and not _is_name(text):
            return self._wrong(name, f"{text!r}: small letters, digits and single dashes, a letter first", "")
        return text

    def names(self, name: str) -> tuple[str, ...]:
        """A list of short names; empty where it is missing."""
        found: list[str] = []
        for node in self._listed(name, self._node(name, optional=True)):
            text = node.text if isinstance(node, Scalar) else ""
            if not _is_name(text):
                self.fault(name, f"{text[:80]!r}: a short name is expected here", node.line)
            elif text in found:
                self.fault(name, f"{text!r} stands twice", node.line)
            else:
                found.append(text)
        return tuple(found)

    def words(self, name: str) -> tuple[str, ...]:
        """A list of words of any form; empty where it is missing."""
        found: list[str] = []
        for node in self._listed(name, self._node(name, optional=True)):
            if isinstance(node, Scalar) and node.text:
                found.append(node.text)
            else:
                self.fault(name, "text is expected here", node.line)
        return tuple(found)

    def choice(self, name: str, of: Any, default: Any = None) -> Any:
        """One of the words of a Literal, or of a collection."""
        choices: Collection[str] = get_args(of) or of
        text = self.word(name, optional=default is not None)
        if text in choices:
            return text
        fallback = next(iter(choices), "") if default is None else default
        if not text:
            return fallback
        return self._wrong(name, f"{text!r} is not among {', '.join(choices)}", fallback)

    def whole(self, name: str, low: int, high: int, default: int | None = None) -> int:
        text = self.word(name, optional=default is not None)
        if not text:
            return low if default is None else default
        if not text.isascii() or not text.isdigit() or len(text) > 9 or not low <= int(text) <= high:
            return self._wrong(name, f"{text!r}: a whole number from {low} to {high} is expected", low)
        return int(text)

    def duration(self, name: str, *, optional: bool = True) -> int:
        """Seconds; 0 where it is missing."""
        text = self.word(name, optional=optional)
        try:
            return seconds_of(text) if text else 0
        except NotADuration as error:
            return self._wrong(name, str(error), 0)

    def distance(self, name: str) -> float:
        """Metres, of `500m` or `2.5km`; 0 where it is missing."""
        text = self.word(name, optional=True)
        if not text:
            return 0
        found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?) ?(m|km)", text)
        metres = float(found[1]) * (1000 if found[2] == "km" else 1) if found else 0
        if not 0 < metres <= 100_000:
            return self._wrong(name, f"{text!r}: a distance as 500m or 2.5km is expected, at most 100km", 0)
        return metres

    def number_or_word(self, name: str) -> str | float:
        text = self.word(name)
        return float(text) if _NUMBER.fullmatch(text) else text

    def yes_no(self, name: str, default: bool) -> bool:
        return self.choice(name, ("yes", "no"), "yes" if default else "no") == "yes"

    def text(self, name: str, places: Collection[str] | None = None) -> Text:
        """Words in all three languages. `places`: the names that may stand in braces; None: braces are plain text."""
        node = self._node(name, optional=False)
        if node is None:
            return Text("", "", "")
        form = Form(node, self.place(name), self._faults)
        found = Text(*(form.word(language, most=MOST_TEXT) for language in LANGUAGES))
        form.end()
        strange = None if places is None else strange_place(found, places)
        if strange is not None:
            self.fault(name, strange)
        return found

    def part(self, name: str, read: Callable[["Form"], T]) -> T | None:
        """A mapping inside this one, read to its end; None where it is missing."""
        node = self._node(name, optional=True)
        if node is None:
            return None
        form = Form(node, self.place(name), self._faults)
        found = read(form)
        form.end()
        return found

    def parts(self, name: str, read: Callable[["Form"], T]) -> tuple[T, ...]:
        """A list of mappings; it has to be there and to hold something."""
        node = self._node(name, optional=False)
        items = self._listed(name, node)
        if node is not None and not items:
            self.fault(name, "a list with at least one entry is expected here")
        found: list[T] = []
        for number, item in enumerate(items):
            form = Form(item, f"{self.place(name)}[{number}]", self._faults)
            found.append(read(form))
            form.end()
        return tuple(found)

    def _node(self, name: str, optional: bool) -> Node | None:
        self._asked.append(name)
        entry = self._entries.get(name)
        if entry is None and not optional and self._entries:
            self.fault(name, "is missing")
        return entry.value if entry else None

    def _listed(self, name: str, node: Node | None) -> tuple[Node, ...]:
        if node is None or isinstance(node, Listing):
            return node.items if node else ()
        self.fault(name, "a list is expected here")
        return ()

    def _wrong(self, name: str, reason: str, instead: T) -> T:
        self.fault(name, reason)
        return instead


def _is_name(text: str) -> bool:
    return len(text) <= 60 and _NAME.fullmatch(text) is not None
