"""Begin a new source: a package of its own with a manifest, a reader, its texts, its quality and a test that runs."""

import re
from pathlib import Path

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
from pinisi_{name}.sources import READINGS, TEXTS

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

TEXTS = texts_of("pinisi_{name}")


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
        title=TEXTS["readings"],
        card=Card(publisher="", licence="none stated", note=TEXTS["readings"]),
        transport=HttpPoll([options.address], options.every, inside=options.inside),
        read=read,
        every=options.every,
        blinds=TEXTS["blinds"],
    )


READINGS = SourceKind(name="readings", title=TEXTS["readings"], options=Options, make=make)
'''
_TEXTS = """\
title = {{ id = "{title}", en = "{title}", ja = "{title}" }}
readings = {{ id = "Bacaan {title}", en = "Readings of {title}", ja = "{title} の読み取り値" }}
blinds = {{ id = "Bacaan tidak terlihat.", en = "Readings are not seen.", ja = "読み取り値が見えません。" }}
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
from pinisi_{name}.sources import Options, make

SAMPLE = b\'\'\'[
  {{"id": "a1", "value": 1.5, "at": "2026-01-31T06:00:00Z"}},
  {{"id": "a2", "value": 2.5, "at": "2026-01-31T06:00:00Z"}}
]\'\'\'


def test_it_holds_at_every_fault_of_message_and_line() -> None:
    source = make(Options(address="https://readings.example.org/"), shipped_city("makassar"))
    message = Message(body=SAMPLE, origin="a file", media="application/json", received=1_770_000_000_000_000)
    prove_source(source, message)
'''


def new_source(name: str, folder: Path) -> Path:
    """Write the package; answers its folder.

    Raises:
        CannotBegin: the name does not fit, or something is there already.
    """
    if NAME.fullmatch(name) is None:
        raise CannotBegin(f"{name[:60]!r}: a name has lower-case letters and digits, and begins with a letter")
    place = folder / f"pinisi-{name}"
    if place.exists():
        raise CannotBegin(f"{place} is there already")
    title = name.capitalize()
    package = f"pinisi_{name}"
    texts = {
        "pyproject.toml": _PROJECT.format(name=name),
        f"{package}/__init__.py": _MANIFEST.format(name=name, title=title),
        f"{package}/sources.py": _SOURCES.format(name=name, title=title),
        f"{package}/strings/texts.toml": _TEXTS.format(title=title),
        f"{package}/quality.toml": _QUALITY,
        f"tests/test_{name}.py": _TEST.format(name=name),
    }
    for file, text in texts.items():
        path = place / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return place
