"""A register says to whom roads belong: by key, number or name; what nobody says stays unknown."""

from typing import Any

import pytest
from pinisi_table import pinisi_table

from pinisi.runtime.known import Inputs, Known, known_from
from pinisi.runtime.source import Message, Reading, Unreadable
from pinisi.services.mobility.road_closure_reactions import react_closure
from pinisi.services.mobility.road_owners.owner_reaction import react_owners
from pinisi.services.mobility.road_owners.owner_sheet import read
from pinisi.vocabulary.instant import parse_instant

TABLE = pinisi_table()
NOW = parse_instant("2026-11-26T05:00:00Z")
REGISTER = """\
Nama Ruas,No. Ruas,Status Jalan,SK
Jl. Jenderal Sudirman,,Provinsi,SK Gubernur 1/2020
Perintis Kemerdekaan,026,Nasional,
Jalan Veteran,,Kota,
,,Kota,
Jl. Landak,,Swasta,
Jalan Veteran,,Nasional,
"""


def sent(text: str) -> Reading:
    return read(Message(body=text.encode(), origin="roads.csv", received=NOW))


def known(type: str, id: str, **said: Any) -> Known:
    plain = {
        name: each if isinstance(each, dict) else {"type": "Property", "value": each} for name, each in said.items()
    }
    return known_from({"id": f"urn:ngsi-ld:{type}:{id}", "type": type, **plain}, TABLE)


def rows(text: str = REGISTER) -> list[Known]:
    return [known_from(dict(each), TABLE) for each in sent(text).entities]


def road(id: str, **said: Any) -> Known:
    return known("RoadSegment", id, **said)


def owners(roads: list[Known], register: list[Known], before: tuple[Known, ...] = ()) -> dict[str, Any]:
    others = {"RoadSegment": roads, "RoadOwnership": register, "CityRoadOwners": before}
    documents = react_owners(Inputs(NOW, others=others))
    return {each["id"].rpartition(":")[2]: each for each in documents}


def test_a_register_is_read_in_the_words_of_the_city_and_each_bad_row_says_why() -> None:
    reading = sent(REGISTER)
    assert [each["roadOwner"]["value"] for each in reading.entities] == ["province", "nation", "city"]
    assert reading.entities[0]["legalBasis"]["value"] == "SK Gubernur 1/2020"
    assert [(each.row, each.reason.en) for each in reading.rejects] == [
        ("5", "This row names no road: a name, a number or a key."),
        ("6", 'The status "Swasta" is not known: city, province or nation.'),
        ("7", "This road stands in the register already, with another status."),
    ]


@pytest.mark.parametrize("text", ["nama,panjang\nJl. Veteran,3\n", "status\nKota\n", ""])
def test_a_table_that_names_no_road_or_no_owner_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        sent(text)


def test_roads_are_found_by_name_without_jalan_and_by_one_of_their_numbers() -> None:
    found = owners(
        [
            road("osm-1", name="Jalan Jenderal Sudirman"),
            road("osm-2", name="Jl Perintis", ref="AH2;026"),
            road("osm-3", name="JALAN VETERAN"),
            road("osm-4", name="Jalan Landak"),
        ],
        rows(),
    )
    assert {id: each["roadOwner"]["value"] for id, each in found.items() if id != "city"} == {
        "osm-1": "province",
        "osm-2": "nation",
        "osm-3": "city",
    }
    assert found["city"]["rowsWithoutRoad"]["json"] == []


def test_the_key_of_a_road_counts_before_its_name_and_contradiction_leaves_it_unknown() -> None:
    register = rows("way,name,owner\nosm-7,,nation\n8,,city\n,Jalan Veteran,province\n")
    register += rows("ref,owner\n12,city\n") + rows("ref,owner\n13,nation\n")
    found = owners(
        [
            road("osm-7", name="Jalan Veteran"),
            road("osm-8"),
            road("osm-9", name="Jalan Veteran"),
            road("osm-10", ref="12;13"),
        ],
        register,
    )
    assert {id: each["roadOwner"]["value"] for id, each in found.items() if id != "city"} == {
        "osm-7": "nation",
        "osm-8": "city",
        "osm-9": "province",
    }


def test_the_city_is_told_how_much_of_each_and_rows_without_a_road() -> None:
    line = {"type": "GeoProperty", "value": {"type": "LineString", "coordinates": [[119.4, -5.1], [119.4, -5.11]]}}
    found = owners([road("osm-1", name="Jalan Veteran", length=2_500), road("osm-2", location=line)], rows())["city"]
    lengths = {each: found[f"roadLength{each}"]["value"] for each in ("City", "Province", "Nation", "Unknown")}
    assert lengths == {"City": 2.5, "Province": 0.0, "Nation": 0.0, "Unknown": pytest.approx(1.11, abs=0.01)}
    assert found["roadLengthCity"]["unitCode"] == "KMT"
    assert [each["id"].rpartition(":")[2] for each in found["rowsWithoutRoad"]["json"]] == [
        "name-jl-jenderal-sudirman",
        "ref-026",
    ]


def test_a_road_whose_row_is_gone_is_unknown_again_and_a_city_without_register_is_told_nothing() -> None:
    veteran = road("osm-1", name="Jalan Veteran", roadOwner="city")
    assert owners([veteran], rows())["osm-1"]["roadOwner"]["observedAt"] == "2026-11-26T05:00:00Z"
    gone = owners([veteran], [], (known("CityRoadOwners", "city"),))
    assert gone["osm-1"]["roadOwner"]["value"] == "unknown"
    assert not owners([veteran], [])


def test_a_closure_says_to_whom_its_road_belongs() -> None:
    ref = {"type": "Relationship", "object": "urn:ngsi-ld:RoadSegment:osm-1"}
    closure = known("RoadClosure", "tree", refRoadSegment=ref, closureState="closed")
    veteran = road("osm-1", name="Jalan Veteran", roadOwner="nation")
    (document,) = react_closure(Inputs(NOW, closure, named={"refRoadSegment": veteran}))
    assert document["roadOwner"]["value"] == "nation"
