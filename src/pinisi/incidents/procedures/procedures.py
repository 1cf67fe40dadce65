"""Following procedures: started, stepped through and ended; each act one commit with a line of the incident's story."""

from collections.abc import Mapping
from uuid import NAMESPACE_URL, uuid5

from pinisi.city.text import Text
from pinisi.incidents.acts import Follow
from pinisi.incidents.desk import Desk
from pinisi.incidents.incident import EXERCISE, word_of
from pinisi.incidents.procedures.followed import Followed, Kept
from pinisi.incidents.procedures.playbook import Playbook
from pinisi.incidents.procedures.run import RunAct, after, begun
from pinisi.incidents.requirements import ActDoesNotFit
from pinisi.incidents.states import OPEN
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Principal


class Procedures:
    """The runs of one house. Whoever may act on an incident may follow a procedure in it."""

    def __init__(self, store: Store, desk: Desk) -> None:
        self._desk = desk
        self.kept = Kept(store)

    async def start(
        self, tenant: str, incident: str, playbook: Playbook, principal: Principal, now: Instant, *, drill: bool
    ) -> Followed:
        """Start to follow a procedure.

        Raises:
            NoSuchIncident: see there.
            ActDoesNotFit: the incident is closed, or the procedure is followed in it already.
        """
        case = await self._desk.queue.case(tenant, incident, principal.grants)
        if case.record.state not in OPEN:
            raise ActDoesNotFit("the incident is closed: reopen it first")
        before = [each.run for each in await self.kept.of(tenant, incident) if each.run.playbook == playbook.id]
        if any(run.active for run in before):
            raise ActDoesNotFit("this procedure is being followed already")
        drill = drill or word_of(case.entity, EXERCISE) is True
        act = RunAct(act="start", at=now, by=principal.id, name=principal.name)
        id = str(uuid5(NAMESPACE_URL, f"{incident} {playbook.id} {len(before) + 1}"))
        return await self._commit(
            tenant, Followed(begun(id, incident, playbook, act, drill=drill), playbook), act, principal
        )

    async def act(self, tenant: str, incident: str, run: str, act: RunAct, principal: Principal) -> Followed:
        """Do something with a run.

        Raises:
            NoSuchIncident, NoSuchRun, ActDoesNotFit, BadAct: see there.
        """
        await self._desk.queue.case(tenant, incident, principal.grants)
        known = await self.kept.one(tenant, incident, run)
        run_after = after(known.run, known.playbook, act)
        return await self._commit(tenant, Followed(run_after, known.playbook, known.version), act, principal)

    async def _commit(self, tenant: str, followed: Followed, act: RunAct, principal: Principal) -> Followed:
        run = followed.run
        changes = await self.kept.changes(tenant, followed)
        await self._desk.act(tenant, run.incident, _line(followed, act), principal, act.at, also=changes)
        return await self.kept.one(tenant, run.incident, run.id)


def _line(followed: Followed, act: RunAct) -> Follow:
    """What the incident's story says of the act, in words that no later text of the procedure changes."""
    playbook = followed.playbook
    step = playbook.by_id.get(act.step)
    decision = step.decision if step else None
    answer = next((each for each in decision.answers if each.id == act.answer), None) if decision else None
    return Follow(
        note=act.words,
        run=followed.run.id,
        procedure=playbook.id,
        version=playbook.version,
        did=act.act,
        drill=followed.run.drill,
        step=act.step,
        title=_words(playbook.title),
        what=_words(step.text) if step else {},
        answer=_words(answer.text) if answer else {},
    )


def _words(text: Text) -> Mapping[str, str]:
    return {"id": text.id, "en": text.en, "ja": text.ja}
