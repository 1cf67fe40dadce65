"""History as answers (NGSI-LD 4.5.6 to 4.5.9, 4.5.19, 6.3.10), with the examples of the conformance suite."""

import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.payload import read_entity
from pinisi.context.pick import parse_pick
from pinisi.context.render import View
from pinisi.context.temporal_query import TemporalQuery, parse_temporal_query
from pinisi.context.temporal_render import (
    TemporalForm,
    content_range,
    instance_id,
    render_story,
    story_document,
)
from pinisi.context.term_table import CORE_TABLE
from pinisi.store.history import Hour, Moment, Story
from pinisi.vocabulary.entity import Instance
from pinisi.vocabulary.instant import HOUR, format_instant, parse_instant
from pinisi.vocabulary.terms import SCOPE

D = "https://uri.etsi.org/ngsi-ld/default-context/"
ID = "urn:ngsi-ld:Vehicle:1"
RECEIVED = parse_instant("2026-01-01T00:00:00Z")


def read(member: Any) -> list[Instance]:
    entity = read_entity({"id": ID, "type": "Vehicle", "a": member}, CORE_TABLE)
    return entity.attributes[D + "a"]


def moments(name: str, *members: Any) -> list[Moment]:
    found: list[Moment] = []
    for position, member in enumerate(members, 1):
        (instance,) = read(member)
        received = RECEIVED + position
        observed = received if instance.observed_at is None else parse_instant(instance.observed_at)
        found.append(
            Moment(attribute=D + name, dataset=instance.dataset_id, observed=observed, received=received,
                   position=position, principal="p", instance=instance)
        )  # fmt: skip
    return found


def at(value: Any, time: str, **more: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, "observedAt": f"2020-08-01T{time}Z", **more}


SPEED = moments("speed", at(120, "12:03:00"), at(80, "12:05:00"), at(100, "12:07:00"))
FUEL = moments("fuelLevel", at(67, "12:03:00"), at(53, "13:05:00"), at(40, "14:07:00"))
STORY = Story(ID, (D + "Vehicle",), [*SPEED, *FUEL])


def shown(
    story: Story = STORY, form: TemporalForm = "normalized", view: View | None = None, **parameters: Any
) -> dict[str, Any]:
    return json.loads(render_story(story, CORE_TABLE, parse_temporal_query(parameters), form, view))


def without_ids(document: dict[str, Any]) -> dict[str, Any]:
    return {
        name: [{key: value for key, value in one.items() if key != "instanceId"} for one in member]
        if isinstance(member, list)
        else member
        for name, member in document.items()
    }


def test_every_value_is_an_instance_in_the_order_of_time() -> None:
    late = Story(ID, (D + "Vehicle",), [*reversed(SPEED)])
    assert without_ids(shown(late)) == {
        "id": ID, "type": "Vehicle", "speed": [at(120, "12:03:00"), at(80, "12:05:00"), at(100, "12:07:00")],
    }  # fmt: skip


def test_one_value_is_still_a_list() -> None:
    assert without_ids(shown(Story(ID, (D + "Vehicle",), SPEED[:1])))["speed"] == [at(120, "12:03:00")]


def test_values_with_their_times() -> None:
    assert shown(form="temporalValues") == {
        "id": ID, "type": "Vehicle",
        "speed": {"type": "Property", "values": [
            [120, "2020-08-01T12:03:00Z"], [80, "2020-08-01T12:05:00Z"], [100, "2020-08-01T12:07:00Z"],
        ]},
        "fuelLevel": {"type": "Property", "values": [
            [67, "2020-08-01T12:03:00Z"], [53, "2020-08-01T13:05:00Z"], [40, "2020-08-01T14:07:00Z"],
        ]},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("member", "plural", "value"),
    [
        ({"type": "Point", "coordinates": [1, 2]}, "values", {"type": "Point", "coordinates": [1, 2]}),
        ({"object": "urn:x:1"}, "objects", "urn:x:1"),
        ({"languageMap": {"en": "x"}}, "languageMaps", {"languageMap": {"en": "x"}}),
        ({"vocab": "x"}, "vocabs", {"vocab": "x"}),
        ({"json": {"a": 1}}, "jsons", {"json": {"a": 1}}),
        ({"valueList": [1, 2]}, "valueLists", [1, 2]),
        ({"objectList": ["urn:x:1"]}, "objectLists", ["urn:x:1"]),
    ],
)
def test_values_of_every_kind_stand_under_its_plural(member: Any, plural: str, value: Any) -> None:
    document = shown(Story(ID, (D + "Vehicle",), moments("a", member)), "temporalValues")
    assert document["a"][plural] == [[value, format_instant(RECEIVED + 1)]]
    assert set(document["a"]) == {"type", plural}


def test_datasets_are_strands_of_their_own() -> None:
    story = Story(ID, (D + "Vehicle",), moments("a", at(1, "12:00:00"), at(2, "12:01:00", datasetId="urn:d:1")))
    assert shown(story, "temporalValues")["a"] == [
        {"type": "Property", "values": [[1, "2020-08-01T12:00:00Z"]]},
        {"type": "Property", "datasetId": "urn:d:1", "values": [[2, "2020-08-01T12:01:00Z"]]},
    ]
    only = shown(story, view=View(datasets=frozenset(("urn:d:1",))))
    assert [one["value"] for one in only["a"]] == [2]


def deleted(kind: Any) -> Story:
    (first,) = moments("a", kind)
    gone = Moment(attribute=D + "a", dataset=None, observed=RECEIVED + 9, received=RECEIVED + 9, position=9,
                  principal="p", instance=None)  # fmt: skip
    return Story(ID, (D + "Vehicle",), [first, gone])


@pytest.mark.parametrize(
    ("kind", "null", "pair"),
    [
        ({"value": 1}, {"type": "Property", "value": "urn:ngsi-ld:null"},
         {"type": "Property", "values": "urn:ngsi-ld:null"}),
        ({"object": "urn:x:1"}, {"type": "Relationship", "object": "urn:ngsi-ld:null"},
         {"type": "Relationship", "objects": "urn:ngsi-ld:null"}),
        ({"languageMap": {"en": "x"}}, {"type": "LanguageProperty", "languageMap": {"@none": "urn:ngsi-ld:null"}},
         {"type": "LanguageProperty", "languageMaps": {"languageMap": {"@none": "urn:ngsi-ld:null"}}}),
    ],
)  # fmt: skip
def test_a_deletion_shows_where_deletions_are_asked_for(kind: Any, null: Any, pair: dict[str, Any]) -> None:
    story = deleted(kind)
    time = format_instant(RECEIVED + 9)
    (instance,) = without_ids(shown(story, timeproperty="deletedAt"))["a"]
    assert instance == {**null, "deletedAt": time}
    *_, plural = pair
    assert shown(story, "temporalValues", timeproperty="deletedAt")["a"] == {
        "type": pair["type"], plural: [[pair[plural], time]],
    }  # fmt: skip
    assert len(shown(story)["a"]) == 1
    assert "deletedAt" not in shown(story)["a"][0]


def test_times_of_the_system_are_when_a_value_was_received() -> None:
    document = shown(view=View(sys_attrs=True))
    assert document["speed"][0]["createdAt"] == document["speed"][0]["modifiedAt"] == format_instant(RECEIVED + 1)
    assert shown(form="temporalValues", timeproperty="createdAt")["speed"]["values"][0] == [
        120, format_instant(RECEIVED + 1),
    ]  # fmt: skip


def test_an_instance_has_a_stable_name_of_its_own() -> None:
    names = [instance_id(moment) for moment in STORY.moments]
    assert len(set(names)) == 6
    assert names == [instance_id(moment) for moment in STORY.moments]
    corrected = msgspec.structs.replace(STORY.moments[0], position=99)
    assert instance_id(corrected) == names[0]


def test_pick_omit_attrs_and_language_choose_what_is_shown() -> None:
    assert list(shown(view=View(pick=parse_pick("id,speed", CORE_TABLE)))) == ["id", "speed"]
    assert list(shown(view=View(omit=parse_pick("speed", CORE_TABLE)))) == ["id", "type", "fuelLevel"]
    assert list(shown(view=View(attributes=frozenset((D + "speed",))))) == ["id", "type", "speed"]
    story = Story(ID, (D + "Vehicle",), moments("a", {"languageMap": {"en": "x", "fr": "y"}}))
    (one,) = without_ids(shown(story, view=View(languages=("fr",))))["a"]
    assert one == {"type": "Property", "value": "y", "lang": "fr"}


def test_scopes_and_times_of_the_entity() -> None:
    scopes = Moment(attribute=SCOPE, dataset=None, observed=RECEIVED, received=RECEIVED, position=1, principal="p",
                    instance=Instance("Property", ["/a"]))  # fmt: skip
    story = Story(ID, (D + "Vehicle",), [scopes], created_at=RECEIVED, modified_at=RECEIVED, scopes=["/a"])
    document = shown(story, view=View(sys_attrs=True))
    (scope,) = document.pop("scope")
    assert (scope["type"], scope["value"], scope["observedAt"]) == ("Property", ["/a"], scope["modifiedAt"])
    times = {"createdAt": "2026-01-01T00:00:00Z", "modifiedAt": "2026-01-01T00:00:00Z"}
    assert document == {"id": ID, "type": "Vehicle", **times}


def aggregated(story: Story = STORY, **parameters: Any) -> dict[str, Any]:
    return shown(story, "aggregatedValues", **parameters)


def test_averages_of_each_hour() -> None:
    hours = ["2020-08-01T12:03:00Z", "2020-08-01T13:03:00Z", "2020-08-01T14:03:00Z", "2020-08-01T15:03:00Z"]
    document = aggregated(aggrMethods="avg,max", aggrPeriodDuration="PT1H")
    assert document["speed"] == {"type": "Property", "avg": [[100.0, *hours[:2]]], "max": [[120.0, *hours[:2]]]}
    assert document["fuelLevel"]["avg"] == [[67.0, *hours[:2]], [53.0, *hours[1:3]], [40.0, *hours[2:4]]]


def test_extremes_of_a_day() -> None:
    day = ["2020-08-01T12:03:00Z", "2020-08-02T12:03:00Z"]
    document = aggregated(aggrMethods="min,max", aggrPeriodDuration="P1D")
    assert document["fuelLevel"] == {"type": "Property", "min": [[40.0, *day]], "max": [[67.0, *day]]}


def test_periods_begin_where_the_question_does() -> None:
    document = aggregated(
        timerel="after", timeAt="2020-08-01T12:00:00Z", aggrMethods="totalCount", aggrPeriodDuration="PT2H"
    )
    assert document["fuelLevel"]["totalCount"] == [
        [2, "2020-08-01T12:00:00Z", "2020-08-01T14:00:00Z"], [1, "2020-08-01T14:00:00Z", "2020-08-01T16:00:00Z"],
    ]  # fmt: skip


@pytest.mark.parametrize("parameters", [{}, {"aggrPeriodDuration": "PT0S"}])
def test_without_a_period_the_whole_time_is_one(parameters: dict[str, Any]) -> None:
    document = aggregated(aggrMethods="sum,sumsq,stddev,distinctCount", **parameters)
    span = ["2020-08-01T12:03:00Z", "2020-08-01T12:07:00Z"]
    assert document["speed"]["sum"] == [[300.0, *span]]
    assert document["speed"]["sumsq"] == [[30800.0, *span]]
    assert document["speed"]["distinctCount"] == [[3, *span]]
    assert document["speed"]["stddev"][0][0] == pytest.approx(math.sqrt(800 / 3))


def test_months_follow_the_calendar() -> None:
    story = Story(ID, (D + "V",), moments("a", at(1, "12:00:00"), {**at(2, ""), "observedAt": "2020-10-15T00:00:00Z"}))
    assert aggregated(story, aggrMethods="sum", aggrPeriodDuration="P1M")["a"]["sum"] == [
        [1.0, "2020-08-01T12:00:00Z", "2020-09-01T12:00:00Z"], [2.0, "2020-10-01T12:00:00Z", "2020-11-01T12:00:00Z"],
    ]  # fmt: skip


def test_what_cannot_be_summed_is_counted() -> None:
    story = Story(ID, (D + "V",), moments("a", "x", "b", "x", {"c": 1}, True, 1))
    document = aggregated(story, aggrMethods="totalCount,distinctCount,sum,min,max,avg")["a"]
    assert {name: rows[0][0] for name, rows in document.items() if name != "type"} == {
        "totalCount": 6, "distinctCount": 5, "sum": 2.0, "min": 1.0, "max": 1.0, "avg": 1.0,
    }  # fmt: skip
    texts = aggregated(Story(ID, (D + "V",), moments("a", "x", "b")), aggrMethods="min,max,avg")["a"]
    assert (texts["min"][0][0], texts["max"][0][0], texts["avg"]) == ("b", "x", [])


def test_hourly_statistics_stand_in_for_values_that_are_gone() -> None:
    hour = parse_instant("2020-08-01T10:00:00Z")
    old = Hour(attribute=D + "speed", dataset=None, hour=hour, n=2, total=30.0, squares=500.0, low=10.0, high=20.0)
    story = Story(ID, (D + "Vehicle",), SPEED, [old])
    document = aggregated(story, aggrMethods="totalCount,avg,min,stddev,distinctCount", aggrPeriodDuration="P1D")
    row = {name: rows[0][0] for name, rows in document["speed"].items() if name != "type" and rows}
    assert (row["totalCount"], row["avg"], row["min"]) == (5, 66.0, 10.0)
    assert row["stddev"] == pytest.approx(math.sqrt((30800 + 500) / 5 - 66**2))
    assert "distinctCount" not in row
    alone = aggregated(Story(ID, (D + "Vehicle",), [], [old]), aggrMethods="max")
    assert alone["speed"]["max"] == [[20.0, format_instant(hour), format_instant(hour + HOUR)]]


def test_long_periods_end_with_the_calendar() -> None:
    assert aggregated(aggrMethods="sum", aggrPeriodDuration="P9000Y")["speed"]["sum"]
    assert aggregated(aggrMethods="sum", aggrPeriodDuration="P3600000D")["speed"]["sum"]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.sampled_from(["PT1S", "PT7S", "P1M", "PT0S"]))
def test_every_value_falls_into_one_period(values: list[float], period: str) -> None:
    when = [format_instant(RECEIVED + n * 1_700_000) for n in range(len(values))]
    story = Story(
        ID, (D + "V",), moments("a", *({"value": v, "observedAt": t} for v, t in zip(values, when, strict=True)))
    )
    document = aggregated(story, aggrMethods="totalCount,sum", aggrPeriodDuration=period)["a"]
    assert sum(row[0] for row in document["totalCount"]) == len(values)
    assert math.fsum(row[0] for row in document["sum"]) == pytest.approx(math.fsum(values), abs=1e-6)
    assert all(start <= end for _, start, end in document["sum"])


def test_a_cut_answer_tells_its_range() -> None:
    assert content_range([STORY], TemporalQuery()) is None
    cut = Story(ID, (), STORY.moments, complete=False)
    first, last = "2020-08-01T12:03:00Z", "2020-08-01T14:07:00Z"
    since, until = "2020-08-01T00:00:00Z", "2020-08-02T00:00:00Z"
    assert content_range([cut], TemporalQuery()) == f"date-time {first}-{last}/*"
    assert content_range([STORY, cut], TemporalQuery(since=parse_instant(since))) == f"date-time {since}-{last}/*"
    assert content_range([cut], TemporalQuery(last=20)) == f"date-time {last}-{first}/20"
    assert content_range([cut], TemporalQuery(last=20, until=parse_instant(until))) == f"date-time {until}-{first}/20"
    assert content_range([Story(ID, (), [], complete=False)], TemporalQuery()) is None


def test_an_empty_history_is_an_entity_without_attributes() -> None:
    assert story_document(Story(ID, (D + "Vehicle",), []), CORE_TABLE, TemporalQuery()) == {"id": ID, "type": "Vehicle"}
