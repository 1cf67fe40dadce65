"""A third party's service as it is installed: jobs of every kind of end."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import harbour_engine as engine
from harbour_commands import DRAWBRIDGE, GATE, HASTY, SIREN

from pinisi.city.text import Text
from pinisi.runtime.job import Job
from pinisi.runtime.manifest import Service
from pinisi.vocabulary.instant import Instant, format_instant


def table(given: Any, output: engine.Heights, now: Instant) -> Sequence[Mapping[str, Any]]:
    station = getattr(given, "station", "paotere")
    return [
        {
            "id": f"urn:ngsi-ld:TideForecast:{station}-{day}",
            "type": "TideForecast",
            "height": {"type": "Property", "value": height, "unitCode": "MTR", "observedAt": format_instant(now)},
        }
        for day, height in enumerate(output.metres)
    ]


def foreign(_given: Any, _output: engine.Heights, _now: Instant) -> Sequence[Mapping[str, Any]]:
    return [{"id": "urn:ngsi-ld:Alert:x", "type": "Alert", "severity": {"type": "Property", "value": "high"}}]


def nameless(_given: Any, _output: engine.Heights, _now: Instant) -> Sequence[Mapping[str, Any]]:
    return [{"type": "TideForecast"}]


def failing(_given: Any, output: engine.Heights, _now: Instant) -> Sequence[Mapping[str, Any]]:
    return [{"id": str(output.metres[99]), "type": "TideForecast"}]


def job(name: str, run: Callable[..., engine.Heights], **more: Any) -> Job[Any, Any]:
    title = Text(f"Pasang surut: {name}", f"Tides: {name}", f"潮汐: {name}")
    given = {"input": engine.Days, "entities": table, "seconds": 60.0, "memory_mb": 300, **more}
    return Job(name=name, title=title, output=engine.Heights, run=run, method="forecast", **given)


SERVICE = Service(
    name="harbour",
    title=Text("Pelabuhan", "Harbour", "港湾"),
    types=("TideForecast", "Siren", "Gate"),
    actions=(SIREN, HASTY, GATE, DRAWBRIDGE),
    jobs=(
        job("tide-table", engine.tide_table),
        job("soundings", engine.soundings, input=engine.Soundings),
        job("endless", engine.endless, input=engine.Notes),
        job("again", engine.again, input=engine.Notes, restarts=True),
        job("noting", engine.noting, input=engine.Notes, restarts=True),
        job("too-long", engine.endless, input=engine.Notes, seconds=0.5),
        job("growing", engine.growing),
        job("grabbing", engine.grabbing),
        job("killed", engine.killed),
        job("wordless", engine.wordless),
        job("raising", engine.raising),
        job("refusing", engine.refusing),
        job("without-engine", engine.without_engine),
        job("environment", engine.environment),
        job("other-output", engine.other_output),
        job("false-output", engine.false_output),
        job("foreign", engine.tide_table, entities=foreign),
        job("nameless", engine.tide_table, entities=nameless),
        job("failing", engine.tide_table, entities=failing),
    ),
)
