"""What a reaction is: a pure function from declared inputs to updates, and what wakes it.

A service declares; the kernel fetches the inputs, calls the function, writes what it answers together with what it was
made of, and remembers which inputs it has answered. docs/how-to/add-a-service.md is the authors' page.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from pinisi.city.text import Text
from pinisi.runtime.known import Document, Inputs, Said
from pinisi.runtime.source import Method
from pinisi.vocabulary.instant import Instant

WHOLE_CITY = "*"
"""As `subject` of a wake: the reaction is about the city as a whole, and runs once for all changes."""


class Wake(msgspec.Struct, frozen=True, kw_only=True):
    """Changes that wake a reaction: of entities of `type`, of one of `attributes` (none named: of any).

    `subject` says whom the reaction is then about: the entity itself; the ones that its Relationship of that name
    points to; or `WHOLE_CITY`. With `on_change` False no change wakes it: it only says whom the clock's beats are for.
    `where`: only of entities that say this of these attributes, where the reaction is about the entity itself.
    """

    type: str
    attributes: tuple[str, ...] = ()
    subject: str | None = None
    on_change: bool = True
    where: Mapping[str, str] = {}


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """Values of the subject's attributes over the last hours before the moment; of more than `most` the newest."""

    attributes: tuple[str, ...]
    hours: float
    most: int = 5_000


class Others(msgspec.Struct, frozen=True, kw_only=True):
    """Entities of a type: those within `near` metres of the subject, those whose Relationship `linked` names it, or,
    with neither, all of them: of more than `most` those that came first, with `newest` those that came last.
    `where`: only those that say this of these attributes (where neither `near` nor `linked` is given).
    """

    type: str
    near: float | None = None
    linked: str | None = None
    most: int = 1_000
    newest: bool = False
    where: Mapping[str, str] = {}


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """The entity that the subject's Relationship points to."""

    attribute: str


Input = Past | Others | Named


class Writes(msgspec.Struct, frozen=True, kw_only=True):
    """What a reaction may write: attributes of a type (none named: all of them)."""

    type: str
    attributes: tuple[str, ...] = ()


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer says of a later value, so that it can be judged: `backtest` compares it with what came.

    `interval` is the range in which the value should lie with the probability that the reaction promises.
    """

    entity: str
    attribute: str
    at: Instant
    value: float
    interval: tuple[float, float] | None = None


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """How a reaction that says something of the future is judged.

    Args:
        claims: what one of its answers says.
        came: from the values of an attribute (in the order of coming) those that count, by moment.
        step: seconds within which a value is of the moment that was claimed.
        promised: the share of values that the intervals promise to hold.
    """

    claims: Callable[[Document], Sequence[Claim]]
    came: Callable[[str, Sequence[Said]], Mapping[Instant, float]]
    step: float = 3_600.0
    promised: float = 0.9


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """A pure function with all that the kernel must know to run it.

    Args:
        rule: what it does, in the words of those who ask "why this number?".
        inputs: what it needs beside the subject itself.
        version: a new one looks at everything anew.
        every: seconds of the tenant's clock; it runs for each of its subjects at each beat, changes or not.
        settle: seconds for which a subject must be quiet before it runs (so that ten values of one message make one
            run), at most ten times as long.
        rest: seconds between two runs of one subject.
        limit: seconds that one run may take.
        judgement: of one that says something of later values: how `pinisi backtest` compares it with what came.
    """

    name: str
    title: Text
    rule: Text
    react: Callable[[Inputs], Sequence[Document]]
    wakes: tuple[Wake, ...]
    writes: tuple[Writes, ...]
    inputs: tuple[Input, ...] = ()
    method: Method = "modelled"
    version: int = 1
    every: float | None = None
    settle: float = 0.0
    rest: float = 0.0
    limit: float = 2.0
    judgement: Judgement | None = None


class BadReaction(ValueError):
    """A reaction that cannot be run as it is declared; says why."""


def check_reactions(service: str, types: Sequence[str], reactions: Sequence[Reaction]) -> None:
    """Refuse what could not work: names twice, types that the service does not write, circles.

    Raises:
        BadReaction: naming the reaction and the reason.
    """
    names = [reaction.name for reaction in reactions]
    for name in names:
        if names.count(name) > 1:
            raise BadReaction(f"{service}.{name}: the name stands twice")
    for reaction in reactions:
        if not reaction.wakes:
            raise BadReaction(f"{service}.{reaction.name}: nothing wakes it, and nothing says whom it is about")
        if not reaction.every and not all(wake.on_change for wake in reaction.wakes):
            raise BadReaction(f"{service}.{reaction.name}: no change wakes it, and it has no clock (`every`)")
        for writes in reaction.writes:
            if writes.type not in types:
                raise BadReaction(
                    f"{service}.{reaction.name}: writes {writes.type}, which the service does not declare"
                )
    for reaction in reactions:
        way = _circle(reaction, reactions, (reaction.name,))
        if way is not None:
            raise BadReaction(f"{service}: these reactions would wake each other for ever: {' -> '.join(way)}")


def judged_reaction(service: str, reactions: Sequence[Reaction], name: str | None = None) -> Reaction:
    """The reaction of that name; without a name the only one that says something of later values.

    Raises:
        LookupError: there is none, or more than one.
    """
    judged = [each for each in reactions if each.judgement]
    found = [each for each in reactions if each.name == name] if name else judged
    if len(found) != 1:
        known = ", ".join(each.name for each in judged) or "none says anything of later values"
        raise LookupError(f"{service} has no reaction {name}" if name else f"{service}: name a reaction ({known})")
    return found[0]


def _circle(reaction: Reaction, all: Sequence[Reaction], way: tuple[str, ...]) -> tuple[str, ...] | None:
    """The way back to the first of `way`, if what it writes leads there. Itself alone is no circle: it is not woken
    by what it writes.
    """
    for other in all:
        if other is reaction or not _wakes(reaction, other):
            continue
        if other.name == way[0]:
            return (*way, other.name)
        if other.name not in way and (found := _circle(other, all, (*way, other.name))) is not None:
            return found
    return None


def _wakes(one: Reaction, other: Reaction) -> bool:
    return any(_touches(writes, wake) for writes in one.writes for wake in other.wakes)


def _touches(writes: Writes, wake: Wake) -> bool:
    if writes.type != wake.type or not wake.on_change:
        return False
    return not writes.attributes or not wake.attributes or not set(writes.attributes).isdisjoint(wake.attributes)
