"""A warning made by the city: what goes out keeps the standard, and warns at least whom it is meant for."""

from xml.sax.saxutils import unescape

import msgspec
import pytest
import shapely
from cap_city import LATER, MAKASSAR, NOW, SENDER, WORDS, envelope, warned
from cap_files import message
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from shapely.geometry import shape

from pinisi.incidents.cap.compose import NotFit, Wording, compose, identifier_of
from pinisi.incidents.cap.drawing import MOST_POINTS, NoGround, area_of_geometry, area_of_places
from pinisi.incidents.cap.geometry import rings_of
from pinisi.incidents.cap.judge import judge
from pinisi.incidents.cap.model import Area, Pair
from pinisi.incidents.cap.reader import read_cap
from pinisi.incidents.cap.writer import write_cap, xml_text

SCHEMA = etree.XMLSchema(etree.fromstring(message("schema/cap12.xsd")))


def test_a_warning_for_a_kelurahan_is_worded_in_three_languages_and_keeps_the_standard() -> None:
    body = write_cap(compose(warned(), SENDER, envelope()))
    SCHEMA.assertValid(etree.fromstring(body))
    judgement = judge(body)
    assert judgement.valid and judgement.findings == () and judgement.alert is not None
    assert [info.language for info in judgement.alert.infos] == ["id", "en", "ja"]
    assert judgement.alert.infos[2].headline == "マンガラ地区で洪水"
    assert judgement.alert.infos[0].instruction == "Pindahkan kendaraan & barang; jangan lewati air, walau < 30 cm."


def test_times_are_written_in_the_zone_of_the_city() -> None:
    alert = compose(warned(), SENDER, envelope())
    assert (alert.sent, alert.infos[0].expires) == ("2026-02-16T23:50:00+08:00", "2026-02-17T05:00:00+08:00")
    utc = compose(warned(), msgspec.structs.replace(SENDER, zone="UTC"), envelope())
    assert utc.sent == "2026-02-16T15:50:00-00:00"


def test_the_area_has_the_official_codes_and_covers_the_kelurahan() -> None:
    alert = compose(warned(), SENDER, envelope())
    (area,) = alert.infos[0].areas
    (kelurahan,) = [each for each in MAKASSAR.areas if each.name == "Manggala" and each.level == "kelurahan"]
    assert area.description == "Manggala" and Pair("kemendagri", kelurahan.code) in area.geocodes
    assert covered(area).buffer(1e-6).covers(shapely.make_valid(shape(kelurahan.geojson)))


def covered(area: Area) -> shapely.Geometry:
    return shapely.union_all([shapely.Polygon(ring) for ring in rings_of([area])])


@pytest.mark.parametrize("level", ["kecamatan", "city"])
def test_ground_of_many_points_is_made_simple_and_only_grows(level: str) -> None:
    for each in [area for area in MAKASSAR.areas if area.level == level][:6]:
        area = area_of_places([each])
        assert sum(len(ring) for ring in area.polygons) <= MOST_POINTS
        whole = shapely.make_valid(shape(each.geojson))
        drawn = covered(area)
        assert drawn.buffer(2e-6).covers(whole)
        assert drawn.area < 1.15 * whole.area


BOX = {"type": "Polygon", "coordinates": [[[119.4, -5.2], [119.5, -5.2], [119.5, -5.1], [119.4, -5.1], [119.4, -5.2]]]}


def test_a_drawn_polygon_keeps_its_corners_and_loses_its_holes() -> None:
    hole = [[119.44, -5.16], [119.46, -5.16], [119.46, -5.14], [119.44, -5.16]]
    area = area_of_geometry("Pantai", {**BOX, "coordinates": [*BOX["coordinates"], hole]})
    assert len(area.polygons) == 1 and set(area.polygons[0]) >= {(119.4, -5.2), (119.5, -5.1)}
    text = write_cap(compose(msgspec.structs.replace(warned(), areas=(area,)), SENDER, envelope())).decode()
    assert "<polygon>-5.2,119.4 " in text or "-5.2,119.4" in text.partition("<polygon>")[2]


def test_the_place_of_an_incident_is_a_circle() -> None:
    area = area_of_geometry("Jl. Antang Raya", {"type": "Point", "coordinates": [119.48, -5.16]}, 0.5)
    text = write_cap(compose(msgspec.structs.replace(warned(), areas=(area,)), SENDER, envelope())).decode()
    assert "<circle>-5.16,119.48 0.5</circle>" in text


@pytest.mark.parametrize(
    "geojson",
    [
        {"type": "LineString", "coordinates": [[119.4, -5.2], [119.5, -5.2]]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[119.4, -5.2], [119.5, -5.2], [119.4, -5.2], [119.4, -5.2]]]},
        {"type": "Nonsense"},
        {"coordinates": [1, 2]},
        {},
    ],
)
def test_what_holds_no_ground_is_refused(geojson: dict[str, object]) -> None:
    with pytest.raises(NoGround):
        area_of_geometry("x", geojson)
    with pytest.raises(NoGround):
        area_of_places([])


def test_a_place_in_each_language_s_words_stands_in_its_block() -> None:
    words = {name: msgspec.structs.replace(each, place=f"Manggala {name}") for name, each in WORDS.items()}
    alert = compose(msgspec.structs.replace(warned(), words=words), SENDER, envelope())
    assert [info.areas[0].description for info in alert.infos] == ["Manggala id", "Manggala en", "Manggala ja"]


UNFIT = {
    "expires.before-sent": {"expires": NOW - 60_000_000, "onset": None},
    "language.same-words": {"words": {**WORDS, "ja": WORDS["id"]}},
    "description.none": {"words": {"id": Wording("Banjir", "Banjir", "")}},
    "text.markup": {"words": {"id": Wording("Banjir", "<b>Banjir</b>", "Air naik.")}},
    "web.relative": {"web": "/w/1"},
    "area.none": {"areas": ()},
}


@pytest.mark.parametrize("rule", UNFIT)
def test_what_is_not_fit_does_not_go_out_and_the_reason_is_said(rule: str) -> None:
    with pytest.raises(NotFit) as caught:
        compose(msgspec.structs.replace(warned(), **UNFIT[rule]), SENDER, envelope())
    assert rule in {each.rule for each in caught.value.findings}
    assert str(caught.value)


def test_an_update_and_a_cancel_name_what_they_are_about() -> None:
    first = compose(warned(), SENDER, envelope())
    update = compose(
        warned(), SENDER, envelope(identifier="id.makassar.2026.2", msg_type="Update", references=(first.as_reference,))
    )
    assert update.references[0].sent == first.sent
    with pytest.raises(NotFit, match="must name the messages"):
        compose(warned(), SENDER, envelope(msg_type="Cancel"))


def test_an_identifier_tells_the_sender_and_the_moment() -> None:
    assert identifier_of(SENDER, LATER, 7) == "warnings@makassar.example.org.20260216210000.7"


ANY_TEXT = st.text(max_size=60)


@settings(max_examples=60)
@given(event=ANY_TEXT, description=ANY_TEXT, note=ANY_TEXT)
def test_whatever_people_type_is_written_so_that_it_reads_as_the_same(event: str, description: str, note: str) -> None:
    """Characters that XML does not know become spaces; everything else comes back, without white space around it."""
    alert = read_cap(message("bmkg/bmkg_cap_banten.xml"))
    info = msgspec.structs.replace(alert.infos[0], event="x" + event, description=description)
    body = write_cap(msgspec.structs.replace(alert, infos=(info,), note=note))
    SCHEMA.assertValid(etree.fromstring(body))
    again = read_cap(body)
    told = (again.infos[0].event, again.infos[0].description, again.note)
    assert told == tuple(unescape(xml_text(text)).strip() for text in ("x" + event, description, note))
    assert again.infos[0].areas == info.areas
