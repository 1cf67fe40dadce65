"""What an action is: a typed command whose effect lies outside the house: a signal plan, a dispatch, a siren.

A service declares it; the kernel keeps the order of things (`pinisi.runtime.actions`): rights, validation, safety
layer, second person where a rule says so, audit, effect, acknowledgement as entities.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from pinisi.city.entry import Fault
from pinisi.city.text import Text
from pinisi.people.roles import COMMANDS
from pinisi.runtime.computation import plain
from pinisi.runtime.job import check_shape
from pinisi.runtime.source import Method
from pinisi.vocabulary.instant import Instant

C = TypeVar("C", bound=msgspec.Struct)


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What the safety layer may look at: the tenant's time, and by id the entities that the command acts on, as known
    now, in normalized NGSI-LD with short names.
    """

    now: Instant
    targets: Mapping[str, Mapping[str, Any]]


class NotDone(Exception):
    """The effect has certainly not come about; the text says why. Any other exception leaves it uncertain."""

    def __init__(self, text: Text | str) -> None:
        super().__init__(text if isinstance(text, str) else text.en)
        self.text = plain(text) if isinstance(text, str) else text


Effect = Callable[[C, str], Awaitable[Sequence[Mapping[str, Any]]]]
"""Carries a command out, and answers what the other side says of it, as entities of the service's own types. The text
is the command's id: the same for one command, whatever happens, so that the other side can tell a repetition."""


def nothing_wrong(_command: Any) -> Sequence[Fault]:
    return ()


class Action(msgspec.Struct, Generic[C], frozen=True, kw_only=True):
    """A command that a service offers.

    `targets` are the ids of the entities it acts on: who gives it has to hold `permission` over each of them; where
    there are none, over everything of the service's types. `check` finds what the types of `command` cannot say.
    `safety` answers reasons against it, in words; none: it may go on. `check`, `targets` and `safety` are pure;
    `effect` alone reaches out, and has `seconds` for it.

    `two_persons`: whether it needs a second person; a city's `rules.toml` can demand one where this does not. The
    second has `wait_seconds` for it.
    """

    name: str
    title: Text
    command: type[C]
    effect: Effect[C]
    safety: Callable[[C, Situation], Sequence[Text]]
    targets: Callable[[C], Sequence[str]]
    permission: str = "commands.give"
    check: Callable[[C], Sequence[Fault]] = nothing_wrong
    two_persons: bool | Callable[[C], bool] = False
    wait_seconds: float = 900
    seconds: float = 30
    method: Method = "reported"

    def __post_init__(self) -> None:
        check_shape(self.command)
        if self.permission not in COMMANDS:
            raise ValueError(f"{self.name}: permission {self.permission!r} is not among {', '.join(sorted(COMMANDS))}")

    def needs_second(self, command: C) -> bool:
        return self.two_persons(command) if callable(self.two_persons) else self.two_persons
