"""Feeds for the tests: cuts of two real ones, and small ones written in place."""

from collections.abc import Mapping
from pathlib import Path

from pinisi.services.mobility.engine.gtfs.mend import Assumptions
from pinisi.services.mobility.engine.gtfs.reading import read_feed
from pinisi.services.mobility.engine.gtfs.repair import Kind, Repair, repair

CUTS = Path(__file__).parent / "gtfs"
DAY = "20261126"
USUAL = Assumptions()


def cut(name: str) -> dict[str, bytes]:
    """Rows of a published feed as they stand there: `transjakarta` (2021) or `bogor` (angkot, 2019)."""
    return {path.name: path.read_bytes() for path in sorted((CUTS / name).glob("*.txt"))}


SOUND: Mapping[str, str] = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nd,Dishub,https://example.org,Asia/Makassar\n",
    "stops.txt": (
        "stop_id,stop_name,stop_lat,stop_lon\na,Sentral,-5.13,119.41\nb,Daya,-5.11,119.43\nc,Antang,-5.12,119.47\n"
    ),
    "routes.txt": "route_id,agency_id,route_short_name,route_type\nA,d,A,3\n",
    "calendar.txt": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "all,1,1,1,1,1,1,1,20260101,20271231\n"
    ),
    "trips.txt": "route_id,service_id,trip_id\nA,all,t\n",
    "stop_times.txt": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t,06:00:00,06:00:00,a,1\nt,06:20:00,06:21:00,b,2\nt,06:50:00,06:50:00,c,3\n"
    ),
}


def feed(**changed: str | None) -> dict[str, bytes]:
    """The sound feed with files changed (`stop_times=...`), or left out (None)."""
    files = {**SOUND, **{f"{name}.txt": text for name, text in changed.items()}}
    return {name: text.encode() for name, text in files.items() if text is not None}


def repaired(files: Mapping[str, bytes], assumed: Assumptions = USUAL) -> Repair:
    return repair(*read_feed(files), assumed, DAY)


def kind(done: Repair, code: str) -> Kind:
    return next(each for each in done.kinds if each.code == code)
