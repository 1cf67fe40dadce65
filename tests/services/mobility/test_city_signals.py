"""How far the street kept to the plan, over what is known of both."""

from pinisi.services.mobility.atcs.live import GroupSpans, Span
from pinisi.services.mobility.signals_endpoint import as_planned


def spans(group: str, *given: tuple[str, float, float]) -> GroupSpans:
    return GroupSpans(group, tuple(Span(*each) for each in given))


def test_green_that_fell_into_the_green_of_the_plan_counts_as_planned() -> None:
    actual = [spans("north", ("green", -20, -10), ("red", -10, 0))]
    planned = [spans("north", ("green", -40, -15), ("red", -15, 0))]
    assert as_planned(actual, planned) == 75.0


def test_amber_is_not_green_and_dark_is_not_known() -> None:
    actual = [spans("north", ("dark", -30, -10), ("amber", -10, 0))]
    assert as_planned(actual, [spans("north", ("green", -30, -10), ("red", -10, 0))]) == 100.0


def test_of_a_junction_that_was_not_seen_yet_nothing_is_said() -> None:
    assert as_planned([], [spans("north", ("green", -9, 0))]) is None
    assert as_planned([spans("east", ("red", -9, 0))], [spans("north", ("green", -9, 0))]) is None
