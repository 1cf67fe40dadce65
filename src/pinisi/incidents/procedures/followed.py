"""Runs as they are kept: each beside its incident, with the text that it was started with, and which are not over."""

from collections.abc import Sequence

import msgspec

from pinisi.incidents.procedures.playbook import Playbook
from pinisi.incidents.procedures.run import Run
from pinisi.store.change import Change, DocumentChange
from pinisi.store.log import Position
from pinisi.store.protocol import Store

RUNS = "procedure-run"
TEXT = "procedure-text"
ACTIVE = "procedure-active"
"""Kinds of documents: `procedure-run INCIDENT` has the runs of an incident, `procedure-text` playbooks by their digest,
`procedure-active` the runs that are not over, each with its incident."""

_encode = msgspec.json.Encoder().encode
_run = msgspec.json.Decoder(Run).decode
_playbook = msgspec.json.Decoder(Playbook).decode


class NoSuchRun(LookupError):
    """The incident has no such run."""


class Followed(msgspec.Struct, frozen=True):
    """A run with its playbook, as committed at `version`."""

    run: Run
    playbook: Playbook
    version: Position = 0


class Kept:
    """The documents of runs, of every tenant. Texts are kept in memory: they never change."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._texts: dict[tuple[str, str], Playbook] = {}

    async def one(self, tenant: str, incident: str, run: str) -> Followed:
        """Raises `NoSuchRun`."""
        found = await self._store.document(tenant, runs_kind(incident), run)
        if found is None:
            raise NoSuchRun(run)
        return await self._with_text(tenant, _run(found[1]), found[0])

    async def of(self, tenant: str, incident: str) -> Sequence[Followed]:
        """All runs of an incident, oldest first."""
        found = [(_run(body), version) for _, version, body in await self._store.documents(tenant, runs_kind(incident))]
        ordered = sorted(found, key=lambda each: (each[0].started, each[0].id))
        return [await self._with_text(tenant, run, version) for run, version in ordered]

    async def active(self, tenant: str) -> Sequence[Followed]:
        """All runs that are not over, oldest first."""
        named = [(id, body.decode()) for id, _, body in await self._store.documents(tenant, ACTIVE)]
        found = [await self.one(tenant, incident, id) for id, incident in named]
        return sorted(found, key=lambda each: (each.run.started, each.run.id))

    async def changes(self, tenant: str, followed: Followed) -> Sequence[Change]:
        """What has to be committed so that the run is kept; `version` 0: it must be new."""
        run = followed.run
        changes: list[Change] = [DocumentChange(runs_kind(run.incident), run.id, _encode(run), followed.version)]
        if not followed.version:
            changes += await self._text_changes(tenant, followed.playbook)
            changes.append(DocumentChange(ACTIVE, run.id, run.incident.encode()))
        elif not run.active:
            changes.append(DocumentChange(ACTIVE, run.id, None))
        return changes

    async def _text_changes(self, tenant: str, playbook: Playbook) -> list[Change]:
        if await self._store.document(tenant, TEXT, playbook.digest) is not None:
            return []
        return [DocumentChange(TEXT, playbook.digest, _encode(playbook))]

    async def _with_text(self, tenant: str, run: Run, version: Position) -> Followed:
        playbook = self._texts.get((tenant, run.digest))
        if playbook is None:
            found = await self._store.document(tenant, TEXT, run.digest)
            if found is None:
                raise NoSuchRun(f"{run.id}: its text is lost")
            playbook = self._texts[tenant, run.digest] = _playbook(found[1])
        return Followed(run, playbook, version)


def runs_kind(incident: str) -> str:
    return f"{RUNS} {incident}"


def run_named(subject: str) -> tuple[str, str] | None:
    """Incident and run that a line of the log speaks of; None where it speaks of something else."""
    kind, _, run = subject.rpartition("/")
    prefix, _, incident = kind.partition(" ")
    return (incident, run) if prefix == RUNS and incident and run else None
