"""One answer's worth of history: cut at a moment that holds for every attribute, so that none is told in part.

A reader goes on where the page ends: later in time, or with `lastN` earlier (NGSI-LD 6.3.10).
"""

from collections.abc import Sequence

import msgspec

from pinisi.context.temporal_query import TemporalQuery
from pinisi.context.temporal_render import content_range, time_of
from pinisi.store.protocol import Story
from pinisi.vocabulary.instant import Instant


class TemporalPage(msgspec.Struct, frozen=True):
    """Stories that fit into one answer, and the Content-Range if there is more (206)."""

    stories: Sequence[Story]
    range: str | None


def cut(stories: Sequence[Story], query: TemporalQuery, most: int) -> TemporalPage:
    """The first `most` values of all stories in the order of time; with `lastN` the newest.

    Values of the same moment stay together, so a page may hold a few more.
    """
    times = sorted(time_of(moment, query) for story in stories for moment in story.moments)
    if len(times) <= most and all(story.complete for story in stories):
        return TemporalPage(stories, None)
    backwards = query.last is not None
    edge = _edge(times, most, backwards)
    kept = [_kept(story, query, edge, backwards) for story in stories]
    return TemporalPage(kept, content_range(kept, query))


def _edge(times: Sequence[Instant], most: int, backwards: bool) -> Instant:
    """The last moment that is told."""
    if backwards:
        return times[max(0, len(times) - most)]
    return times[min(most, len(times)) - 1]


def _kept(story: Story, query: TemporalQuery, edge: Instant, backwards: bool) -> Story:
    inside = [
        moment
        for moment in story.moments
        if (time_of(moment, query) >= edge if backwards else time_of(moment, query) <= edge)
    ]
    return msgspec.structs.replace(story, moments=inside, complete=False)
