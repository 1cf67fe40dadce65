"""What the shipped city holds: counted, traced to sources, the same each time."""

from collections import Counter
from typing import Any

from pinisi.city.context import terms
from pinisi.city.entities import city_entities
from pinisi.city.facts import types_of, value_of
from pinisi.city.profile import Profile, load_profile
from pinisi.vocabulary.instant import parse_instant

Entities = list[dict[str, Any]]
TEXT_OF_CARDS = {"title", "note", "files"}


def of(entities: Entities, type: str, **where: str) -> Entities:
    return [e for e in entities if type in types_of(e) and all(value_of(e, k) == v for k, v in where.items())]


def test_there_are_15_kecamatan_and_153_kelurahan_of_one_city(entities: Entities) -> None:
    levels = Counter(value_of(entity, "level") for entity in of(entities, "AdministrativeArea"))
    assert levels == {"city": 1, "kecamatan": 15, "kelurahan": 153}


def test_the_registers_hold_what_their_sources_count(entities: Entities) -> None:
    assert len(of(entities, "HealthFacility", kind="puskesmas")) == 37
    assert len(of(entities, "HealthFacility", kind="hospital")) == 4
    assert len(of(entities, "WasteBank")) == 167
    assert len(of(entities, "WasteBank", kind="central")) == 1
    assert len(of(entities, "WasteFacility", kind="tps3r")) == 2
    assert len(of(entities, "WasteFacility", kind="composting")) == 1
    assert len(of(entities, "Landfill")) == 1
    assert len(of(entities, "GreenSpace")) == 1811


def test_source_cards_count_the_rows_that_the_files_hold(makassar: Profile) -> None:
    rows = Counter({table.register.file: len(table.rows) for table in makassar.tables})
    claimed: Counter[str] = Counter()
    for source in makassar.sources:
        claimed.update({file.name: file.rows for file in source.files if file.name in rows})
    assert claimed == rows


def test_every_row_of_a_cited_figure_is_counted_by_the_card_that_it_names(makassar: Profile) -> None:
    named = Counter(
        (row["source"], table.register.file)
        for table in makassar.tables
        if table.register.source_column
        for row in table.rows
    )
    claimed = {(source.id, file.name): file.rows for source in makassar.sources for file in source.files}
    assert {key: claimed[key] for key in named} == named


def test_areas_come_first_then_sources_then_registers_then_indicators(entities: Entities) -> None:
    kinds = [types_of(entity)[0] for entity in entities]
    cards, indicators = kinds.count("DataSource"), kinds.count("Indicator")
    assert kinds[:169] == ["AdministrativeArea"] * 169
    assert set(kinds[169 : 169 + cards]) == {"DataSource"}
    assert not {"AdministrativeArea", "DataSource", "Indicator"} & set(kinds[169 + cards : -indicators])
    assert set(kinds[-indicators:]) == {"Indicator"}


def test_every_id_is_there_once_but_for_figures_of_several_times(entities: Entities) -> None:
    times = Counter(entity["id"].removeprefix("urn:ngsi-ld:CityFigure:makassar-") for entity in entities)
    assert {id: n for id, n in times.items() if n > 1} == {
        "atcs-junctions": 2,
        "care-cars": 2,
        "waste-bank-units": 2,
        "cctv-cameras": 3,
    }


def test_the_cited_figures_are_those_of_their_sources(makassar: Profile, entities: Entities) -> None:
    newest = {e["id"].rpartition("makassar-")[2]: e["figure"] for e in of(entities, "CityFigure") if "figure" in e}
    told = {name: (fact["value"], value_of(fact, "period")) for name, fact in newest.items()}
    assert told["atcs-junctions"] == (9, "2025-07")
    assert told["congested-segments"] == (237, "2025-02")
    assert told["road-segments"] == (1244, "2025-02")
    assert told["residents-near-bus"] == (8.6, "2025-02")
    assert told["care-cars"] == (94, "2024-07")
    assert told["war-room-operators"] == (53, "2023-03-09")
    cameras = [value_of(e, "figure") for e in of(entities, "CityFigure") if e["id"].endswith("cctv-cameras")]
    assert cameras == [69, 468, 2500]


def test_no_system_is_called_connected_that_sends_nothing(entities: Entities) -> None:
    states = Counter(value_of(entity, "state") for entity in of(entities, "CitySystem"))
    assert set(states) == {"absent", "by-hand", "planned"}
    assert sum(states.values()) == 22


def test_no_target_is_made_up(makassar: Profile, entities: Entities) -> None:
    indicators = of(entities, "Indicator")
    assert len(indicators) == len(makassar.indicators)
    assert [entity["id"] for entity in indicators if "target" in entity] == []


def test_loading_twice_gives_the_same(entities: Entities, makassar: Profile) -> None:
    assert list(city_entities(load_profile(makassar.folder))) == entities


def test_every_fact_has_source_time_period_and_method(entities: Entities) -> None:
    cards = {entity["id"] for entity in of(entities, "DataSource")}
    untraced = [
        (entity["id"], name)
        for entity in entities
        for name, attribute in entity.items()
        if isinstance(attribute, dict)
        and attribute["type"] in {"Property", "GeoProperty", "Relationship"}
        and not (
            attribute.get("provider", {}).get("object") in cards
            and attribute.get("method", {}).get("value") in {"reported", "modelled"}
            and attribute.get("period", {}).get("value")
            and parse_instant(attribute["observedAt"])
        )
    ]
    assert untraced == []


def test_every_name_stands_in_the_vocabulary(entities: Entities) -> None:
    known = set(terms()) | {"id", "type", "location", "title"}
    used = {name for entity in entities for name in entity} | {name for e in entities for name in types_of(e)}
    inner = {name for e in entities for a in e.values() if isinstance(a, dict) for name in a}
    members = {"type", "value", "object", "languageMap", "json", "observedAt", "unitCode"}
    assert used <= known
    assert inner <= known | members


def test_only_the_area_of_boundaries_is_modelled(entities: Entities) -> None:
    modelled = {
        (types_of(entity)[0], name)
        for entity in entities
        for name, attribute in entity.items()
        if isinstance(attribute, dict) and value_of(attribute, "method") == "modelled"
    }
    assert modelled == {("AdministrativeArea", "area")}


def test_a_figure_of_2022_was_true_at_the_end_of_2022_in_makassar(entities: Entities) -> None:
    received = of(entities, "Landfill")[0]["wasteReceived"]
    assert received["value"] == 274_912.3
    assert received["unitCode"] == "TNE"
    assert received["observedAt"] == "2022-12-31T16:00:00Z"
    assert value_of(received, "period") == "2022"


def test_nothing_was_observed_after_it_was_fetched(entities: Entities) -> None:
    fetched = parse_instant("2026-11-22T16:00:00Z")
    late = [e["id"] for e in entities for a in e.values() if isinstance(a, dict) and "observedAt" in a
            and parse_instant(a["observedAt"]) > fetched]  # fmt: skip
    assert late == []


def test_the_city_has_the_population_of_2025_and_only_the_city(entities: Entities) -> None:
    (city,) = [entity for entity in entities if "population" in entity]
    assert city["id"] == "urn:ngsi-ld:AdministrativeArea:id-73.71"
    men, women = value_of(city, "populationMale"), value_of(city, "populationFemale")
    assert (men, women, men + women) == (736_111, 746_243, value_of(city, "population"))


def test_every_kelurahan_has_both_codes_and_lies_in_a_kecamatan(entities: Entities) -> None:
    kelurahan = of(entities, "AdministrativeArea", level="kelurahan")
    assert len({value_of(entity, "bpsCode") for entity in kelurahan}) == 153
    parents = {entity["id"] for entity in of(entities, "AdministrativeArea", level="kecamatan")}
    assert {value_of(entity, "partOf") for entity in kelurahan} == parents


def test_the_kecamatan_cover_what_their_kelurahan_cover(entities: Entities) -> None:
    areas = of(entities, "AdministrativeArea")
    whole = value_of(next(e for e in areas if value_of(e, "level") == "city"), "area")
    for level in ("kecamatan", "kelurahan"):
        parts = sum(value_of(entity, "area") for entity in areas if value_of(entity, "level") == level)
        assert abs(parts - whole) < 0.002 * whole


def test_no_telephone_number_and_no_street_came_along(entities: Entities) -> None:
    allowed = {"addressCountry", "addressLocality", "district", "neighborhood"}
    addresses = [value_of(entity, "address") for entity in entities if "address" in entity]
    assert addresses and all(set(address) <= allowed for address in addresses)


def test_a_gap_in_the_register_stays_a_gap(entities: Entities) -> None:
    (site,) = [e for e in entities if e["id"] == "urn:ngsi-ld:WasteFacility:makassar-tps-3r-tanjung-lestari"]
    assert "wasteReceived" not in site


def test_every_layer_and_tile_finds_entities(makassar: Profile, entities: Entities) -> None:
    empty = [layer.id for layer in makassar.city.layers if not any(map(layer.holds, entities))]
    ids = {entity["id"] for entity in entities}
    lost = [each.id for each in makassar.indicators if each.entity is not None and each.entity not in ids]
    assert (empty, lost) == ([], [])


def test_a_column_with_a_unit_holds_figures_of_that_unit_only(makassar: Profile, entities: Entities) -> None:
    for layer in makassar.city.layers:
        for column in layer.columns:
            found = [e[column.key] for e in entities if layer.holds(e) and column.key in e]
            assert {attribute.get("unitCode") for attribute in found} == {column.unit}, (layer.id, column.key)
