"""Begin a new source: a package of its own with a manifest, a reader, its texts, its quality and a test that runs."""

import ast
import keyword
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

NAME = re.compile(r"[a-z][a-z0-9]{0,30}")


class CannotBegin(Exception):
    """The name or the folder does not fit; says why."""


_PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "pinisi-{name}"
version = "0.1.0"
dependencies = ["pinisi"]

[project.entry-points."pinisi.services"]
{name} = "pinisi_{name}:SERVICE"
"""
_MANIFEST = '''\
"""{title}: one source of its own."""

from pinisi.runtime.manifest import Service
from {package}.sources import READINGS, TEXTS

SERVICE = Service(name="{name}", title=TEXTS["title"], types=("{title}Reading",), sources=(READINGS,))
'''
_SOURCES = '''\
"""Readings as JSON: a list of rows with id, value (m) and time (UTC)."""

from typing import Any

import msgspec

from pinisi.city.profile import Profile
from pinisi.city.text import Text
from pinisi.runtime.json_body import read_json
from pinisi.runtime.source import Card, Message, Reading, Reject, Source, SourceKind
from pinisi.runtime.strings import texts_of
from pinisi.runtime.transports.http_poll import HttpPoll
from pinisi.vocabulary.instant import NotAnInstant, parse_instant

TEXTS = texts_of("{package}")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `live.toml` may say of it. `every` in seconds."""

    address: str
    every: float = 300.0
    inside: tuple[str, ...] = ()


def read(message: Message) -> Reading:
    """Pure: the same message gives the same reading. A row that cannot be taken is rejected, the others are taken."""
    entities: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    sound: list[str] = []
    for number, row in enumerate(read_json(message, list[Any]), start=1):
        try:
            entities.append(_entity(row))
            sound.append(f"row {{number}}")
        except (TypeError, KeyError, NotAnInstant) as error:
            reason = Text(f"tidak dapat dibaca: {{error}}", f"cannot be read: {{error}}", f"読めません: {{error}}")
            rejects.append(Reject(key=f"row {{number}}", row=str(number), reason=reason, raw=repr(row)))
    return Reading(entities=entities, rejects=rejects, sound=sound)


def _entity(row: Any) -> dict[str, Any]:
    id, value, at = row["id"], row["value"], row["at"]
    if not isinstance(id, str) or not id.isalnum() or not id.isascii() or not isinstance(at, str):
        raise TypeError("id or at")
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e6 < value < 1e6:
        raise TypeError("value")
    parse_instant(at)
    return {{
        "id": f"urn:ngsi-ld:{title}Reading:{{id}}",
        "type": "{title}Reading",
        "reading": {{"type": "Property", "value": value, "unitCode": "MTR", "observedAt": at}},
    }}


def make(options: Options, profile: Profile) -> Source:
    return Source(
        id="",
        title=TEXTS["{kind}"],
        card=Card(publisher="", licence="none stated", note=TEXTS["{kind}"]),
        transport=HttpPoll([options.address], options.every, inside=options.inside),
        read=read,
        every=options.every,
        blinds=TEXTS["{kind}-blinds"],
    )


{constant} = SourceKind(name="{kind}", title=TEXTS["{kind}"], options=Options, make=make)
'''
_TITLE = """\
title = {{ id = "{title}", en = "{title}", ja = "{title}" }}
"""
_TEXTS = """\
{kind} = {{ id = "Bacaan {title}", en = "Readings of {title}", ja = "{title} の読み取り値" }}
{kind}-blinds = {{ id = "Bacaan tidak terlihat.", en = "Readings are not seen.", ja = "読み取り値が見えません。" }}
"""
_QUALITY = """\
level = "bronze"

[rules]
manifest = "done"
units-and-meaning = "done"
real-source = { exempt = "to be written" }
bad-input = "done"
strings = "done"
docs = { exempt = "to be written" }
contract-tests = "done"
view = { exempt = "to be written" }
"""
_TEST = '''\
"""The source under the usual faults."""

from pinisi.runtime.source import Message
from pinisi.testing.sources import prove_source, shipped_city
from {package}.{module} import Options, make

SAMPLE = b\'\'\'[
  {{"id": "a1", "value": 1.5, "at": "2026-01-31T06:00:00Z"}},
  {{"id": "a2", "value": 2.5, "at": "2026-01-31T06:00:00Z"}}
]\'\'\'


def test_it_holds_at_every_fault_of_message_and_line() -> None:
    source = make(Options(address="https://readings.example.org/"), shipped_city("makassar"))
    message = Message(body=SAMPLE, origin="a file", media="application/json", received=1_770_000_000_000_000)
    prove_source(source, message)
'''


class _Words(msgspec.Struct, frozen=True):
    """What the texts are filled with."""

    name: str
    title: str
    package: str
    module: str = "sources"
    kind: str = "readings"
    constant: str = "READINGS"

    def fill(self, text: str) -> str:
        return text.format(**msgspec.structs.asdict(self))


def new_source(name: str, folder: Path) -> Path:
    """Write a package with one source; answers its folder.

    Raises:
        CannotBegin: the name does not fit, or something is there already.
    """
    _check(name)
    place = folder / f"pinisi-{name}"
    if place.exists():
        raise CannotBegin(f"{place} is there already")
    words = _Words(name, name.capitalize(), f"pinisi_{name}")
    texts = {
        "pyproject.toml": words.fill(_PROJECT),
        f"{words.package}/__init__.py": words.fill(_MANIFEST),
        f"{words.package}/sources.py": words.fill(_SOURCES),
        f"{words.package}/strings/texts.toml": words.fill(_TITLE + _TEXTS),
        f"{words.package}/quality.toml": _QUALITY,
        f"tests/test_{name}.py": words.fill(_TEST),
    }
    _write(place, texts)
    return place


def add_source(name: str, service: str, folder: Path) -> Path:
    """Add a source to the package of a service that `new_source` has begun; answers the folder of the package.

    Raises:
        CannotBegin: a name does not fit, the package is not there or of another shape, or has such a source already.
    """
    _check(name)
    _check(service)
    place, package = folder / f"pinisi-{service}", f"pinisi_{service}"
    manifest, strings = place / package / "__init__.py", place / package / "strings" / "texts.toml"
    if not manifest.is_file() or not strings.is_file():
        raise CannotBegin(f"{place} is no package of a service: {manifest} or {strings} is not there")
    if (place / package / f"{name}.py").exists():
        raise CannotBegin(f"{place / package / name}.py is there already")
    words = _Words(name, name.capitalize(), package, name, name, name.upper())
    texts = {
        f"{package}/__init__.py": _named(manifest, words),
        f"{package}/{name}.py": words.fill(_SOURCES),
        f"{package}/strings/texts.toml": f"{strings.read_text(encoding='utf-8').rstrip()}\n{words.fill(_TEXTS)}",
        f"tests/test_{name}.py": words.fill(_TEST),
    }
    _write(place, texts)
    return place


def _check(name: str) -> None:
    if NAME.fullmatch(name) is None or keyword.iskeyword(name):
        raise CannotBegin(f"{name[:60]!r}: a name has lower-case letters and digits, and begins with a letter")


def _write(place: Path, texts: Mapping[str, str]) -> None:
    for file, text in texts.items():
        path = place / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _named(manifest: Path, words: _Words) -> str:
    """The manifest with the new source and its type in it.

    Raises:
        CannotBegin: it names its sources and types in another way than as tuples of one `Service(...)`.
    """
    text = manifest.read_text(encoding="utf-8")
    try:
        text = _in_tuple(text, "sources", words.constant)
        text = _in_tuple(text, "types", f'"{words.title}Reading"')
        last = max(node.end_lineno or 0 for node in ast.parse(text).body if isinstance(node, ast.ImportFrom))
    except (SyntaxError, ValueError, LookupError):
        reason = "does not name `sources` and `types` as tuples of one Service(...)"
        raise CannotBegin(f"{manifest}: {reason}; write the source as a package of its own") from None
    lines = text.splitlines()
    return (
        "\n".join([*lines[:last], f"from {words.package}.{words.module} import {words.constant}", *lines[last:]]) + "\n"
    )


def _in_tuple(text: str, name: str, item: str) -> str:
    """The text with one more item in that argument of `Service(...)`. Raises LookupError: there is none."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    found = next((each.value for call in calls for each in call.keywords if each.arg == name), None)
    if not isinstance(found, ast.Tuple):
        raise LookupError(name)
    items = [ast.get_source_segment(text, each) or "" for each in found.elts]
    before = ast.get_source_segment(text, found) or ""
    return text.replace(f"{name}={before}", f"{name}=({', '.join([*items, item])},)", 1)
