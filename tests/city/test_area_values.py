"""Figures of areas: nothing counted twice, what is not known is not 0, and classes that say what is in them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.city.area_classes import MOST_CLASSES, class_of, classes_of
from pinisi.city.area_values import AreaFigure, Sample, divided, tally

CODES = ["a", "b", "c"]
FIGURES = st.lists(st.floats(-1e6, 1e6) | st.integers(0, 20).map(float), max_size=120)


def test_a_thing_is_counted_in_the_area_of_the_level_that_it_lies_in() -> None:
    found = tally([Sample(("a", "x")), Sample(("x", "a")), Sample(("b",)), Sample(("x",)), Sample(())], CODES, "count")
    assert {code: figure.value for code, figure in found.areas.items()} == {"a": 2, "b": 1, "c": 0}
    assert (found.n, found.missing, found.elsewhere) == (3, 0, 2)


def test_a_sum_or_mean_of_no_figures_is_not_known_and_missing_ones_are_counted() -> None:
    samples = [Sample(("a",), 2), Sample(("a",), 4), Sample(("a",), None), Sample(("b",), None)]
    assert tally(samples, CODES, "sum").areas == {
        "a": AreaFigure(6, 2, 1),
        "b": AreaFigure(None, 0, 1),
        "c": AreaFigure(None, 0, 0),
    }
    assert tally(samples, CODES, "mean").areas["a"].value == 3


def test_a_figure_is_divided_by_the_size_of_its_own_area_alone() -> None:
    figures = {"a": AreaFigure(6, 2), "b": AreaFigure(6, 2), "c": AreaFigure(6, 2), "d": AreaFigure(None)}
    shared = divided(figures, {"a": 3.0, "b": 0.0, "d": 2.0})
    assert [figure.value for figure in shared.values()] == [2, None, None, None]


def test_few_different_figures_have_a_class_each() -> None:
    assert [(each.least, each.most, each.n) for each in classes_of([0, 0, 0, 1, 7])] == [
        (0, 0, 3),
        (1, 1, 1),
        (7, 7, 1),
    ]
    assert classes_of([]) == ()


def test_quantiles_part_a_hundred_figures_into_fifths() -> None:
    assert [each.n for each in classes_of(range(100))] == [20] * 5


def test_natural_breaks_find_the_gaps() -> None:
    groups = [[1, 1.1, 1.2], [5, 5.1], [9, 9.1, 9.3], [20, 20.5], [90, 91]]
    found = classes_of(list(itertools.chain.from_iterable(groups)), "natural")
    assert [(each.least, each.most) for each in found] == [(group[0], group[-1]) for group in groups]


def test_natural_breaks_of_very_many_figures_are_found_all_the_same() -> None:
    figures = [base + step / 1000 for base in (0, 10, 20, 30, 40) for step in range(1000)]
    assert [each.n for each in classes_of(figures, "natural")] == [1000] * 5


@pytest.mark.parametrize("method", ["quantile", "natural"])
@given(figures=FIGURES)
def test_every_figure_is_in_exactly_the_class_whose_limits_hold_it(method: str, figures: list[float]) -> None:
    classes = classes_of(figures, method)  # type: ignore[arg-type]
    assert len(classes) <= MOST_CLASSES
    assert sum(each.n for each in classes) == len(figures)
    assert all(low.most < high.least for low, high in itertools.pairwise(classes))
    for figure in figures:
        each = classes[class_of(figure, classes)]
        assert each.least <= figure <= each.most
