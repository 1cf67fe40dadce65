"""The entity maps that sources use for one request (NGSI-LD 5.5.14, 5.7.1.4, 5.7.2.4): gone on with, or made for it.

A map here refers to one map of each source (`linkedMaps`). A source of which several questions are asked would make
several, and is asked for none.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pinisi.console.federated_questions import Question
from pinisi.console.house import House
from pinisi.context.entity_map import MapFace, linked_map, map_referred_to
from pinisi.context.federation.answer import Answer
from pinisi.context.federation.sources import Asker, Errand
from pinisi.context.registration import Registration
from pinisi.vocabulary.instant import SECOND, Instant

_DECLINED = frozenset({400, 422, 501})
UNABLE = _DECLINED | {404, 405, 406, 415}
"""Answers of a source that makes no maps after all: `federationOps` promises them for every registration that names no
operations (4.20), also of sources that never heard of maps."""


class MapsThere:
    """Registration -> the id of the map at its source (`linked`), as answers tell it."""

    def __init__(
        self, linked: Mapping[str, str] | None = None, makers: Iterable[str] = (), lifetime: Instant = 0
    ) -> None:
        """
        Args:
            linked: the maps to go on with.
            makers: registrations whose sources are asked to make one.
            lifetime: of those, in microseconds.
        """
        self.linked = dict(linked or {})
        self._makers = frozenset(makers)
        self._lifetime = lifetime

    def on(self, registration: str, errand: Errand) -> Errand:
        """The request, with the map that the source shall go on with, or the wish that it makes one."""
        if registration in self.linked:
            return msgspec.structs.replace(errand, entity_map=self.linked[registration])
        if registration not in self._makers:
            return errand
        lifetime = f"PT{max(1, self._lifetime // SECOND)}S"
        if errand.document is not None:
            document = {**errand.document, "entityMap": True, "entityMapLifetime": lifetime}
            return msgspec.structs.replace(errand, document=document)
        query = {**errand.query, "entityMap": "true", "entityMapLifetime": lifetime}
        return msgspec.structs.replace(errand, query=query)

    def declined(self, registration: str, answer: Answer) -> bool:
        """Whether a source that was asked to make a map seems not to know what that is: it is asked without it then."""
        if registration in self.linked or registration not in self._makers or answer.status not in _DECLINED:
            return False
        self._makers -= {registration}
        return True

    def heard(self, registration: str, answer: Answer) -> None:
        """Take note of the map that a source used: a new one where the old one had ended."""
        if answer.taken and (registration in self.linked or registration in self._makers):
            id = linked_map(map_referred_to(answer.entity_map))
            if id:
                self.linked[registration] = id

    def on_face(self, face: MapFace) -> MapFace:
        """What is known of a map here, after what has been heard."""
        return face if face.linked == self.linked else msgspec.structs.replace(face, linked=dict(self.linked))


NO_MAPS = MapsThere()


async def ask_with_map(
    house: House, asker: Asker, registration: Registration, errand: Errand, maps: MapsThere
) -> Answer:
    """Ask a source, with its map or for one; without where it makes none."""
    answer = await house.sources.ask(asker, registration, maps.on(registration.id, errand))
    if maps.declined(registration.id, answer):
        answer = await house.sources.ask(asker, registration, errand)
    maps.heard(registration.id, answer)
    return answer


def makers(asked_for: Sequence[Question], operation: str) -> frozenset[str]:
    """Registrations whose sources make maps by this operation, and are asked one question only."""
    times = Counter(question.leg.registration.id for question in asked_for)
    return frozenset(
        question.leg.registration.id
        for question in asked_for
        if operation in question.leg.registration.operations
        and question.leg.registration.provider is None
        and times[question.leg.registration.id] == 1
    )
