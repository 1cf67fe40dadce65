"""One attribute of one entity over time, for charts: raw values, then hourly statistics beyond raw retention."""

from typing import Any

from pinisi.city.words import attribute_label, unit_text
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call
from pinisi.context.problems import ResourceNotFound
from pinisi.store.history import HistoryQuery, Moment
from pinisi.vocabulary.instant import Instant, NotAnInstant, format_instant, parse_instant
from pinisi.vocabulary.terms import METHOD

MOST_POINTS = 20_000


async def series(house: House, call: Call, entity: str, attribute: str) -> dict[str, Any]:
    """Points `[observedAt, value, receivedAt, method, writtenBy]`, hours `[hour, n, min, mean, max]`.

    Raises:
        BadRequest: a time that is none.
        ResourceNotFound: nothing is known of that entity, or nothing that the reader may see.
    """
    iri = house.pinisi_table.expand_term(attribute)
    query = HistoryQuery(
        attributes=(iri,),
        since=_time(call, "from"),
        until=_time(call, "to"),
        known=_time(call, "known"),
        limit=MOST_POINTS,
    )
    stories = await house.store.stories(call.tenant, [entity], query, call.grants)
    if not stories:
        raise ResourceNotFound(f"nothing is known of {entity[:120]}")
    story = stories[0]
    unit = next((m.instance.unit_code for m in reversed(story.moments) if m.instance and m.instance.unit_code), None)
    names = await house.names()
    return {
        "label": attribute_label(house.pinisi_table.compact_iri(iri)),
        "unit": unit,
        "unitText": unit_text(unit) if unit else None,
        "points": [_point(moment, names.get(moment.principal, moment.principal)) for moment in story.moments],
        "hourly": [[format_instant(h.hour), h.n, h.low, h.total / h.n, h.high] for h in story.hours],
        "complete": story.complete,
    }


def _point(moment: Moment, writer: str) -> list[Any]:
    instance = moment.instance
    method = instance.attributes.get(METHOD) if instance else None
    return [
        format_instant(moment.observed),
        instance.value if instance else None,
        format_instant(moment.received),
        method[0].value if method else None,
        writer,
    ]


def _time(call: Call, name: str) -> Instant | None:
    text = call.query.get(name)
    if text is None:
        return None
    try:
        return parse_instant(text)
    except NotAnInstant as error:
        raise BadRequest(name, str(error)) from None
