"""What may be an action: a command that says all it takes, and a permission that some role gives."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from pinisi.city.text import Text
from pinisi.people.roles import COMMANDS, ROLES
from pinisi.runtime.action import Action


class Open(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    metres: float


class Loose(msgspec.Struct):
    metres: float


async def effect(_command: Any, _id: str) -> Sequence[Mapping[str, Any]]:
    return ()


def action(**other: Any) -> Action[Any]:
    given: dict[str, Any] = {"command": Open, "safety": lambda _c, _s: (), "targets": lambda _c: (), **other}
    return Action(name="gate", title=Text("Pintu air", "Gate", "水門"), effect=effect, **given)


def test_a_permission_that_no_role_gives_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'gates\.open' is not among commands\.give"):
        action(permission="gates.open")
    assert all(any(permission in given for given in ROLES.values()) for permission in COMMANDS)


def test_a_command_that_takes_any_field_is_refused() -> None:
    with pytest.raises(ValueError, match="has to be frozen, with forbid_unknown_fields"):
        action(command=Loose)


@pytest.mark.parametrize(
    ("rule", "low", "high"),
    [(True, True, True), (False, False, False), (lambda command: command.metres > 1, False, True)],
)
def test_a_second_person_is_demanded_always_never_or_by_what_the_command_says(rule: Any, low: bool, high: bool) -> None:
    made = action(two_persons=rule)
    assert (made.needs_second(Open(0.5)), made.needs_second(Open(2))) == (low, high)
