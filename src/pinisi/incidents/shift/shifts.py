"""The book of hand-over notes: each act one commit, with its line in the audit trail, which is chained and sealed."""

from collections.abc import Sequence

import msgspec

from pinisi.incidents.shift.handover import Handover
from pinisi.incidents.shift.note import NoteDoesNotFit, ShiftNote, Signed, replaced, signed, written
from pinisi.store.change import AuditEntry, Change, DocumentChange, VersionConflict
from pinisi.store.log import Position
from pinisi.store.protocol import Store
from pinisi.vocabulary.principal import Principal

KIND = "shift-note"
LATER = "somebody else was a moment earlier: look at the note again"
_encode = msgspec.json.Encoder().encode
_note = msgspec.json.Decoder(ShiftNote).decode


class NoSuchNote(LookupError):
    """There is no such note."""


class Shifts:
    """The hand-overs of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def notes(self, tenant: str) -> Sequence[ShiftNote]:
        """All of them, newest first."""
        return [_note(body) for _, _, body in await self._store.documents(tenant, KIND)][::-1]

    async def note(self, tenant: str, id: str) -> ShiftNote:
        """Raises `NoSuchNote`."""
        return (await self._kept(tenant, id))[0]

    async def write(self, tenant: str, handover: Handover, leaves: Signed, principal: Principal) -> ShiftNote:
        """Hand over. A note that still waits gives its place to this one.

        Raises:
            NoteDoesNotFit: somebody else handed over at the same moment.
        """
        known = [(id, version, _note(body)) for id, version, body in await self._store.documents(tenant, KIND)]
        note = written(f"{len(known) + 1:06}", handover, leaves)
        changes: list[Change] = [
            DocumentChange(KIND, id, _encode(replaced(each)), version)
            for id, version, each in known
            if each.state == "waiting"
        ]
        changes.append(DocumentChange(KIND, note.id, _encode(note), 0))
        changes.append(AuditEntry("shift-handed-over", note.id, {"digest": note.digest}))
        await self._commit(tenant, changes, principal)
        return note

    async def sign(self, tenant: str, id: str, comes: Signed, principal: Principal) -> ShiftNote:
        """Take over.

        Raises:
            NoSuchNote, NoteDoesNotFit: see there; the last also when somebody else was first.
        """
        before, version = await self._kept(tenant, id)
        note = signed(before, comes)
        line = AuditEntry("shift-taken-over", id, {"digest": note.digest, "from": note.leaves.by})
        await self._commit(tenant, [DocumentChange(KIND, id, _encode(note), version), line], principal)
        return note

    async def _kept(self, tenant: str, id: str) -> tuple[ShiftNote, Position]:
        found = await self._store.document(tenant, KIND, id)
        if found is None:
            raise NoSuchNote(id)
        return _note(found[1]), found[0]

    async def _commit(self, tenant: str, changes: Sequence[Change], principal: Principal) -> None:
        try:
            await self._store.apply(tenant, changes, principal)
        except VersionConflict:
            raise NoteDoesNotFit(LATER) from None
