"""Measured data of the signals' detectors, as DATEX II, over HTTP."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec

from pinisi.runtime.endpoint import Endpoint, Raw
from pinisi.runtime.known import Known
from pinisi.runtime.strings import texts_of
from pinisi.runtime.visit import Conflict, Visit
from pinisi.services.mobility.asked_entities import known_of
from pinisi.services.mobility.models.signals import DETECTOR
from pinisi.vocabulary.instant import SECOND, Instant

if TYPE_CHECKING:
    from pinisi.services.mobility.datex import Measured

TEXTS = texts_of("pinisi.services.mobility")
MOST = 20_000


class DatexQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`country` of the publisher, two letters (ISO 3166)."""

    country: Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{2}$")]


async def datex(visit: Visit[None, DatexQuery]) -> Raw:
    """What the one who asks may see."""
    from pinisi.services.mobility.datex import FRESH_S, Publisher, measured_data

    if visit.exercise:
        raise Conflict("this is an exercise: what happens in it is not told to the world")
    known = await known_of(visit, DETECTOR, MOST)
    fresh = [each for each in known if _is_fresh(each, visit.now - FRESH_S * SECOND)]
    test = any(_is_simulated(each) for each in fresh)
    found = list(_measured(fresh))
    return Raw(measured_data(found, Publisher(visit.query.country, visit.tenant), visit.now, "en", test))


def _is_fresh(known: Known, since: Instant) -> bool:
    said = known.said("occupancy") or known.said("averageVehicleSpeed")
    return said is not None and said.observed >= since and known.text("detectorState") == "heard"


def _is_simulated(known: Known) -> bool:
    said = known.said("detectorState")
    return said is not None and said.method == "simulated"


def _measured(known: Sequence[Known]) -> "Iterator[Measured]":
    from pinisi.services.mobility.datex import Measured

    for each in known:
        said = each.said("occupancy") or each.said("averageVehicleSpeed")
        speed, occupancy = each.number("averageVehicleSpeed"), each.number("occupancy")
        if said is not None and (speed is not None or occupancy is not None):
            yield Measured(detector=each.id, at=said.observed, speed=speed, occupancy=occupancy)


DATEX = Endpoint(
    method="GET",
    path="/datex/measured-data",
    title=TEXTS["datex"],
    permission="context.read",
    query=DatexQuery,
    answer=Raw,
    media="application/xml",
    handle=datex,
    seconds=20,
)
