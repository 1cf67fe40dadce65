"""Events for the engines: made ones north of a harbour, and real reports of a flooded quarter of Jakarta."""

from pathlib import Path

import msgspec

from pinisi.incidents.grouping.grouping import Grouping, Joined
from pinisi.incidents.grouping.happening import Happening
from pinisi.incidents.grouping.rules import default_rules
from pinisi.vocabulary.instant import MINUTE, parse_instant

CUT = Path(__file__).parent / "grouping_examples" / "kelapa_gading_cut.jsonl"
NOON = parse_instant("2026-11-25T04:00:00Z")
METRE = 1 / 110_574
LON, LAT = 119.43, -5.15


def at(id: str, north_m: float = 0.0, minutes: float = 0.0, kind: str = "flood", subject: str = "") -> Happening:
    moment = NOON + round(minutes * MINUTE)
    return Happening(id=id, kind=kind, at=moment, subject=subject, lon=LON, lat=LAT + north_m * METRE)


def grouped(*events: Happening) -> list[Joined]:
    grouping = Grouping(default_rules())
    return [grouping.add(event, event.at) for event in events]


def real_events() -> list[Happening]:
    class Row(msgspec.Struct):
        id: str
        at: str
        lon: float
        lat: float

    rows = msgspec.json.decode(b"[" + b",".join(CUT.read_bytes().splitlines()) + b"]", type=list[Row])
    return [Happening(id=row.id, kind="flood", at=parse_instant(row.at), lon=row.lon, lat=row.lat) for row in rows]
