"""What a line of the log means for people outside: acts of incidents, warnings, the stage, sources, faulty rows.

The words come from what is known when it is looked at; the key from the line, so that to look twice tells once.
"""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from pinisi.city.notices import Occasion
from pinisi.city.text import LANGUAGES, Text
from pinisi.incidents.acts import Act, Assign, Follow, Open, Raise, Release, Reopen, Triage, Unshelve, Withdraw
from pinisi.incidents.acts import decoded_act as act_of
from pinisi.incidents.incident import EXERCISE, TITLE, word_of
from pinisi.incidents.notices.facts import agency_word, incident_words, local_time, text_of
from pinisi.incidents.notices.happening import Happening
from pinisi.incidents.notices.where import Where
from pinisi.incidents.notices.wording import said
from pinisi.incidents.procedures.followed import Kept, NoSuchRun
from pinisi.incidents.procedures.messages import Facts, filled
from pinisi.incidents.queue import Case, NoSuchIncident, Queue, acts_kind
from pinisi.incidents.stage import KIND as STAGE_KIND
from pinisi.incidents.stage import StageChange
from pinisi.incidents.states import QUIET
from pinisi.incidents.warnings.desk import WARNING_KIND
from pinisi.incidents.warnings.warning import Warning
from pinisi.runtime.quarantine import KIND as QUARANTINE_KIND
from pinisi.runtime.quarantine import Quarantined
from pinisi.store.log import LogEntry
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import DAY, Instant
from pinisi.vocabulary.principal import EVERYTHING
from pinisi.vocabulary.terms import DATA_SOURCE, PINISI

QUIET_SOURCE = frozenset({"silent", "failing"})
_ACTS = acts_kind("")
_STATE = PINISI + "state"
_warning = msgspec.json.Decoder(Warning).decode
_stage = msgspec.json.Decoder(StageChange).decode
_row = msgspec.json.Decoder(Quarantined).decode


class Listener:
    """Reads the log of one tenant."""

    def __init__(self, store: Store, queue: Queue, runs: Kept, where: Where) -> None:
        self._store, self._queue, self._runs, self._where = store, queue, runs, where
        self._kinds: Mapping[str, Callable[[str, str, LogEntry], Awaitable[Happening | None]]] = {
            WARNING_KIND: self._warned,
            STAGE_KIND: self._staged,
            QUARANTINE_KIND: self._faulty,
        }

    async def heard(self, entry: LogEntry) -> Happening | None:
        """What happened, where it concerns anybody."""
        if entry.op == "document":
            kind, _, id = entry.subject.partition("/")
            if kind.startswith(_ACTS):
                incident, _, line = entry.subject.removeprefix(_ACTS).rpartition("/")
                return await self._acted(incident, line)
            reading = self._kinds.get(kind)
            return None if reading is None else await reading(kind, id, entry)
        if entry.op in ("create", "update") and DATA_SOURCE in entry.types:
            return await self._quiet(entry)
        return None

    # incidents

    async def _acted(self, incident: str, line: str) -> Happening | None:
        body = await self._document(acts_kind(incident), line)
        if body is None:
            return None
        act = act_of(body)
        if not isinstance(act.deed, _SPEAKING):
            return None
        try:
            case = await self._queue.case(self._where.tenant, incident, EVERYTHING)
        except NoSuchIncident:
            return None
        if isinstance(act.deed, Follow):
            return await self._followed(case, act.deed, act, line)
        if isinstance(act.deed, Assign | Withdraw):
            return self._sent(case, act.deed, act, line)
        return self.raised(case, act)

    def raised(self, case: Case, act: Act) -> Happening | None:
        """Once for each time that it was raised; of what asks nobody nothing is told."""
        if case.record.state in QUIET or case.record.state == "closed":
            return None
        return self.of(case, f"raised {case.entity.id} {case.record.raised_at}", "raised", act.entered_at or act.at)

    def _sent(self, case: Case, deed: Assign | Withdraw, act: Act, line: str) -> Happening:
        on = "assigned" if isinstance(deed, Assign) else "withdrawn"
        happening = self.of(case, f"act {case.entity.id} {line}", on, act.entered_at or act.at)
        words = {**happening.words, "agency": agency_word(self._where.profile, deed.agency), "unit": deed.unit}
        return msgspec.structs.replace(happening, words=words, agency=deed.agency, unit=deed.unit)

    async def _followed(self, case: Case, deed: Follow, act: Act, line: str) -> Happening | None:
        """A message of a procedure was sent, or one of its steps waited too long."""
        if deed.did not in ("sent", "escalate"):
            return None
        try:
            followed = await self._runs.one(self._where.tenant, case.entity.id, deed.run)
        except NoSuchRun:
            return None
        step = followed.playbook.by_id.get(deed.step)
        on = "message" if deed.did == "sent" else "step"
        happening = self.of(case, f"act {case.entity.id} {line}", on, act.at)
        words = {**happening.words, "procedure": text_of(deed.title), "step": text_of(deed.what)}
        exercise = happening.exercise or followed.run.drill
        if on == "step":
            named = step.escalation.to if step and step.escalation else ""
            return msgspec.structs.replace(happening, words=words, named=named, exercise=exercise)
        if step is None or step.message is None:
            return None
        words["message"] = filled(step.message.text, Facts(happening.words), drill=False)
        return msgspec.structs.replace(happening, words=words, named=step.message.to, exercise=exercise)

    def of(self, case: Case, key: str, on: Occasion, at: Instant) -> Happening:
        """A happening at an incident, with what may be said of it."""
        record = case.record
        return Happening(
            key=key,
            on=on,
            at=at,
            words=incident_words(self._where.profile, case, self._where.area_name(case.areas)),
            incident=case.entity.id,
            priority=record.priority,
            category=record.category,
            lead=record.lead,
            exercise=self._where.exercise or word_of(case.entity, EXERCISE) is True,
        )

    # the city

    async def _warned(self, kind: str, id: str, _entry: LogEntry) -> Happening | None:
        body = await self._document(kind, id)
        warning = None if body is None else _warning(body)
        if warning is None or warning.state != "released" or warning.steps[-1].step != "release":
            return None
        draft, at = warning.draft, warning.steps[-1].at
        first = next(iter(draft.words.values()))
        said_in = [draft.words.get(language, first) for language in LANGUAGES]
        words = {
            "kind": said(f"warning-{warning.kind}"),
            "headline": Text(*(each.headline for each in said_in)),
            "description": Text(*(each.description for each in said_in)),
            "instruction": Text(*(each.instruction for each in said_in)),
        }
        return Happening(
            key=f"warning {id}",
            on="warning",
            at=at,
            words=self._with_city(words, at),
            about=warning.identifier,
            exercise=self._where.exercise or draft.exercise,
        )

    async def _staged(self, kind: str, id: str, _entry: LogEntry) -> Happening | None:
        body = await self._document(kind, id)
        if body is None:
            return None
        change = _stage(body)
        stage = self._where.profile.stages.stage(change.level)
        word = stage.word if stage else said("no-stage")
        words = {"stage": str(change.level), "word": word, "reason": change.reason}
        return Happening(
            key=f"stage {id}",
            on="stage",
            at=change.at,
            words=self._with_city(words, change.at),
            stage=change.level,
            exercise=self._where.exercise,
        )

    # what the house itself lacks

    async def _quiet(self, entry: LogEntry) -> Happening | None:
        """A source that does not deliver; that it delivers again is no news to anybody, and ends the notice."""
        found = await self._store.entity(self._where.tenant, entry.subject, EVERYTHING)
        state = None if found is None else word_of(found.entity, _STATE)
        if found is None or state is None:
            return None
        now = self._where.now()
        quiet = state in QUIET_SOURCE
        words = {"source": text_of(word_of(found.entity, TITLE)), "state": said(f"source-{state}") if quiet else ""}
        return Happening(
            key=f"source {entry.subject} {entry.position}" if quiet else "",
            on="source",
            at=now,
            words=self._with_city(words, now),
            about=entry.subject,
            exercise=self._where.exercise,
        )

    async def _faulty(self, kind: str, id: str, _entry: LogEntry) -> Happening | None:
        """Of all rows of a source that first came on one day only the first tells."""
        body = await self._document(kind, id) if self._where.profile.notices.on("fault") else None
        row = None if body is None else _row(body)
        if row is None or row.state != "open":
            return None
        return Happening(
            key=f"fault {row.source} {row.first // DAY}",
            on="fault",
            at=row.first,
            words=self._with_city({"source": row.source.rpartition(":")[2]}, row.first),
            exercise=self._where.exercise,
        )

    def time(self, at: Instant) -> Text:
        return local_time(self._where.profile, at)

    def _with_city(self, words: Mapping[str, Text | str], at: Instant) -> Mapping[str, Text | str]:
        return {**words, "city": self._where.profile.city.name, "time": self.time(at)}

    async def _document(self, kind: str, id: str) -> bytes | None:
        found = await self._store.document(self._where.tenant, kind, id)
        return None if found is None else found[1]


_SPEAKING = (Raise, Open, Triage, Release, Unshelve, Reopen, Assign, Withdraw, Follow)
