"""How likely each length of a queue that nobody sees is, and what its first vehicle wants."""

from collections.abc import Sequence

import msgspec


class Leaves(msgspec.Struct, frozen=True, gc=False):
    """How likely the first of a queue goes within a second: one who goes on, one who turns across others."""

    on: float
    across: float

    def __bool__(self) -> bool:
        return self.on > 0 or self.across > 0


NOBODY_LEAVES = Leaves(0.0, 0.0)


class HiddenQueue(msgspec.Struct, frozen=True):
    """Likelihoods: nobody; so many (place 0: one) of whom the first goes on; so many of whom the first turns across."""

    nobody: float
    on: list[float]
    across: list[float]

    def whole(self) -> float:
        return self.nobody + sum(self.on) + sum(self.across)

    def mean(self) -> float:
        return sum((place + 1) * (a + b) for place, (a, b) in enumerate(zip(self.on, self.across, strict=True)))

    def leaving(self, leaves: Leaves) -> float:
        """Vehicles that go in a second."""
        return sum(self.on) * leaves.on + sum(self.across) * leaves.across

    def mixed(self, part: float, other: "HiddenQueue", other_part: float) -> "HiddenQueue":
        return HiddenQueue(
            part * self.nobody + other_part * other.nobody,
            [part * a + other_part * b for a, b in zip(self.on, other.on, strict=True)],
            [part * a + other_part * b for a, b in zip(self.across, other.across, strict=True)],
        )

    def grown(self, chance: float, across: float) -> "HiddenQueue":
        """One more arrives, with a chance; `across`: the share of those who turn across others."""
        first = self.nobody * chance
        return HiddenQueue(
            self.nobody * (1 - chance),
            _one_more(self.on, chance, first * (1 - across)),
            _one_more(self.across, chance, first * across),
        )

    def served(self, leaves: Leaves, ratio: float, across: float, flow: float) -> "HiddenQueue":
        """One may leave, also one who has just come and finds nobody before him.

        `ratio`: how much likelier what was seen at the exits is if one has left than if nobody has.
        """
        if not leaves:
            return self
        left = [ratio * (a * leaves.on + b * leaves.across) for a, b in zip(self.on, self.across, strict=True)]
        through = flow * (1 - across) if leaves.on else 0.0
        behind = [*left[1:], 0.0]
        return HiddenQueue(
            self.nobody * (1 - through + through * ratio) + left[0],
            [a * (1 - leaves.on) + b * (1 - across) for a, b in zip(self.on, behind, strict=True)],
            [a * (1 - leaves.across) + b * across for a, b in zip(self.across, behind, strict=True)],
        )


def empty(most: int, likely: float) -> HiddenQueue:
    return HiddenQueue(likely, [0.0] * most, [0.0] * most)


def together(queues: Sequence[HiddenQueue]) -> HiddenQueue:
    return HiddenQueue(
        sum(each.nobody for each in queues),
        [sum(place) for place in zip(*(each.on for each in queues), strict=True)],
        [sum(place) for place in zip(*(each.across for each in queues), strict=True)],
    )


def _one_more(queue: list[float], chance: float, first: float) -> list[float]:
    after = [here * (1 - chance) + before * chance for here, before in zip(queue, [0.0, *queue[:-1]], strict=True)]
    after[0] += first
    after[-1] += queue[-1] * chance
    return after
