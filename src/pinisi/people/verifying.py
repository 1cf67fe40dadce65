"""The house checks its own audit trail and keeps what it found; who doubts the house checks an export elsewhere."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from anyio import Lock, to_thread

from pinisi.people.acts import trail_verified
from pinisi.people.errors import Conflict
from pinisi.people.kept import PEOPLE, Kept
from pinisi.people.proof.__main__ import read_checkpoints
from pinisi.people.proof.check import Verdict, check_trail
from pinisi.people.proof.exported import read_trails
from pinisi.people.proof.statements import Key, Unreadable
from pinisi.people.trail_export import exported, exported_file, keeps_chain
from pinisi.store.log import Position
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Principal

MOST_FINDINGS = 20
_UNCHAINED = "Nothing is chained here: a replay of the past keeps no trail of its own."


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a trail: `lines` that stand up to `position`, of which signed checkpoints confirm `sealed`.

    `by` is the id of who asked. Without findings nothing was edited, deleted, inserted or re-ordered.
    """

    position: Position
    lines: int
    sealed: Position
    at: Instant
    by: str
    findings: tuple[str, ...] = ()


class Verifier:
    """`folder`: of the tenants' files (None: they are elsewhere, the store is asked); `copies`: the checkpoints that
    were copied beside the data.
    """

    def __init__(self, store: Store, folder: Path | None, copies: Path) -> None:
        self._store = store
        self._folder = folder
        self._copies = copies
        self._kept = Kept(store, "verification", Verification)
        self._one_at_a_time = Lock()

    async def last(self, tenant: str) -> Verification | None:
        found = await self._kept.get(tenant)
        return None if found is None else found.value

    async def verify(self, tenant: str, keys: Sequence[Key], by: Principal, now: Instant) -> Verification:
        """Sign the trail as it is, check it from its first line, and keep the result.

        Raises:
            Conflict: the tenant keeps no chain, or a trail is being checked already.
        """
        if self._one_at_a_time.locked():
            raise Conflict("A trail is being checked already; try again in a moment.")
        async with self._one_at_a_time:
            await self._store.seal(tenant)
            if self._folder is None:
                pieces = [piece async for piece in exported(self._store, tenant, keys)]
                verdict = await to_thread.run_sync(self._judged, pieces, keys)
            else:
                verdict = await to_thread.run_sync(self._judged_file, self._folder / f"{tenant}.sqlite", keys)
            found = Verification(
                position=verdict.last,
                lines=verdict.lines,
                sealed=verdict.sealed,
                at=now,
                by=by.id,
                findings=tuple(each.said for each in verdict.findings[:MOST_FINDINGS]),
            )
            entry = trail_verified(tenant, found.position, len(verdict.findings))
            await self._store.apply(PEOPLE, [self._kept.put(tenant, found), entry], by)
        return found

    def _judged_file(self, path: Path, keys: Sequence[Key]) -> Verdict:
        if not path.is_file() or not keeps_chain(path):
            raise Conflict(_UNCHAINED)
        return self._judged(exported_file(path, keys), keys)

    def _judged(self, pieces: Iterable[bytes], keys: Sequence[Key]) -> Verdict:
        rows = (row for piece in pieces for row in piece.splitlines(keepends=True))
        try:
            outside = read_checkpoints(self._copies) if self._copies.exists() else []
            (verdict,) = [check_trail(trail, keys, dict.fromkeys(outside)) for trail in read_trails(rows)]
        except Unreadable as error:
            raise Conflict(f"The trail cannot be read: {error}") from error
        return verdict
