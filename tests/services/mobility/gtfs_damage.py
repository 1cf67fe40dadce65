"""Ways in which a sound feed is spoilt, each with the codes by which the canonical validator names it."""

from collections.abc import Mapping

import msgspec
from gtfs_feeds import SOUND, feed

Files = Mapping[str, bytes]


class Damage(msgspec.Struct, frozen=True):
    """`codes`: errors that have to be named. `mended`: whether a repair leaves none."""

    files: Files
    codes: frozenset[str]
    mended: bool = True


def _changed(file: str, old: str, new: str) -> dict[str, bytes]:
    assert old in SOUND[f"{file}.txt"], (file, old)
    return feed(**{file: SOUND[f"{file}.txt"].replace(old, new)})


def _with(**more: str) -> dict[str, bytes]:
    return {**feed(), **{f"{name}.txt": text.encode() for name, text in more.items()}}


def _stops(*rows: str) -> str:
    return "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n" + "\n".join(rows) + "\n"


_PLAIN = ("a,Sentral,-5.13,119.41,,", "b,Daya,-5.11,119.43,,", "c,Antang,-5.12,119.47,,")
_STATION = "s,Stasiun,-5.13,119.41,1,"
_SHAPED = "route_id,service_id,trip_id,shape_id\nA,all,t,w\n"
_WAY = "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence,shape_dist_traveled\n"
_FAR = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled\n"
_PATHS = "pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional\n"


def _damage(files: Files, *codes: str, mended: bool = True) -> Damage:
    return Damage(files, frozenset(codes), mended)


DAMAGES: Mapping[str, Damage] = {
    "a stop without a name": _damage(_changed("stops", "b,Daya", "b,"), "missing_stop_name", mended=False),
    "a stop without a place": _damage(_changed("stops", "-5.11,119.43", ","), "stop_without_location"),
    "a stop at nought": _damage(_changed("stops", "-5.11,119.43", "0,0"), "point_near_origin"),
    "a column renamed": _damage(_changed("routes", "route_type", "routetype"), "missing_required_column", mended=False),
    "a column twice": _damage(
        _changed("routes", "route_type\nA,d,A,3", "route_type,route_type\nA,d,A,3,3"), "duplicated_column"
    ),
    "a heading that is empty": _damage(
        _changed("trips", "trip_id\nA,all,t", "trip_id,\nA,all,t,x"), "empty_column_name"
    ),
    "a row too short": _damage(_changed("trips", "A,all,t", "A,all,t\nA"), "invalid_row_length"),
    "a trip of no route": _damage(_changed("trips", "A,all,t", "A,all,t\nZ,all,u"), "foreign_key_violation"),
    "a key twice": _damage(_changed("routes", "A,d,A,3", "A,d,A,3\nA,d,B,3"), "duplicate_key"),
    "no calendar": _damage(feed(calendar=None), "missing_calendar_and_calendar_date_files", mended=False),
    "no agency": _damage(feed(agency=None), "missing_required_file", mended=False),
    "an empty file": _damage(feed(agency=""), "empty_file", mended=False),
    "a time that is none": _damage(_changed("stop_times", "06:20:00,06:21:00", "6.20,06:21:00"), "invalid_time"),
    "times that go back": _damage(
        _changed("stop_times", "06:50:00,06:50:00", "06:10:00,06:10:00"),
        "stop_time_with_arrival_before_previous_departure_time",
    ),
    "only one time": _damage(
        _changed("stop_times", "06:20:00,06:21:00", ",06:21:00"), "stop_time_with_only_arrival_or_departure_time"
    ),
    "no time at the end": _damage(_changed("stop_times", "06:50:00,06:50:00", ","), "missing_trip_edge"),
    "a date that is none": _damage(_changed("calendar", "20271231", "20271331"), "invalid_date", mended=False),
    "a colour with its sign": _damage(
        feed(routes="route_id,agency_id,route_short_name,route_type,route_color\nA,d,A,3,#FF0000\n"), "invalid_color"
    ),
    "an address without its scheme": _damage(_changed("agency", "https://example.org", "example.org"), "invalid_url"),
    "a time zone of nowhere": _damage(
        _changed("agency", "Asia/Makassar", "WITA time"), "invalid_timezone", mended=False
    ),
    "a mail address that is none": _damage(
        feed(
            agency="agency_id,agency_name,agency_url,agency_timezone,agency_email\nd,D,https://example.org,Asia/Makassar,nobody\n"
        ),
        "invalid_email",
    ),
    "two time zones": _damage(
        feed(agency=SOUND["agency.txt"] + "e,Damri,https://example.org,Asia/Jakarta\n"), "inconsistent_agency_timezone"
    ),
    "two agencies, one without a name of its own": _damage(
        feed(agency=SOUND["agency.txt"] + ",Damri,https://example.org,Asia/Makassar\n"),
        "missing_required_agency_id",
        mended=False,
    ),
    "a station within a station": _damage(
        feed(stops=_stops(*_PLAIN, _STATION, "r,Lain,-5.13,119.41,1,s")), "station_with_parent_station"
    ),
    "stops that are each other's parent": _damage(
        feed(stops=_stops("a,Sentral,-5.13,119.41,,b", "b,Daya,-5.11,119.43,,a", _PLAIN[2])),
        "wrong_parent_location_type",
    ),
    "an entrance to nothing": _damage(
        feed(stops=_stops(*_PLAIN, "e,Pintu,-5.13,119.41,2,")), "location_without_parent_station"
    ),
    "a vehicle that stops at a station": _damage(
        feed(stops=_stops("a,Sentral,-5.13,119.41,1,", *_PLAIN[1:])), "location_with_unexpected_stop_time"
    ),
    "a shape whose distances go back": _damage(
        _with(trips=_SHAPED, shapes=f"{_WAY}w,-5.13,119.41,1,0\nw,-5.11,119.43,2,9\nw,-5.12,119.47,3,5\n"),
        "decreasing_shape_distance",
    ),
    "a shape that stands still and moves": _damage(
        _with(trips=_SHAPED, shapes=f"{_WAY}w,-5.13,119.41,1,0\nw,-5.11,119.43,2,0\nw,-5.12,119.47,3,5\n"),
        "equal_shape_distance_diff_coordinates",
    ),
    "stops whose distances go back": _damage(
        feed(stop_times=f"{_FAR}t,06:00:00,06:00:00,a,1,0\nt,06:20:00,06:21:00,b,2,5\nt,06:50:00,06:50:00,c,3,5\n"),
        "decreasing_or_equal_stop_time_distance",
    ),
    "a trip longer than its shape": _damage(
        _with(
            trips=_SHAPED,
            shapes=f"{_WAY}w,-5.13,119.41,1,0\nw,-5.11,119.43,2,3\nw,-5.12,119.47,3,5\n",
            stop_times=f"{_FAR}t,06:00:00,06:00:00,a,1,0\nt,06:20:00,06:21:00,b,2,3\nt,06:50:00,06:50:00,c,3,50\n",
        ),
        "trip_distance_exceeds_shape_distance",
    ),
    "an exact time without a time": _damage(
        feed(
            stop_times="trip_id,arrival_time,departure_time,stop_id,stop_sequence,timepoint\n"
            "t,06:00:00,06:00:00,a,1,1\nt,,,b,2,1\nt,06:50:00,06:50:00,c,3,1\n"
        ),
        "stop_time_timepoint_without_times",
    ),
    "a vehicle in two places": _damage(
        feed(
            trips="route_id,service_id,trip_id,block_id\nA,all,t,1\nA,all,u,1\n",
            stop_times=SOUND["stop_times.txt"] + "u,06:30:00,06:30:00,a,1\nu,07:00:00,07:00:00,b,2\n",
        ),
        "block_trips_with_overlapping_stop_times",
    ),
    "a change to a stop of another trip": _damage(
        _with(transfers="from_stop_id,to_stop_id,from_trip_id,to_trip_id,transfer_type\na,z,t,t,4\n"),
        "foreign_key_violation",
    ),
    "a change at an entrance": _damage(
        feed(
            stops=_stops(*_PLAIN, _STATION, "e,Pintu,-5.13,119.41,2,s"),
            transfers="from_stop_id,to_stop_id,transfer_type\na,e,2\n",
        ),
        "transfer_with_invalid_stop_location_type",
    ),
    "frequencies that overlap": _damage(
        _with(
            frequencies="trip_id,start_time,end_time,headway_secs\nt,06:00:00,09:00:00,600\nt,08:00:00,10:00:00,600\n"
        ),
        "overlapping_frequency",
        mended=False,
    ),
    "a frequency that ends before it begins": _damage(
        _with(frequencies="trip_id,start_time,end_time,headway_secs\nt,09:00:00,06:00:00,600\n"),
        "start_and_end_range_out_of_order",
    ),
    "an exit gate by which people come in": _damage(
        {
            **feed(stops=_stops(*_PLAIN, _STATION, "e,Pintu,-5.13,119.41,2,s", "p,Peron,-5.13,119.41,,s")),
            "pathways.txt": f"{_PATHS}x,p,e,7,1\ny,e,p,1,1\n".encode(),
        },
        "bidirectional_exit_gate",
    ),
    "a pathway to the station itself": _damage(
        {
            **feed(stops=_stops(*_PLAIN, _STATION, "e,Pintu,-5.13,119.41,2,s", "p,Peron,-5.13,119.41,,s")),
            "pathways.txt": f"{_PATHS}x,s,e,1,1\ny,e,p,1,1\n".encode(),
        },
        "pathway_to_wrong_location_type",
    ),
    "in a folder": _damage({f"gtfs/{name}": body for name, body in feed().items()}, "invalid_input_files_in_subfolder"),
    "in another alphabet": _damage(
        {**feed(), "stops.txt": SOUND["stops.txt"].replace("Daya", "Dayå").encode("cp1252")}, "invalid_character"
    ),
    "a line break in a name": _damage(_changed("stops", "Daya", '"Da\nya"'), "new_line_in_value"),
}
HARMLESS: Mapping[str, Files] = {
    "a byte order mark": {name: b"\xef\xbb\xbf" + body for name, body in feed().items()},
    "lines of Windows": {name: body.replace(b"\n", b"\r\n") for name, body in feed().items()},
    "everything in quotes": {
        name: b"\n".join(
            b",".join(b'"' + cell + b'"' for cell in line.split(b",")) for line in body.strip().split(b"\n")
        )
        for name, body in feed().items()
    },
    "times past midnight": _changed("stop_times", "06:50:00,06:50:00", "26:50:00,26:50:00"),
    "columns and files of one's own": {
        **_changed("trips", "trip_id\nA,all,t", "trip_id,colour\nA,all,t,red"),
        "notes.txt": b"x\n",
    },
    "Flex, Fares v2 and GeoJSON": {
        **feed(),
        "booking_rules.txt": b"booking_rule_id,booking_type\nr,0\n",
        "fare_products.txt": b"fare_product_id,amount,currency\np,5000,IDR\n",
        "locations.geojson": b'{"type":"FeatureCollection","features":[]}',
    },
}
