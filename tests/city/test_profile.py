"""A broken city folder is met with the file, the field and the reason."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pinisi.city.entities import city_entities
from pinisi.city.errors import CityError
from pinisi.city.profile import load_profile

ZERO = "[[faults]]\ncode = 'x'\nkind = 'zero'\ntype = 'Well'\ntext = { id = '', en = '', ja = '' }\n"
OWNER = "owner = { agency = 'x', source = 'survey', period = '2020' }"
TARGET = "target = { value = 1, year = 2030, source = 'rumour', period = 'then' }"
Change = Callable[[str, str, str], Path]


def broken(folder: Path) -> CityError:
    with pytest.raises(CityError) as raised:
        list(city_entities(load_profile(folder)))
    return raised.value


def test_the_small_city_loads(small: Path) -> None:
    entities = list(city_entities(load_profile(small)))
    kinds = [entity["id"].split(":")[2] for entity in entities]
    assert kinds == ["AdministrativeArea", "DataSource", "DataSource", "Well", "Well", "Indicator"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "is no folder" in str(broken(tmp_path / "nowhere"))


def test_a_file_that_is_not_there(small: Path) -> None:
    (small / "rules.toml").unlink()
    error = broken(small)
    assert error.file.endswith("rules.toml")
    assert error.reason == "the file is not there"


def test_a_file_that_is_no_toml(change: Change) -> None:
    error = broken(change("city.toml", 'id = "small"', "id = "))
    assert error.file.endswith("city.toml")
    assert "is not valid TOML" in error.reason
    assert "line 1" in error.reason


def test_a_file_that_is_no_text(small: Path) -> None:
    (small / "sources.toml").write_bytes(b"\xff\xfe")
    assert "cannot be read" in broken(small).reason


@pytest.mark.parametrize(
    ("file", "old", "new", "field", "reason"),
    [
        ("city.toml", 'name = "Small"\n', "", "name", "missing required field"),
        ("city.toml", 'country = "ID"', "country = 62", "country", "Expected `str`, got `int`"),
        ("city.toml", 'country = "ID"', 'county = "ID"', "county", "unknown field"),
        ("city.toml", 'id = "Ruang", en = "Room"', 'en = "Room"', "title.id", "missing required field"),
        ("city.toml", 'shape = "circle"', 'shape = "blob"', "layers[0].shape", "Invalid enum value 'blob'"),
        ("city.toml", "hue = 3", "hue = 10", "layers[0].hue", "10 is not 0 to 9"),
        ("city.toml", "Asia/Makassar", "Asia/Atlantis", "time_zone", "is no time zone"),
        ("city.toml", "Asia/Makassar", "../../etc/passwd", "time_zone", "is no time zone"),
        ("city.toml", "119.0, -6.0, 120.0", "121.0, -6.0, 120.0", "view.bounds", "west, south, east, north"),
        ("city.toml", "119.0, -6.0, 120.0", "nan, -6.0, 120.0", "view.bounds", "west, south, east, north"),
        ("city.toml", 'source = "survey"', 'source = "rumour"', "areas.source", "has no card in sources.toml"),
        ("city.toml", 'period = "2020"', 'period = "last year"', "areas.period", "is no period"),
        ("indicators.toml", 'kind = "count"', 'kind = "sum"', "indicators[0].attribute", "is needed for the kind"),
        ("city.toml", 'tiles = ["wells"]', 'tiles = ["lakes"]', "tiles[0]", "is not among the indicators"),
        ("city.toml", 'tiles = ["wells"]', 'tiles = ["wells", "wells"]', "tiles[1]", "occurs twice"),
        ("indicators.toml", 'kind = "count"', 'kind = "count"\n' + OWNER,
         "indicators[0].owner.agency", "not among the agencies"),
        ("indicators.toml", 'kind = "count"', 'kind = "count"\n' + TARGET,
         "indicators[0].target.source", "has no card"),
        ("indicators.toml", 'kind = "count"', 'kind = "count"\n' + TARGET.replace("rumour", "survey"),
         "indicators[0].target.period", "is no period"),
        ("rules.toml", "", ZERO, "faults[0].attribute", "is needed for the kind 'zero'"),
        ("sources.toml", "retrieved = 2021-02-03", 'retrieved = "then"', "sources[0].retrieved", "Invalid RFC3339"),
        ("registers.toml", 'source = "survey"', 'source = "rumour"', "registers[0].source", "has no card"),
        ("registers.toml", 'period = "2020"', 'period = "2020-13"', "registers[0].period", "does not exist"),
        ("registers.toml", 'kind = "number"', 'kind = "guess"', "registers[0].attributes[1].kind", "Invalid enum"),
        ("rules.toml", "", "[[faults]]\ncode = 1\n", "faults[0].code", "Expected `str`"),
        ("areas.geojson", '"type":"FeatureCollection"', '"type"', "", "is not valid JSON"),
        ("areas.geojson", '"features"', '"creatures"', "features", "is no GeoJSON feature collection"),
        ("areas.geojson", '"code":"99",', "", "features[0]", "missing required field `code`"),
        ("areas.geojson", '"level":"city"', '"level":"planet"', "features[0]", "Invalid enum value 'planet'"),
        ("areas.geojson", "119.0,-6.0", "119.0,-96.0", "features[0] (99).geometry", "lies off the Earth"),
        ("areas.geojson", "[120.0,-6.0],[120.0,-5.0]", "[120.0,-5.0],[120.0,-6.0]",
         "features[0] (99).geometry", "Self-intersection"),
        ("areas.geojson", '"Polygon"', '"Point"', "features[0] (99).geometry", "is no Polygon or MultiPolygon"),
        ("areas.geojson", '"level":"city"', '"level":"city","parent":"1"', "99", "is not among the areas"),
        ("registers/wells.csv", "119.5,-5.5", "119.5,-95.5", "row 3, lat", "latitude -95.5 is not on the Earth"),
        ("registers/wells.csv", "119.5,-5.5", "1119.5,-5.5", "row 3, lon", "latitude -5.5 is not on the Earth"),
        ("registers/wells.csv", "119.5,-5.5", "119.5,", "row 3, lat", "only one of longitude and latitude"),
        ("registers/wells.csv", "12.5", "deep", "row 2, depth", "'deep' is no number"),
        ("registers/wells.csv", "12.5", "inf", "row 2, depth", "'inf' is no number"),
        ("registers/wells.csv", "2019", "19", "row 2, year", "'19' is no year, month or day"),
        ("registers/wells.csv", "b,Second", "a,Second", "row 3", "urn:ngsi-ld:Well:a occurs twice"),
        ("registers/wells.csv", "b,Second,", "b,Second", "row 3", "has not 6 cells"),
        ("registers/wells.csv", "depth,year", "width,year", "depth", "is not in the table"),
        ("registers.toml", "Well:{code}", "Well:{key}", "row 2, id", "names the column key"),
        ("registers.toml", "wells.csv", "springs.csv", "", "the file is not there"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(change: Change, file: str, old: str, new: str, field: str, reason: str) -> None:
    error = broken(change(file, old, new))
    assert error.field == field
    assert reason in error.reason
    assert error.file in str(error)
    assert Path(error.file).name in {Path(file).name, "wells.csv", "springs.csv"}


TITLE = '{ id = "x", en = "x", ja = "PLACE" }'


@pytest.mark.parametrize("place", ["{water}", "{value", "{0}", "{value.x}"])
def test_a_text_asks_only_for_what_there_is(small: Path, place: str) -> None:
    rule = f"code = 'x'\nkind = 'zero'\ntype = 'Well'\nattribute = 'depth'\ntext = {TITLE.replace('PLACE', place)}\n"
    (small / "rules.toml").write_text("[[faults]]\n" + rule)
    assert broken(small).field == "faults[0].text"


def test_a_title_of_an_alarm_asks_only_for_what_there_is(small: Path) -> None:
    rule = "id = 'x'\ntype = 'Well'\nattribute = 'depth'\ncomparison = 'above'\nlimit = 1\nseverity = 'danger'\n"
    (small / "rules.toml").write_text(f"[[alarms]]\n{rule}title = {TITLE.replace('PLACE', '{depth}')}\n")
    assert broken(small).reason == "{depth} is not among limit, name, value"


def test_now_shows_seven_tiles_at_most(small: Path) -> None:
    text = (small / "city.toml").read_text()
    many = ", ".join(f'"wells{number}"' for number in range(8))
    (small / "city.toml").write_text(text.replace('tiles = ["wells"]', f"tiles = [{many}]"))
    assert broken(small).reason == "has 8 entries; Now shows 7 at most"


def test_a_city_needs_no_indicators(change: Change) -> None:
    folder = change("city.toml", 'tiles = ["wells"]\n', "")
    (folder / "indicators.toml").unlink()
    assert load_profile(folder).indicators == ()


def test_a_register_cannot_take_the_place_of_another(change: Change) -> None:
    folder = change("registers.toml", "urn:ngsi-ld:Well:{code}", "urn:ngsi-ld:AdministrativeArea:id-99")
    (folder / "registers" / "wells.csv").write_text("code,name,lon,lat,depth,year\na,First,119.4,-5.5,,\n")
    assert "is an entity of another register or an area" in broken(folder).reason


def test_a_register_that_extends_needs_the_entity(change: Change) -> None:
    folder = change("registers.toml", 'period = "2020"', 'period = "2020"\nextends = true')
    assert "extends no entity" in broken(folder).reason


def test_an_empty_cell_gives_no_attribute(small: Path) -> None:
    first, second = list(city_entities(load_profile(small)))[3:5]
    assert first["depth"]["value"] == 12.5
    assert first["depth"]["unitCode"] == "MTR"
    assert first["depth"]["observedAt"] == "2019-12-31T16:00:00Z"
    assert "depth" not in second


SERIES = """\
[[registers]]
id = "figures"
file = "registers/figures.csv"
entity = "urn:ngsi-ld:CityFigure:{slug}"
types = ["CityFigure"]
source = "survey"
source_column = "card"
period = "2020"
series = true
attributes = [
  { name = "name", column = "name", kind = "words", period_column = "period" },
  { name = "figure", column = "figure", kind = "number", period_column = "period" },
]
"""
FIGURES = "slug,name_id,name_en,name_ja,figure,period,card\na,x,y,z,1,2018,survey\na,x,y,z,2,2019,\n"


@pytest.fixture
def series(small: Path) -> Path:
    with (small / "registers.toml").open("a") as file:
        file.write(SERIES)
    (small / "registers" / "figures.csv").write_text(FIGURES)
    return small


def test_rows_of_a_series_are_one_entity_at_several_times(series: Path) -> None:
    made = [e for e in city_entities(load_profile(series)) if e["type"] == "CityFigure"]
    assert [(e["id"][-1], e["figure"]["value"], e["figure"]["observedAt"][:4]) for e in made] == [
        ("a", 1, "2018"),
        ("a", 2, "2019"),
    ]
    assert made[0]["name"]["languageMap"] == {"id": "x", "en": "y", "ja": "z"}


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ("1,2018", "1,2019", "row 3", "is not newer than the row before it"),
        ("x,y,z,1", "x,,z,1", "row 2, name_en", "is empty, though the text is there in another language"),
        ("2018,survey", "2018,rumour", "row 2, card", "'rumour' has no card in sources.toml"),
        ("name_en", "name_uk", "name_en", "is not in the table"),
    ],
)
def test_a_broken_series_is_named(series: Path, old: str, new: str, field: str, reason: str) -> None:
    path = series / "registers" / "figures.csv"
    path.write_text(path.read_text().replace(old, new))
    error = broken(series)
    assert (error.field, Path(error.file).name) == (field, "figures.csv")
    assert reason in error.reason
