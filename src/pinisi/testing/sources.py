"""The usual faults, thrown at a source: `prove_source(source, message)` raises with what did not hold.

`prove` is for a reader alone: faults of the message, ten times its rows, its rows in another order. `prove_source` also
puts a source that polls before a server that is silent, slow, cut off, malformed, huge, in another encoding, redirected
elsewhere, and lets it take ten times the load.

A reader holds when every fault ends in a reading or in `Unreadable` (nothing else is raised), when each entity that it
gives can be written, when a message twice says the same, and when the sound message gives what it should.
"""

import asyncio
import re
from collections.abc import Iterator

import msgspec

from pinisi.city.context import context_bytes
from pinisi.city.profile import Profile, load_profile
from pinisi.city.shelves import shipped_folders
from pinisi.context.contexts import Contexts
from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.runtime.source import Message, Read, Reading, Source, Unreadable
from pinisi.runtime.transports.http_poll import HttpPoll
from pinisi.store.change import Refused
from pinisi.testing.over_http import prove_over_http
from pinisi.testing.rows import spoilt_tables, tenfold, turned_round, with_rows

_NUMBER = re.compile(rb"(?<![\w.\-])-?\d+(?:\.\d+)?(?![\w.\-])")
_TEXT = re.compile(rb'(?<=")[^"\n]{1,200}(?=")|(?<=>)[^<>\n]{1,200}(?=<)')
_WORDS: tuple[tuple[str, bytes], ...] = (
    ("huge numbers", b"9" * 400),
    ("numbers beyond all bounds", b"1e308"),
    ("NaN", b"NaN"),
    ("negative numbers", b"-1"),
    ("no numbers", b"null"),
    ("words for numbers", b'"x"'),
)


class Fault(msgspec.Struct, frozen=True):
    name: str
    body: bytes


def faults(body: bytes) -> Iterator[Fault]:
    """The body with each fault in turn, and bodies that have nothing to do with it."""
    yield Fault("empty", b"")
    yield Fault("only spaces", b" \n\t ")
    for tenth in range(1, 10):
        yield Fault(f"cut at {tenth}0 %", body[: len(body) * tenth // 10])
    for name, word in _WORDS:
        yield Fault(name, _NUMBER.sub(word, body))
        yield Fault(f"{name}, the first", _NUMBER.sub(word, body, count=1))
    yield Fault("texts that are empty", _TEXT.sub(b"", body))
    yield Fault("texts that are long", _TEXT.sub(b"x" * 5_000, body, count=20))
    yield Fault("texts that are markup", _TEXT.sub(b"&amp;{}[];,", body))
    yield from (Fault(*each) for each in spoilt_tables(body))
    yield from _written_otherwise(body)
    yield Fault("twice in one", body + body)
    yield Fault("unknown fields", body.replace(b"{", b'{"_unknown":[{"x":null}],', 1))
    yield Fault("a list where one is meant", b"[" + body + b"]")
    yield from (Fault(f"nothing of the kind: {each[:20]!r}", each) for each in _NOTHING_OF_THE_KIND)


_NOTHING_OF_THE_KIND = (
    b"null",
    b"[]",
    b"{}",
    b"0",
    b'"x"',
    b"<html><body>Log in</body></html>",
    b"\0\1\2\xff",
    b"[" * 5_000,
    b"<a>" * 5_000,
    b'{"a":' * 5_000,
    b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
)


def _written_otherwise(body: bytes) -> Iterator[Fault]:
    text = body.decode("utf-8", "replace")
    yield Fault("UTF-16", text.encode("utf-16"))
    yield Fault("Latin-1", text.replace("a", "á").encode("latin-1", "replace"))
    yield Fault("with a byte order mark", b"\xef\xbb\xbf" + body)
    yield Fault("bytes that are no text", body.replace(b"a", b"\xff"))


def prove_source(source: Source, message: Message, *, least: int = 1, ordered: bool = False) -> None:
    """Throw every fault at a source: at its reader, and over HTTP where it polls. See `prove`.

    Raises:
        AssertionError: names the fault at which the source does not hold.
    """
    prove(source.read, message, least=least, ordered=ordered)
    if isinstance(source.transport, HttpPoll):
        asyncio.run(prove_over_http(source, message, pinisi_table()))


def prove(read: Read, message: Message, *, least: int = 1, passes_on: bool = False, ordered: bool = False) -> None:
    """Throw every fault at a reader. `passes_on`: it gives entities as they come, and the way in judges them.

    `ordered`: the order of the rows means something (SenML), so another one may say something else.

    Raises:
        AssertionError: names the fault at which the reader does not hold. `least` entities are in the sound message.
    """
    table = pinisi_table()
    sound = _held(read, message, Fault("sound", message.body), table)
    if sound is None or len(sound.entities) < least:
        raise AssertionError(f"the sound message gives {0 if sound is None else len(sound.entities)} entities")
    again = read(message)
    if msgspec.json.encode(again.entities) != msgspec.json.encode(sound.entities):
        raise AssertionError("the same message twice says two things: a reader has no clock and no memory")
    _hold_rows(read, message, sound, table, ordered)
    for fault in faults(message.body):
        _held(read, message, fault, None if passes_on else table)


def shipped_city(name: str) -> Profile:
    """The profile of a city that comes with Pinisi, for a source that needs one."""
    return load_profile(next(folder for folder in shipped_folders() if folder.name == name))


def _hold_rows(read: Read, message: Message, sound: Reading, table: TermTable, ordered: bool) -> None:
    """Ten times the rows say the same ten times; in another order they say the same."""
    more = with_rows(message.body, tenfold)
    if more is not None:
        reading = _held(read, message, Fault("ten times the rows", more), table)
        if reading is None or set(_told(reading)) != set(_told(sound)):
            raise AssertionError("ten times the rows: say something else than the rows once")
    other = None if ordered else with_rows(message.body, turned_round)
    if other is not None:
        reading = _held(read, message, Fault("rows in another order", other), table)
        if reading is None or sorted(_told(reading)) != sorted(_told(sound)):
            raise AssertionError("rows in another order: say something else")


def _told(reading: Reading) -> list[bytes]:
    return [msgspec.json.encode(entity, order="deterministic") for entity in reading.entities]


def _held(read: Read, message: Message, fault: Fault, table: TermTable | None) -> Reading | None:
    """What the reader says of a fault; None where the message is unreadable as a whole."""
    try:
        reading = read(msgspec.structs.replace(message, body=fault.body))
    except Unreadable as error:
        if not str(error):
            raise AssertionError(f"{fault.name}: says nothing of what is wrong") from None
        return None
    except Exception as error:
        raise AssertionError(f"{fault.name}: {type(error).__name__}: {error}") from error
    for document in reading.entities:
        try:
            if table is not None:
                read_entity(dict(document), table)
        except Refused as error:
            raise AssertionError(f"{fault.name}: gives an entity that cannot be written: {error}") from error
    for reject in reading.rejects:
        if not reject.key or not reject.reason.en:
            raise AssertionError(f"{fault.name}: rejects a row without a key or a reason")
    return reading


def pinisi_table() -> TermTable:
    """The terms of Pinisi's own @context."""
    name = "urn:pinisi:context"
    return Contexts({name: msgspec.json.decode(context_bytes())}, lambda _: None).table(name)
