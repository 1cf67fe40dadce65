"""What was given is judged as a whole: every wrong field, each in the languages of the console."""

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from pinisi.city.entry import Unfit
from pinisi.people.errors import BadField
from pinisi.runtime.typed_input import read_input


class Survey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    days: Annotated[int, Meta(ge=1, le=30)]
    share: Annotated[float, Meta(gt=0, lt=1)] = 0.5
    name: Annotated[str, Meta(min_length=2, max_length=4)] = "kota"
    kind: Literal["wet", "dry"] = "dry"
    since: date | None = None
    at: datetime | None = None
    wells: Annotated[tuple[str, ...], Meta(min_length=1, max_length=2)] = ("w1",)
    quick: bool = False


def faults(**more: Any) -> dict[str, str]:
    with pytest.raises(Unfit) as told:
        read_input(json.dumps({"days": 3} | more).encode(), Survey)
    for fault in told.value.faults:
        assert fault.reason.id and fault.reason.ja and "{" not in fault.reason.ja
    return {fault.field: fault.reason.en for fault in told.value.faults}


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("days", 0, "at least 1"),
        ("days", 31, "at most 30"),
        ("days", "many", "must be a whole number"),
        ("days", 2.5, "must be a whole number"),
        ("days", None, "must be a whole number"),
        ("share", 0, "must be more than 0.0"),
        ("share", 1, "must be less than 1.0"),
        ("share", "half", "must be a number"),
        ("name", "k", "at least 2 characters"),
        ("name", "kotak", "at most 4 characters"),
        ("name", 7, "must be words"),
        ("kind", "frozen", "is none of the choices"),
        ("since", "tomorrow", "must be a date like 2026-11-22"),
        ("at", "noon", "must be a time like 2026-11-22T06:32:00Z"),
        ("wells", [], "at least 1 of them"),
        ("wells", ["a", "b", "c"], "at most 2 of them"),
        ("wells", "w1", "must be a list"),
        ("quick", "yes", "must be yes or no"),
        ("unheard", 1, "cannot be entered here"),
    ],
)
def test_a_field_says_why_it_does_not_fit(field: str, value: Any, reason: str) -> None:
    assert faults(**{field: value}) == {field: reason}


def test_every_field_that_is_wrong_is_told_at_once() -> None:
    assert faults(days=99, kind="x", wells=["a", 5]).keys() == {"days", "kind", "wells[1]"}
    with pytest.raises(Unfit, match="days: must be filled in"):
        read_input(b"{}", Survey)


NO_BODIES = [b"", b"{", b"[]", b"3", b'{"days": "x", ', b'{"days": 1e999}', b"[" * 100_000, b"\xff"]


@pytest.mark.parametrize("body", NO_BODIES)
def test_what_is_no_object_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises((BadField, Unfit), match=r"input|days"):
        read_input(body, Survey, "input")


def test_what_fits_is_taken() -> None:
    said = read_input(b'{"days": 2, "since": "2026-01-31", "wells": ["a"]}', Survey)
    assert (said.days, said.since, said.wells) == (2, date(2026, 1, 31), ("a",))
