"""Which part of a request goes where (NGSI-LD 4.3.6.2, 4.3.6.3, 5.6.1.4)."""

from typing import Any

from pinisi.context.federation.plan import inquiries, plan_whole, plan_write
from pinisi.context.registration import EntityInfo, Information, Mode, Registration
from pinisi.context.registration_matching import Match, Wanted, parts_of
from pinisi.store.query import AnyOf, TypeIs
from pinisi.vocabulary.entity import Entity

BUS = EntityInfo(types=frozenset({"Bus"}))
ALL = frozenset({"createEntity", "deleteEntity", "queryEntity"})


def source(name: str, mode: Mode, attributes: set[str] | None = None, **more: Any) -> Registration:
    names = None if attributes is None else frozenset(attributes)
    information = (Information(entities=more.pop("entities", (BUS,)), properties=names),)
    return Registration(
        id=name, owner="me", endpoint="http://x", face=Entity(name, ["R"]), information=information,
        operations=more.pop("operations", ALL), mode=mode,
    )  # fmt: skip


def matches(*sources: Registration, **wanted: Any) -> list[Match]:
    narrowed: dict[str, Any] = {"types": TypeIs("Bus"), **wanted}
    asked = Wanted(**narrowed)
    return [Match(one, parts) for one in sources if (parts := parts_of(one, asked))]


NAMES = frozenset({"speed", "colour", "name"})


def test_exclusive_goes_before_redirect_and_redirect_before_inclusive() -> None:
    plan = plan_write(
        matches(
            source("in", "inclusive"),
            source("re", "redirect", {"colour", "speed"}),
            source("ex", "exclusive", {"speed"}),
        ),
        NAMES, ["createEntity"],
    )  # fmt: skip
    assert {leg.registration.id: set(leg.attributes) for leg in plan.legs} == {
        "ex": {"speed"},
        "re": {"colour"},
        "in": {"name"},
    }
    assert plan.kept == {"name"}


def test_overlapping_redirects_all_get_their_part() -> None:
    plan = plan_write(matches(source("a", "redirect"), source("b", "redirect", {"speed"})), NAMES, ["createEntity"])
    assert {leg.registration.id: set(leg.attributes) for leg in plan.legs} == {"a": set(NAMES), "b": {"speed"}}
    assert plan.kept == frozenset()


def test_a_whole_redirect_leaves_nothing_here_not_even_a_bare_entity() -> None:
    assert plan_write(matches(source("a", "redirect")), frozenset(), ["createEntity"]).kept == frozenset()


def test_a_proxy_that_does_not_serve_is_a_leg_and_an_inclusive_one_is_none() -> None:
    plan = plan_write(
        matches(
            source("re", "redirect", {"speed"}, operations=frozenset()),
            source("in", "inclusive", operations=frozenset()),
        ),
        NAMES, ["createEntity"],
    )  # fmt: skip
    assert [(leg.registration.id, leg.served) for leg in plan.legs] == [("re", False)]
    assert plan.kept == {"colour", "name"}


def test_without_sources_all_is_written_here() -> None:
    assert plan_write([], NAMES, ["createEntity"]).kept is None


def test_a_deletion_goes_to_every_source_and_is_done_here() -> None:
    plan = plan_whole(matches(source("in", "inclusive"), source("ex", "exclusive", {"speed"})), ["deleteEntity"])
    assert [leg.registration.id for leg in plan.legs] == ["in", "ex"]
    assert plan.kept is None


def test_a_question_is_narrowed_to_the_registered_types_and_ids() -> None:
    registered = source("in", "inclusive", {"speed"}, entities=(EntityInfo(types=frozenset({"Bus"}), id="urn:1"),))
    types, ids = AnyOf((TypeIs("Bus"), TypeIs("Car"))), ("urn:1", "urn:2")
    [match] = matches(registered, types=types, ids=ids)
    [inquiry] = inquiries(match.parts[0], ids, None, types, None, frozenset({"speed"}))
    assert (inquiry.ids, inquiry.types, inquiry.allowed) == (("urn:1",), TypeIs("Bus"), {"speed"})
    assert inquiry.covers("urn:1", ["Bus"])
    assert not inquiry.covers("urn:2", ["Bus"])
    assert not inquiry.covers("urn:1", ["Car"])


def test_each_registered_pattern_is_a_question_of_its_own() -> None:
    infos = tuple(EntityInfo(types=frozenset({"Bus"}), id_pattern=pattern) for pattern in ("^urn:a", "^urn:b"))
    [match] = matches(source("in", "inclusive", entities=infos))
    asked = inquiries(match.parts[0], None, None, TypeIs("Bus"), None, None)
    assert [one.id_pattern for one in asked] == ["^urn:a", "^urn:b"]
