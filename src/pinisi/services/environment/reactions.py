"""What runs by itself: the verdict on every value of a station, and its indices.

The kernel fetches the last days of a station when it says something new; the engine judges and computes.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import attrgetter, itemgetter
from typing import Any

import msgspec

from pinisi.city.text import LANGUAGES
from pinisi.city.words import attribute_label
from pinisi.runtime.known import Document, Inputs, Said
from pinisi.runtime.reaction import Past, Reaction, Wake, Writes
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import told, told_json
from pinisi.runtime.told_beside import told_beside
from pinisi.services.environment.engine import ispu, us_aqi
from pinisi.services.environment.engine.cleaning import Reading, Verdict
from pinisi.services.environment.engine.indices import Indices, LeftOut, indices, judged
from pinisi.services.environment.engine.pollutant import NotAnIndex
from pinisi.services.environment.engine.quantity import QUANTITIES
from pinisi.services.environment.engine.thinning import thinned
from pinisi.services.environment.engine.units import in_unit_of_rules
from pinisi.services.environment.models import index_id
from pinisi.vocabulary.instant import Instant, format_instant

TEXTS = texts_of("pinisi.services.environment")
STATION = "AirQualityObserved"
MEASURED = tuple(QUANTITIES)
MAIN = "mainPollutant"
LAST_DAYS = Past(attributes=MEASURED, hours=72.0, most=20_000)
"""The day that counts, and the two before it by which its values are judged."""
_NOT_MEASURED = frozenset({"modelled", "forecast", "simulated"})


def verdicts(inputs: Inputs) -> dict[str, list[Verdict]]:
    """The verdicts on what a station has said, by attribute."""
    return judged({name: found for name in MEASURED if (found := readings(name, inputs.past(name)))})


def readings(attribute: str, said: Sequence[Said]) -> Sequence[Reading]:
    """Readings in the order of coming, as close as the judge's rules look."""
    found = [reading(attribute, each) for each in numbers(said)]
    return thinned([reading for reading in found if reading is not None])


def numbers(said: Sequence[Said]) -> list[Said]:
    """Measured numbers in the order of coming."""
    numbers = [each for each in said if type(each.value) in (float, int) and each.method not in _NOT_MEASURED]
    return sorted(numbers, key=attrgetter("position"))


def reading(attribute: str, said: Said) -> Reading | None:
    """The number in the unit of the rules; None where its unit says that it is something else."""
    try:
        return Reading(said.observed, in_unit_of_rules(attribute, float(said.value), said.unit), said.received)
    except NotAnIndex:
        return None


def react_verdict(inputs: Inputs) -> Sequence[Document]:
    """What is doubtful of the newest values of a station; an empty list when nothing is any more."""
    doubts = [doubt for name, judgements in verdicts(inputs).items() for doubt in _doubts(name, judgements)]
    if not doubts and not inputs.subject.value("dataQuality"):
        return []
    return [{"id": inputs.subject.id, "type": STATION, "dataQuality": {"type": "JsonProperty", "json": doubts}}]


def _doubts(attribute: str, judgements: Sequence[Verdict]) -> list[dict[str, Any]]:
    newest = max(judgements, key=lambda verdict: verdict.at)
    if newest.used:
        return []
    why = [(f"air-{reason}", msgspec.to_builtins(TEXTS[f"air-{reason}"])) for reason in newest.reasons]
    return [{"code": code, "attribute": attribute, "text": text} for code, text in why]


def react_index(inputs: Inputs) -> Sequence[Document]:
    """The indices of a station, from its good values; what was left out, and why, stands beside them."""
    found = indices(verdicts(inputs), _main_pollutants(inputs))
    if found is None or (found.ispu.overall is None and found.us_aqi is None):
        return []
    at = format_instant(found.at)
    document = told_beside(inputs.subject, index_id(inputs.subject.id), "AirQualityIndex", at)
    document["goodHours"] = told(found.hours, at, "HUR")
    document["leftOut"] = {"type": "LanguageProperty", "languageMap": _left_out(found), "observedAt": at}
    overall = found.ispu.overall
    if overall is not None:
        document["ispu"] = told(overall.value, at)
        document["ispuCategory"] = told(ispu.category(overall.value), at)
        document["ispuBasis"] = told(found.basis, at)
        document["criticalPollutant"] = told(overall.first, at)
        sub = {mean.pollutant: round(mean.index) for mean in found.ispu.means if mean.index is not None}
        document["subIndices"] = told_json(sub, at)
    if found.us_aqi is not None:
        document["usAqi"] = told(found.us_aqi, at)
        document["usAqiCategory"] = told(us_aqi.category(found.us_aqi), at)
    return [document]


def _main_pollutants(inputs: Inputs) -> Callable[[Instant], str]:
    """IQAir's code of the pollutant that the US AQI of a moment is of: the last one told by then."""
    said = sorted((each.observed, each.value) for each in inputs.past(MAIN) if isinstance(each.value, str))
    newest = inputs.subject.text(MAIN) or ""
    return lambda at: said[max(0, bisect_right(said, at, key=itemgetter(0)) - 1)][1] if said else newest


def _left_out(found: Indices) -> dict[str, str]:
    """What does not count and why, in words: `PM2.5: 2 (zero ...; a jump ...)`."""
    told = {language: [_left_out_of(out, language) for out in found.left_out] for language in LANGUAGES}
    return {language: "; ".join(parts) or getattr(TEXTS["all-good"], language) for language, parts in told.items()}


def _left_out_of(out: LeftOut, language: str) -> str:
    reasons = ", ".join(getattr(TEXTS[f"air-{reason}"], language) for reason in out.reasons)
    return f"{getattr(attribute_label(out.attribute), language)}: {out.values} ({reasons})"


VERDICT = Reaction(
    name="air-verdict",
    title=TEXTS["verdict"],
    rule=TEXTS["verdict-rule"],
    react=react_verdict,
    wakes=(Wake(type=STATION, attributes=MEASURED),),
    inputs=(LAST_DAYS,),
    writes=(Writes(type=STATION, attributes=("dataQuality",)),),
)
INDEX = Reaction(
    name="air-index",
    title=TEXTS["index"],
    rule=TEXTS["index-rule"],
    react=react_index,
    wakes=(Wake(type=STATION, attributes=MEASURED),),
    inputs=(LAST_DAYS, Past(attributes=(MAIN,), hours=72.0)),
    writes=(Writes(type="AirQualityIndex"),),
    version=2,
)
