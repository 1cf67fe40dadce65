"""The hand-over note: written by who leaves, signed by another who comes. Pure: note and act in, note out."""

from datetime import datetime
from hashlib import sha256
from typing import Literal

import msgspec

from pinisi.incidents.shift.handover import Handover

TEXT_LIMIT = 4_000
NoteState = Literal["waiting", "signed", "replaced"]


class NoteDoesNotFit(ValueError):
    """It cannot be signed so: says why."""


class Signed(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who signed when, and what he remarked. `by` is the principal's id, `name` how he is called."""

    by: str
    name: str
    at: datetime
    words: str = ""


class ShiftNote(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`digest` is the SHA-256 of what both sign: the open state, the free words, and who leaves when."""

    id: str
    state: NoteState = "waiting"
    handover: Handover
    leaves: Signed
    digest: str
    comes: Signed | None = None


def written(id: str, handover: Handover, leaves: Signed) -> ShiftNote:
    """A note that waits for the second signature."""
    content = msgspec.json.encode([handover, leaves], order="deterministic")
    return ShiftNote(id=id, handover=handover, leaves=leaves, digest=sha256(content).hexdigest())


def signed(note: ShiftNote, comes: Signed) -> ShiftNote:
    """The note with its second signature.

    Raises:
        NoteDoesNotFit: it does not wait for one, or the same person would sign twice.
    """
    if note.state == "signed":
        raise NoteDoesNotFit("the note is signed already")
    if note.state == "replaced":
        raise NoteDoesNotFit("a newer note has taken its place: sign that one")
    if comes.by == note.leaves.by:
        raise NoteDoesNotFit("who hands over cannot take over: another person has to sign")
    return msgspec.structs.replace(note, state="signed", comes=comes)


def replaced(note: ShiftNote) -> ShiftNote:
    """A newer note was written before anybody signed this one."""
    return msgspec.structs.replace(note, state="replaced")
