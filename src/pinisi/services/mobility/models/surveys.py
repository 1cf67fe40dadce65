"""Surveys of turning counts as entities.

`CountSurvey` (Pinisi): what is to be counted at one junction, and when. `name`, `junction` (code or name, that of its
`TurningCount`s), `surveyApproaches` (JSON: a list of `name` and `turns`, each with where it leads), `intervalMinutes`
(MIN, 5 or 15), `surveyFrom` and `surveyUntil`. It names nobody: who counts stands in the records of the service.
"""

from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from pinisi.runtime.told import told, told_json, told_time
from pinisi.services.mobility.engine.capacity.approach import Turn
from pinisi.vocabulary.instant import Instant, parse_instant

COUNT_SURVEY = "CountSurvey"


class SurveyApproach(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An arm of the junction, and the turns that are counted there, each with where it leads (or nothing)."""

    name: str
    turns: dict[Turn, str]


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    name: str
    junction: str
    approaches: tuple[SurveyApproach, ...]
    minutes: Literal[5, 15]
    since: datetime
    until: datetime

    def approach(self, name: str) -> SurveyApproach | None:
        return next((each for each in self.approaches if each.name == name), None)


def survey_id(key: str) -> str:
    return f"urn:ngsi-ld:{COUNT_SURVEY}:{key}"


def survey_entity(survey: Survey, at: str) -> dict[str, Any]:
    return {
        "id": survey_id(survey.key),
        "type": COUNT_SURVEY,
        "name": told(survey.name, at),
        "junction": told(survey.junction, at),
        "surveyApproaches": told_json(list(msgspec.to_builtins(survey.approaches)), at),
        "intervalMinutes": told(survey.minutes, at, "MIN"),
        "surveyFrom": told_time(instant_of(survey.since), at),
        "surveyUntil": told_time(instant_of(survey.until), at),
    }


def survey_of(document: Any) -> Survey | None:
    """A survey as it was kept; None where somebody else has written something that is none."""
    try:
        return msgspec.convert(
            {
                "key": document["id"].rpartition(":")[2],
                "name": document["name"]["value"],
                "junction": document["junction"]["value"],
                "approaches": document["surveyApproaches"]["json"],
                "minutes": document["intervalMinutes"]["value"],
                "since": document["surveyFrom"]["value"]["@value"],
                "until": document["surveyUntil"]["value"]["@value"],
            },
            Survey,
        )
    except (KeyError, TypeError, AttributeError, msgspec.ValidationError):
        return None


def instant_of(moment: datetime) -> Instant:
    return parse_instant(moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z")
