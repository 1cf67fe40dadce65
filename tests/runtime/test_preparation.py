"""How far a city is made ready is told step by step, and never goes back."""

from pinisi.runtime.preparation import Preparation


def test_a_city_that_is_made_moves_through_all_its_steps_and_never_back() -> None:
    told = Preparation()
    shares = [told.share]
    list(told.counted(range(7)))
    assert (told.step, told.done, told.total) == ("reading", 7, None)
    told.begin("loading", 4)
    for _ in told.counted("abcd"):
        shares.append(told.share)
    told.begin("drawing")
    shares.append(told.share)
    told.begin("rows", 2)
    for done in range(3):
        told.done = done
        shares.append(told.share)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


def test_a_city_that_is_there_already_leaves_only_its_rows_to_be_brought() -> None:
    told = Preparation()
    told.begin("drawing")
    assert told.share == 0
    told.begin("rows", 10)
    told.done = 5
    assert told.share == 0.5


def test_more_than_was_thought_is_never_more_than_all() -> None:
    told = Preparation()
    told.begin("rows", 2)
    told.done = 5
    assert told.share == 1
