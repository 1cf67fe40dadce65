"""Providers of NGSI v2 that stand at one address are asked together, and all of them within one time.

An IoT agent registers its devices one by one: a page of a thousand of them is a few questions to that agent, not a
thousand. Who does not answer is waited for once.
"""

import asyncio
from collections.abc import Sequence

import msgspec

from pinisi.console.federated import Warnings, all_of
from pinisi.console.federated_questions import Question, by_query
from pinisi.console.house import House
from pinisi.context.federation.answer import Answer
from pinisi.context.federation.merging import only
from pinisi.context.federation.sources import Asker
from pinisi.context.registration import Registration
from pinisi.context.render import View
from pinisi.vocabulary.entity import Entity

AT_ONCE = 100
"""Entities of one question."""
SIDE_BY_SIDE = 128
"""Questions under way: so many silent agents hold back no other."""


class Part(msgspec.Struct, frozen=True):
    """What is asked of one provider about entities of these ids."""

    question: Question
    ids: tuple[str, ...]

    @property
    def registration(self) -> Registration:
        return self.question.leg.registration


async def ask_together(
    house: House, asker: Asker, warnings: Warnings, parts: Sequence[Part], view: View
) -> list[list[Entity]]:
    """What providers know of entities, part by part, each within what it is registered for."""
    groups = _groups(parts)
    patience = max((house.sources.patience(asker, part.registration) for part in parts), default=0.0)
    until = asyncio.get_running_loop().time() + patience
    answers = await all_of([_ask(house, asker, group, view, until) for group in groups], SIDE_BY_SIDE)
    found: dict[int, list[Entity]] = {}
    for group, answer in zip(groups, answers, strict=True):
        warnings.hear(group[0].registration, answer)
        for part in group:
            inquiry, ids = part.question.inquiry, frozenset(part.ids)
            found.setdefault(id(part), []).extend(
                only(one, inquiry.allowed)
                for one in answer.entities or ()
                if one.id in ids and inquiry.covers(one.id, one.types)
            )
    return [found.get(id(part), []) for part in parts]


def _groups(parts: Sequence[Part]) -> list[list[Part]]:
    """Parts that one question can ask: of the same address, in the same service, for the same attributes."""
    alike: dict[tuple[object, ...], list[list[Part]]] = {}
    for part in parts:
        registration = part.registration
        key = (registration.endpoint, registration.provider, registration.timeout, part.question.inquiry.attributes)
        groups = alike.setdefault(key, [[]])
        if groups[-1] and sum(len(one.ids) for one in groups[-1]) + len(part.ids) > AT_ONCE:
            groups.append([])
        groups[-1].append(part)
    return [group for groups in alike.values() for group in groups]


async def _ask(house: House, asker: Asker, group: Sequence[Part], view: View, until: float) -> Answer:
    first = group[0]
    ids = tuple(dict.fromkeys(id for part in group for id in part.ids))
    known = tuple(info for part in group for info in part.registration.information)
    whole = msgspec.structs.replace(first.registration, information=known)
    tongue = house.sources.tongue(asker, whole)
    assert tongue is not None, "a provider of NGSI v2 wants no @context"
    inquiry = msgspec.structs.replace(first.question.inquiry, ids=ids, id_pattern=None)
    question = msgspec.structs.replace(first.question, inquiry=inquiry)
    errand = by_query(question, tongue, view, {}, len(ids), 0)
    return await house.sources.ask_once(asker, whole, [part.registration for part in group], errand, until)
