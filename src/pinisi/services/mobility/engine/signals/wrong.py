"""What is wrong with a junction, told by field and reason."""

from collections.abc import Iterable

import msgspec


class Wrong(msgspec.Struct, frozen=True):
    """`field` as a path into the junction: `plans[0].cycle`."""

    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


class WrongJunction(ValueError):
    """A junction that no signal may be given by; `wrong` has every field and its reason."""

    def __init__(self, wrong: Iterable[Wrong]) -> None:
        self.wrong = tuple(wrong)
        super().__init__("; ".join(map(str, self.wrong)))
