"""What a city's written rules say of its entities: alarms on values, what services ask people for, what blinds them.

The alarm watch asks; here an entity becomes a document with short names, and a rule's answer a reason to call people.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.city.alarm_rules import Alarm, alarms_of
from pinisi.city.intake import Taken, taken_in
from pinisi.city.suppression import parents_of
from pinisi.city.text import Text
from pinisi.console.blind_alarm import blind_alarm
from pinisi.console.facts import normalized
from pinisi.console.town import Town
from pinisi.context.term_table import TermTable
from pinisi.incidents.incident import Raised
from pinisi.incidents.watch import Quieted, Rules
from pinisi.store.protocol import Store
from pinisi.store.record import Record
from pinisi.vocabulary.principal import EVERYTHING, WHOLE
from pinisi.vocabulary.terms import DATA_SOURCE

INCIDENT_ID = "urn:ngsi-ld:Incident:"
BLINDING = "blinding 1"
"""Part of the digest: changes when what is said of silent sources does."""


class CityRules:
    def __init__(self, town: Town, store: Store, table: TermTable) -> None:
        self._town = town
        self._store = store
        self._table = table
        self._alarms = town.profile.rules.alarms
        self._intake = town.profile.operations.intake
        self._suppress = town.profile.rules.suppress

    def rules(self) -> Rules:
        """In a replay no source is asked, so that none can be blind."""
        types = {rule.type for rule in (*self._alarms, *self._intake)}
        blinding = set[str]() if self._town.replayed else {DATA_SOURCE}
        told = (self._alarms, self._intake, self._suppress, BLINDING)
        return Rules(
            types=frozenset(map(self._table.expand_term, types)) | blinding,
            alarms_of=self._of,
            digest=hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:12],
            parents=frozenset(self._table.expand_term(rule.while_.type) for rule in self._suppress),
            quieted=self._quieted if self._suppress else None,
        )

    async def _of(self, record: Record) -> Sequence[Raised]:
        if DATA_SOURCE in record.family.types:
            alarm = await blind_alarm(self._town, record)
            return () if alarm is None else (alarm,)
        document = self._document(record)
        alarms = [self._by_rule(alarm, document) for alarm in alarms_of(self._alarms, document)]
        return [
            *alarms,
            *(self._by_intake(taken, document) for taken in taken_in(self._intake, document, self._town.now())),
        ]

    def _by_rule(self, alarm: Alarm, document: Mapping[str, Any]) -> Raised:
        return Raised(
            id=INCIDENT_ID + alarm.key,
            title=msgspec.to_builtins(alarm.title),
            severity=alarm.severity,
            kind="rule",
            rule=dict.fromkeys(("id", "en", "ja"), alarm.rule),
            subject=alarm.subject,
            location=_location(document),
            exercise=self._town.exercise,
            category=alarm.category,
            subcategory=alarm.subcategory,
        )

    def _by_intake(self, taken: Taken, document: Mapping[str, Any]) -> Raised:
        rule = taken.intake
        return Raised(
            id=INCIDENT_ID + taken.key,
            title=msgspec.to_builtins(taken.title),
            severity=rule.severity,
            kind=rule.channel,
            rule=dict.fromkeys(("id", "en", "ja"), rule.id),
            subject=taken.subject,
            location=_location(document),
            exercise=self._town.exercise,
            begins="open" if rule.channel == "citizen-report" else "unacknowledged",
            channel=rule.channel,
            category=rule.category,
            subcategory=rule.subcategory,
            priority=rule.priority or 0,
            caller=rule.caller,
        )

    async def _quieted(self, incident: str, subject: str) -> Quieted | None:
        """The first rule by which the alarm is quiet now."""
        child = await self._store.entity(self._town.tenant, subject, EVERYTHING)
        alarm = incident.removeprefix(INCIDENT_ID).removesuffix(f":{subject}")
        if child is None:
            return None
        for rule, parent in parents_of(self._suppress, alarm, self._document(child)):
            found = await self._store.entity(self._town.tenant, parent, EVERYTHING)
            if found is not None and rule.while_.holds(self._document(found)):
                return Quieted(rule.id, said(rule.text, self._town))
        return None

    def _document(self, record: Record) -> dict[str, Any]:
        return normalized(record.entity, self._table, WHOLE)


def said(text: Text, town: Town) -> str:
    """A text for the story of an incident, in the city's first language."""
    return str(getattr(text, town.profile.city.languages[0]))


def _location(document: Mapping[str, Any]) -> dict[str, Any] | None:
    return document.get("location", {}).get("value")
